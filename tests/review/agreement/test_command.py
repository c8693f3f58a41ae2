"""The `agreement` command keeps its contract with scripts."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from tests.review.agreement import published

TABLE = "item,rater,value,dimension,cluster\n" + "".join(
    f"{item},{rater},{1 + (item * step) % 4},{dimension},client {item * 5 % 12}\n"
    for dimension in ("warmth", "pace")
    for item in range(24)
    for rater, step in (("Ben", 1), ("Chloe", 3))
)


@pytest.fixture
def run(tmp_path):
    def run(content, *options):
        path = tmp_path / "ratings.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        out, err = io.StringIO(), io.StringIO()
        call_command("agreement", str(path), *options, stdout=out, stderr=err)
        return out.getvalue(), err.getvalue()

    return run


def long_table(rows) -> str:
    lines = (f"{item},{rater},{'' if value is None else value}" for item, rater, value, _ in rows)
    return "\n".join(["item,rater,value", *lines])


def test_the_last_line_is_one_json_object_keyed_by_dimension(run):
    out, err = run(TABLE, "--scale", "ordinal", "--levels", "1,2,3,4", "--json")
    found = json.loads(out.strip().splitlines()[-1])
    assert list(found) == ["warmth", "pace"]
    assert found["warmth"]["n_items"] == 24 and found["warmth"]["n_clusters"] == 12
    assert "over 12 clusters" in found["warmth"]["gwet_ac"]["method"]
    assert "warmth" in err and out.count("\n") == 1


def test_without_a_dimension_column_the_key_is_value(run):
    out, _ = run(long_table(published.CANONICAL), "--scale", "interval", "--json")
    found = json.loads(out)
    assert list(found) == ["value"]
    assert found["value"]["krippendorff_alpha"]["estimate"] == pytest.approx(0.849107, abs=5.1e-7)
    assert found["value"]["icc"]["ICC(2,1)"]["estimate"] is None


def test_the_same_call_prints_the_same_bytes_and_the_seed_changes_the_interval(run):
    options = ("--scale", "nominal", "--bootstrap", "100", "--json")
    table = long_table(published.by_item([[i % 3, (i * i) % 3] for i in range(30)]))
    assert run(table, *options)[0] == run(table, *options)[0]
    assert run(table, *options)[0] != run(table, *options, "--seed", "1")[0]


def test_for_a_person_it_prints_a_table_in_words(run):
    out, _ = run(long_table(published.by_item([["accept", "accept"]] * 8)), "--scale", "nominal")
    assert "n_items" in out and "undefined" in out and "no variation observed" in out


@pytest.mark.parametrize(
    ("content", "options", "reason"),
    [
        ("item,rater,value\n1,Ben,a\n1,Ben,b\n", ["--scale", "nominal"], "line 3"),
        ("item,rater,value,mood\n1,Ben,a,b\n", ["--scale", "nominal"], "line 1: unknown column 'mood'"),
        (
            "item,rater,value\n1,Ben,1\n2,Ben,one\n",
            ["--scale", "ordinal"],
            "line 3: value: 'one' is not a number",
        ),
        ("item,rater,value\n1,Ben,c\n", ["--scale", "nominal", "--levels", "a,b"], "line 2"),
        (b"item,rater,value\n1,Ben,\xff\n", ["--scale", "nominal"], "line 2: not valid UTF-8"),
        ("item,rater,value\n1,Ben,1\n", ["--scale", "ordinal", "--levels", "low,high"], "--levels"),
        ("item,rater,value\n1,Ben,1\n", ["--scale", "ordinal", "--bootstrap", "-1"], "0 or more"),
    ],
)
def test_bad_input_ends_with_two_and_names_the_line(run, content, options, reason):
    with pytest.raises(CommandError, match=reason) as refusal:
        run(content, *options, "--json")
    assert refusal.value.returncode == 2


def test_a_file_that_is_not_there_ends_with_two(tmp_path):
    with pytest.raises(CommandError, match="nowhere.csv") as refusal:
        call_command("agreement", str(tmp_path / "nowhere.csv"), "--scale", "nominal")
    assert refusal.value.returncode == 2


def test_the_scale_is_never_guessed(run):
    with pytest.raises(CommandError, match="--scale"):
        run("item,rater,value\n1,Ben,1\n", "--json")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("item,rater,value\n1,Ben,accept\n", "one rater only"),
        ("item,rater,value\n1,Ben,accept\n2,Ben,edit\n3,Ben,accept\n", "one rater only"),
        ("item,rater,value\n1,Ben,accept\n1,Chloe,accept\n", "one item only"),
        ("item,rater,value\n1,Ben,accept\n2,Chloe,accept\n", "no overlap"),
        ("item,rater,value\n1,Ben,\n", "there are no ratings"),
    ],
)
def test_what_is_too_little_ends_well_with_nulls_and_the_reason_in_words(run, content, reason):
    found = json.loads(run(content, "--scale", "nominal", "--json")[0])["value"]
    objects = [value for value in found.values() if isinstance(value, dict)]
    assert len(objects) >= 5
    for one in objects:
        assert one["estimate"] is None and one["ci"] is None and reason in one["note"]


def test_labels_in_any_script_are_labels(run):
    words = ["žádná chyba", "过早建议", "نصيحة مبكرة", "🙂"]
    table = "item,rater,value\n" + "".join(
        f"sezení {n},{who},{words[(n * step) % 4]}\n"
        for n in range(40)
        for who, step in (("Žofie", 1), ("Łukasz", 5))
    )
    levels = ",".join(words)
    found = json.loads(
        run(table, "--scale", "nominal", "--levels", levels, "--json", "--bootstrap", "50")[0]
    )["value"]
    assert found["percent_agreement"]["estimate"] == 1 and found["n_raters"] == 2
    assert "过早建议 0.250" in found["percent_agreement"]["note"]


def test_a_letter_with_its_accent_as_one_sign_or_as_two_is_one_label(run):
    table = "item,rater,value\n" + "".join(f"{n},Ben,\u00e9cart\n{n},Chloe,e\u0301cart\n" for n in range(6))
    found = json.loads(run(table, "--scale", "nominal", "--levels", "e\u0301cart,juste", "--json")[0])[
        "value"
    ]
    assert found["percent_agreement"]["estimate"] == 1 and found["gwet_ac"]["estimate"] == 1


@pytest.mark.parametrize(("separator", "said"), [(";", "semicolons"), ("\t", "tabs")])
def test_a_file_with_other_separators_is_told_so(run, separator, said):
    table = "item,rater,value\n1,Ben,accept\n".replace(",", separator)
    with pytest.raises(CommandError, match=f"line 1: .*separated by commas here, not by {said}"):
        run(table, "--scale", "nominal", "--json")


def test_numbers_as_text_are_numbers_unless_the_scale_is_nominal(run):
    table = "item,rater,value\n" + "".join(f"{n},{who},{text}\n" for n in range(12)
                                          for who, text in (("Ben", 1 + n % 3), ("Chloe", f" {1 + n % 3}.0 ")))  # fmt: skip
    same = json.loads(run(table, "--scale", "ordinal", "--json")[0])["value"]
    assert same["krippendorff_alpha"]["estimate"] == 1
    other = json.loads(run(table, "--scale", "nominal", "--json")[0])["value"]
    assert other["percent_agreement"]["estimate"] == 0


def test_a_level_that_is_not_in_the_rubric_is_refused_with_its_line_however_late(run):
    rows = [f"{n},{who},{1 + n % 5}" for n in range(300) for who in ("Ben", "Chloe")]
    table = "\n".join(["item,rater,value", *rows, "900,Ben,6"])
    with pytest.raises(
        CommandError, match="line 602: value: 6 is not among the levels 1, 2, 3, 4, 5"
    ) as refusal:
        run(table, "--scale", "ordinal", "--levels", "1,2,3,4,5", "--json")
    assert refusal.value.returncode == 2


def test_the_first_line_that_is_wrong_is_named_whatever_is_wrong_with_it(run):
    table = "item,rater,value,cluster\n1,Ben,1,a\n1,Ben,2,a\n1,Chloe,1,b\n2,Ben,high,c\n"
    with pytest.raises(CommandError, match="line 3: item 1 was already rated by Ben in line 2"):
        run(table, "--scale", "ordinal", "--json")
    with pytest.raises(CommandError, match="line 3: item 1 is in cluster b and in a"):
        run(table.replace("1,Ben,2,a\n", ""), "--scale", "ordinal", "--json")
    with pytest.raises(CommandError, match="line 3: value: 'high' is not a number"):
        run(table.replace("1,Ben,2,a\n1,Chloe,1,b\n", ""), "--scale", "ordinal", "--json")


def test_a_file_for_which_there_is_no_memory_is_refused_with_what_it_would_take(run):
    table = "item,rater,value\n" + "".join(f"session {n},{who},1\n" for n in range(200) for who in "ab")
    with pytest.raises(
        CommandError, match=r"would take about \d+ MB of memory, 100 MB are allowed"
    ) as refusal:
        run(table, "--scale", "ordinal", "--memory", "100", "--json")
    assert refusal.value.returncode == 2
    # Many raters of an item each: read in no time, but the table of all by all would not fit.
    wide = "item,rater,value\n" + "".join(f"session {n},reader {n},1\n" for n in range(9_000))
    with pytest.raises(
        CommandError, match=r"a table of its items by its raters would take about 1,\d+ MB"
    ) as refusal:
        run(wide, "--scale", "ordinal", "--memory", "1000", "--json")
    assert refusal.value.returncode == 2
