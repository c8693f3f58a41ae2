"""What is dumped loads again as the same content, in every format that is loaded."""

import io

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from guidelines.formats.writing import WRITERS
from guidelines.loading import READERS, content_of, load, read, shipped
from guidelines.models import Version
from guidelines.texts import tidy
from tests.guidelines.conftest import content, pair_texts

WORDS = st.text(
    st.one_of(
        st.sampled_from("abc |,;:'\"=+-@#[]{}\n\t\\&*!%éß漢א\u2028\ufeff😀"),
        st.characters(exclude_categories=["Cs", "Cc"]),
    ),
    max_size=30,
).map(str.strip)
SOME = WORDS.filter(bool)
LINE = SOME.map(lambda text: " ".join(text.split())).filter(bool)
TAG = LINE.map(lambda text: text.replace(",", "")).map(str.strip).filter(bool)
LISTS = st.lists(SOME, max_size=4, unique=True)
PAIRS = st.fixed_dictionaries(
    {
        "shows": SOME,
        "harms": WORDS,
        "corrections": st.lists(SOME, min_size=1, max_size=4, unique=True),
        "examples": st.lists(
            st.dictionaries(st.sampled_from(["context", "before", "after"]), WORDS, min_size=1), max_size=2
        ),
        "references": LISTS,
        "tags": st.lists(TAG, max_size=3, unique=True),
        "positive": st.booleans(),
    }
)


@settings(max_examples=60, deadline=None)
@given(st.lists(PAIRS, min_size=1, max_size=3), WORDS)
def test_every_text_survives_yaml_json_and_csv(pairs, about):
    entries = [(f"pair-{n}", tidy("pairs", {"name": f"Pair {n}"} | texts)) for n, texts in enumerate(pairs)]
    before = content(*entries)
    object.__setattr__(before, "about", about)
    for format in ("yaml", "json", "csv"):
        text = WRITERS[format](before).decode()
        assert content_of(READERS[f".{format}"](text, f"x.{format}")) == before, format


@pytest.mark.django_db
@pytest.mark.parametrize("format", ["yaml", "json", "csv"])
def test_what_is_shipped_is_dumped_and_loads_as_nothing_new(format, tmp_path):
    load(["shipped"])
    for path in shipped():
        name = path.stem
        out = tmp_path / f"{name}.{format}"
        call_command("dump_guideline", name, "--format", format, "--out", str(out), stderr=io.StringIO())
        ((_version, created),) = load([out])
        assert not created
        assert read(out) == read(path), name
    assert Version.objects.count() == len(shipped())


@pytest.mark.django_db
def test_a_spreadsheet_holds_every_pair_and_no_formula(tmp_path, mistakes, ana):
    from guidelines.dumping import dump
    from guidelines.publishing import open_draft
    from tests.guidelines.conftest import change

    draft = open_draft(guideline=mistakes.guideline, by=ana)
    change(draft, ana, shows="=1+1")
    book = load_workbook(io.BytesIO(dump(draft, "xlsx")))
    rows = list(book["pairs"].values)
    assert [row[0] for row in rows] == ["key", "forcing-change", "poor-listening", "good-practice"]
    assert rows[1][2] == "'=1+1"


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "'tis", "''", "plain"])
def test_a_cell_that_looks_like_a_formula_gets_one_apostrophe_and_loses_one(cell, tmp_path):
    before = content(("a", pair_texts(shows=cell)))
    text = WRITERS["csv"](before).decode()
    if cell != "plain":
        assert f",'{cell}," in text
    path = tmp_path / "a.csv"
    path.write_text(text, encoding="utf-8")
    assert read(path) == before


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["no-such", "novice-mistakes@7", "novice mistakes"])
def test_dumping_what_is_not_there_ends_with_2(name, mistakes, tmp_path):
    with pytest.raises(CommandError) as refusal:
        call_command("dump_guideline", name, "--format", "yaml", "--out", str(tmp_path / "x"))
    assert refusal.value.returncode == 2
    assert not (tmp_path / "x").exists()
