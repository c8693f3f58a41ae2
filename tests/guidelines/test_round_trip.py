"""What is dumped loads again as the same content, in every format."""

import io
from dataclasses import replace

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from guidelines.formats.cells import from_cell, to_cell
from guidelines.formats.document import BadFile
from guidelines.formats.writing import WRITERS
from guidelines.loading import content_of, load, read, shipped
from guidelines.models import Version
from guidelines.reading import document_of
from guidelines.texts import tidy
from tests.guidelines.conftest import content, pair_texts

WORDS = st.one_of(
    st.text(
        st.one_of(
            st.sampled_from("abc |,;:'\"=+-@#[]{}\n\t\\&*!%éß漢א\u2028\ufeff😀"),
            st.characters(exclude_categories=["Cs", "Cc"]),
        ),
        max_size=30,
    ),
    # What a table could take for something else.
    st.sampled_from(
        [
            "=1+1",
            "+1",
            "-2",
            "@x",
            "'tis",
            "''",
            "'=1",
            "#N/A",
            "TRUE",
            "2020-01-02",
            "007",
            "_x0041_",
            "_x005F_",
        ]
        + [
            "a\n---\nb",
            "before: she",
            "1 = a",
            "[1]",
            "a | b",
            "x005F_",
            "\uffff\ufffe",
            "- a",
            "null",
            "yes",
        ]
    ),
).map(str.strip)
SOME = WORDS.filter(bool)
LINE = SOME.map(lambda text: " ".join(text.split())).filter(bool)
TAG = LINE.map(lambda text: text.replace(",", "")).map(str.strip).filter(bool)
LISTS = st.lists(SOME, max_size=4, unique=True)
PAIRS = st.fixed_dictionaries(
    {
        "name": LINE,
        "shows": SOME,
        "harms": WORDS,
        "not_a_mistake": WORDS,
        "corrections": st.lists(SOME, min_size=1, max_size=4, unique=True),
        "examples": st.lists(
            st.dictionaries(st.sampled_from(["context", "before", "after"]), WORDS, min_size=1), max_size=2
        ),
        "references": LISTS,
        "tags": st.lists(TAG, max_size=3, unique=True),
        "positive": st.booleans(),
    }
)
NUMBERS = st.one_of(
    st.integers(-(10**6), 10**6), st.floats(-1e6, 1e6, allow_subnormal=False).map(lambda f: f + 0.0)
)
ANCHORED = {
    "nominal": st.lists(
        LINE.map(lambda text: text[:80].strip()).filter(bool), min_size=2, max_size=4, unique=True
    ),
    "ordinal": st.lists(NUMBERS, min_size=2, max_size=5, unique_by=float).map(sorted),
    "interval": st.lists(NUMBERS, min_size=2, max_size=5, unique_by=float).map(sorted),
    "boolean": st.just([False, True]),
    "pairwise": st.just([]),
}


@st.composite
def dimensions(draw):
    scale = draw(st.sampled_from(list(ANCHORED)))
    levels = [{"value": value, "anchor": draw(SOME)} for value in draw(ANCHORED[scale])]
    return {
        "name": draw(LINE),
        "definition": draw(SOME),
        "scale": scale,
        "levels": levels,
        "reverse": draw(st.booleans()),
        "weight": draw(st.sampled_from([None, 0.125, 1.0, 2.5, 1000.0])),
        "source": draw(WORDS),
    }


def through_a_file(before, format):
    data = WRITERS[format](before)
    return content_of(document_of(f"x.{format}", data))


def survives(kind, entries, about):
    texts = [tidy(kind, one | {"name": f"{one['name'][:150].strip()} {n}"}) for n, one in enumerate(entries)]
    before = content(*((f"entry-{n}", one) for n, one in enumerate(texts)), kind=kind)
    before = replace(before, about=about, source=about)
    for format in WRITERS:
        after = through_a_file(before, format)
        # The digest too: to Python 1, 1.0 and true are the same.
        assert after == before and after.digest == before.digest, format


@settings(max_examples=60, deadline=None)
@given(st.lists(PAIRS, min_size=1, max_size=3), WORDS)
def test_every_pair_survives_every_format(pairs, about):
    survives("pairs", pairs, about)


@settings(max_examples=60, deadline=None)
@given(st.lists(dimensions(), min_size=1, max_size=3), WORDS)
def test_every_dimension_survives_every_format(found, about):
    survives("rubric", found, about)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(["shows", "corrections", "examples"]), st.data())
def test_a_cell_reads_back_what_was_put_into_it(field, data):
    drawn = {"shows": WORDS, "corrections": LISTS, "examples": PAIRS.map(lambda pair: pair["examples"])}
    value = data.draw(drawn[field])
    for between in (" | ", " |\n"):
        assert from_cell(field, to_cell(field, value, between)) == value


def test_a_text_too_long_for_one_cell_goes_on_in_further_columns():
    long = ["=" + "a_x0041_é😀 " * 400 + str(n) for n in range(50)]
    before = content(
        ("a", pair_texts(corrections=long)),
        ("b", pair_texts("Other", shows="'" + "😀" * 19_000, positive=True)),
    )
    assert through_a_file(before, "xlsx") == before
    sheet = load_workbook(io.BytesIO(WRITERS["xlsx"](before)))["pairs"]
    names = [cell.value for cell in sheet[1]]
    assert "corrections 2" in names and "shows 2" in names
    assert (
        max(len(cell.value.encode("utf-16-le")) for row in sheet for cell in row if cell.value) <= 2 * 32_767
    )


def test_a_further_column_that_is_there_twice_is_refused():
    book = load_workbook(io.BytesIO(WRITERS["xlsx"](content(("a", pair_texts())))))
    for text in ("corrections 2", "corrections 2"):
        book["pairs"].cell(1, book["pairs"].max_column + 1).value = text
    out = io.BytesIO()
    book.save(out)
    with pytest.raises(BadFile, match="column N, field “corrections 2”: is there twice"):
        content_of(document_of("x.xlsx", out.getvalue()))


@pytest.mark.django_db
@pytest.mark.parametrize("format", list(WRITERS))
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
