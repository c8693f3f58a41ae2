"""A table that cannot be read is refused with the line and the reason."""

import pytest

from review.agreement.reading import BadTable, read_levels, read_table
from review.agreement.values import BadRatings


def rows_of(table):
    """{dimension: [(item, rater, value or None, cluster or None)]}, as in the file."""
    found = {}
    for dimension, own in table.columns.items():
        items, raters, clusters = (list(names) for names in (own.items, own.raters, own.clusters))
        found[dimension] = [
            (
                items[item],
                raters[rater],
                table.levels[level] if level >= 0 else None,
                clusters[cluster] if cluster >= 0 else None,
            )
            for item, rater, level, cluster in zip(own.item, own.rater, own.level, own.cluster, strict=True)
        ]
    return found


@pytest.fixture
def read(tmp_path):
    def read(content, scale="nominal", levels=None):
        path = tmp_path / "ratings.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return rows_of(read_table(path, scale=scale, levels=levels))

    return read


def test_a_table_without_a_dimension_column_has_the_dimension_value(read):
    found = read("item,rater,value\n1,Ben,accept\n1,Chloe, edit \n2,Ben,\n")
    assert found == {
        "value": [("1", "Ben", "accept", None), ("1", "Chloe", "edit", None), ("2", "Ben", None, None)]
    }


def test_dimensions_and_clusters_are_read_in_any_order_of_columns(read):
    found = read("cluster,dimension,value,rater,item\nclient a,warmth,4,Ben,1\n,pace,2.5,Ben,1\n", "interval")
    assert found == {"warmth": [("1", "Ben", 4.0, "client a")], "pace": [("1", "Ben", 2.5, None)]}


def test_a_byte_order_mark_windows_lines_quotes_and_blank_lines_are_fine(read):
    found = read(b'\xef\xbb\xbfitem,rater,value\r\n"1, first",Ben,"a\r\nb"\r\n\r\n2,Ben,c\r\n')
    assert [row[0] for row in found["value"]] == ["1, first", "2"]


HEADER = "item,rater,value\n"


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        ("", 1, "empty"),
        (HEADER, 1, "no ratings below"),
        ("item,rater,value,colour\n1,Ben,a,red\n", 1, "unknown column 'colour'"),
        ("item,rater,value,\n1,Ben,a,\n", 1, "unknown column ''"),
        ("item,rater\n1,Ben\n", 1, "column value is missing"),
        ("item,rater,value,rater\n1,Ben,a,Ben\n", 1, "column rater is there twice"),
        (HEADER + "1,Ben,a\n1,Chloe,a\n1,Ben,b\n", 4, "already rated by Ben in line 2"),
        (HEADER + "1,Ben,a\n1,Ben,\n", 3, "already rated by Ben in line 2"),
        (HEADER + "1,Ben,a\n2,Ben\n", 3, "2 cells where the header has 3"),
        (HEADER + "1,Ben,a\n2,Ben,a,b\n", 3, "4 cells"),
        (HEADER + ",Ben,a\n", 2, "item is blank"),
        (HEADER + "1, ,a\n", 2, "rater is blank"),
        ("item,rater,value,dimension\n1,Ben,a,\n", 2, "dimension is blank"),
        ("item,rater,value,cluster\n1,Ben,a,x\n1,Chloe,a,y\n", 3, "in cluster y and in x"),
        (HEADER + '1,Ben,"a\nb"\n2,Ben,a\n1,Ben,c\n', 5, "in line 2"),
        (HEADER + '1,Ben,a\n2,Ben,"a\n', 3, "not valid CSV"),
        (HEADER.encode() + b"1,Ben,a\n2,Ben,\xe9\n", 3, "not valid UTF-8"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(read, content, line, reason):
    with pytest.raises(BadTable, match=reason) as refusal:
        read(content)
    assert refusal.value.line == line
    assert str(refusal.value).startswith(f"line {line}: ")


@pytest.mark.parametrize("value", ["high", "1,5", "nan", "inf", "1e999", "1_000", "0x10"])
@pytest.mark.parametrize("scale", ["ordinal", "interval", "ratio"])
def test_a_value_that_is_no_number_is_refused_unless_nominal(read, value, scale):
    content = f'item,rater,value\n1,Ben,1\n2,Ben,"{value}"\n'
    with pytest.raises(BadTable, match=r"line 3: value: .* is not a number"):
        read(content, scale)
    assert read(content)["value"][1][2] == value


def test_a_value_below_zero_is_no_ratio(read):
    with pytest.raises(BadTable, match=r"line 2: value: '-1' is below zero"):
        read(HEADER + "1,Ben,-1\n", "ratio")


def test_a_level_that_is_not_declared_is_refused(read):
    with pytest.raises(BadTable, match=r"line 3: value: 6 is not among the levels 1, 2, 3"):
        read(HEADER + "1,Ben,3.0\n2,Ben,6\n", "ordinal", [1, 2, 3])


def test_the_same_item_and_rater_may_come_once_per_dimension(read):
    content = "item,rater,value,dimension\n1,Ben,a,warmth\n1,Ben,a,pace\n1,Ben,b,warmth\n"
    with pytest.raises(BadTable, match="line 4: item 1 was already rated by Ben on warmth in line 2"):
        read(content)


def test_levels_are_trimmed_and_numbers_sorted():
    assert read_levels("accept, edit ,reject", "nominal") == ("accept", "edit", "reject")
    assert read_levels('"a,b",c', "nominal") == ("a,b", "c")
    assert read_levels("3,1,2", "ordinal") == (1, 2, 3)
    assert read_levels(None, "ordinal") is None
    for text in ("a,,b", "", "a,a"):
        with pytest.raises(BadRatings):
            read_levels(text, "nominal")


def test_a_name_is_one_whether_its_accent_is_a_sign_of_its_own_or_not(read):
    one, two = "Ren\u00e9e", "Rene\u0301e"
    assert one != two
    content = f"item,rater,value,cluster,dimension\n1,{one},a,{one},{one}\n2,{two},a,{two},{two}\n"
    found = read(content)
    assert found == {one: [("1", one, "a", one), ("2", one, "a", one)]}
    with pytest.raises(BadTable, match="line 3: item 1 was already rated by"):
        read(f"{HEADER}1,{one},a\n1,{two},b\n")


def weights_of(tmp_path, content):
    path = tmp_path / "ratings.csv"
    path.write_text(content)
    return read_table(path, scale="nominal").ratings("value").weights


def test_an_item_counts_for_the_weight_that_its_lines_give(tmp_path):
    lines = "item,rater,value,weight\n1,Ben,a,4\n1,Chloe,a,4\n2,Ben,b,2\n2,Chloe,a,2\n"
    assert list(weights_of(tmp_path, lines)) == [pytest.approx(4 / 3), pytest.approx(2 / 3)]
    assert weights_of(tmp_path, lines.replace(",4", ",2")) is None  # all alike: nothing is weighed


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        ("1,Ben,a,4\n1,Chloe,a,2\n", 3, "item 1 has weight 2 and 4"),
        ("1,Ben,a,0\n", 2, "weight: '0' is not a number above zero"),
        ("1,Ben,a,1\n2,Ben,a,nan\n", 3, "weight: 'nan' is not a number above zero"),
        ("1,Ben,a,\n", 2, "weight: '' is not a number above zero"),
    ],
)
def test_a_weight_that_makes_no_sense_is_refused_with_its_line(read, content, line, reason):
    with pytest.raises(BadTable, match=reason) as refusal:
        read("item,rater,value,weight\n" + content)
    assert refusal.value.line == line
