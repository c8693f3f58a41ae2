"""The `agreement` command keeps its contract with scripts."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from tests.review.agreement import published

TABLE = "item,rater,value,dimension,cluster\n" + "".join(
    f"{item},{rater},{1 + (item * step) % 4},{dimension},client {item // 2}\n"
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
