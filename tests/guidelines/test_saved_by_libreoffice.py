"""Files that LibreOffice 7.4 saved: our export was opened in it, changed by typing into cells, and saved.

The files lie beside this test; nothing here starts LibreOffice. What must come back is exactly what was typed.
"""

from pathlib import Path

import pytest

from guidelines.previewing import preview_import
from guidelines.publishing import import_version
from guidelines.reading import document_of, entries_of
from tests.guidelines.conftest import content, dimension_texts, pair_texts

FOLDER = Path(__file__).parent / "saved_by_libreoffice"
LONG = "long " + "word " * 2000
# What our export held: everything that a spreadsheet program could take for something else.
PAIRS = content(
    (
        "forcing-change",
        pair_texts(
            shows="=1+1",
            harms="'tis so",
            not_a_mistake="+1",
            corrections=["Ask.", "Wait | see"],
            tags=["-1", "@x"],
            references=["2020-01-02", "007"],
            examples=[
                {"context": "A first hour.", "before": "You must.\nStop.", "after": "What would you like?"}
            ],
            confused_with=["poor-listening"],
        ),
    ),
    (
        "poor-listening",
        pair_texts(
            "Poor listening",
            shows="Two\nlines\n\nand a gap. é漢Ж",
            harms="a_x0041_ _x005F_ 1-2",
            not_a_mistake=LONG,
            corrections=["TRUE"],
            tags=["1-2"],
        ),
    ),
    (
        "good-practice",
        pair_texts(
            "Good practice",
            corrections=[],
            positive=True,
            shows="TRUE",
            harms="1e5",
            not_a_mistake="#N/A",
        ),
    ),
)
LEVELS = [{"value": False, "anchor": "no."}, {"value": True, "anchor": "yes."}]
RUBRIC = content(
    ("clarity", dimension_texts(weight=2.5)),
    ("truth", dimension_texts("Truth", scale="boolean", levels=LEVELS)),
    kind="rubric",
    slug="feedback-quality",
)
GERMAN = content(
    (
        "forcing-change",
        pair_texts(
            shows="Größere Straßen: „schön“ – “öde”, Äpfel; Übung\nCafé 5 €",
            harms="1-2",
            not_a_mistake="=1+1",
            corrections=["Ask.", "Wait"],
            references=["007"],
        ),
    ),
    ("poor-listening", pair_texts("Poor listening")),
)


def differences(file: str, before) -> dict[tuple[str, str], object]:
    """{(key, field): what the file says} where that is not what went out."""
    document = document_of(file, (FOLDER / file).read_bytes())
    was = {entry.key: entry.texts for entry in before.entries}
    return {
        (entry.key, field): value
        for entry in entries_of(document, before.kind, was)
        for field, value in entry.texts.items()
        if was.get(entry.key, {}).get(field) != value
    }


def test_what_was_opened_and_saved_says_the_same():
    assert differences("nothing.xlsx", PAIRS) == {}


def test_one_changed_cell_is_one_change():
    changed = {("poor-listening", "harms"): "Changed in a spreadsheet."}
    assert differences("one-cell.xlsx", PAIRS) == changed


def test_what_is_typed_into_a_cell_stays_text_whatever_it_looks_like():
    assert differences("typed.xlsx", PAIRS) == {
        ("forcing-change", "harms"): "1-2",
        ("forcing-change", "not_a_mistake"): "=1+1",
        ("poor-listening", "harms"): "TRUE",
        ("poor-listening", "not_a_mistake"): "3.5",
        ("good-practice", "harms"): "2020-01-02",
        ("good-practice", "not_a_mistake"): "'quoted",
        ("good-practice", "positive"): False,
    }


def test_in_a_new_row_too():
    found = differences("new-row.xlsx", PAIRS)
    assert {key for key, _field in found} == {"lecturing"}
    assert found["lecturing", "harms"] == "1-2" and found["lecturing", "not_a_mistake"] == "2"
    assert found["lecturing", "corrections"] == ["Ask first."]


def test_a_flag_and_a_weight_of_a_rubric():
    assert differences("rubric.xlsx", RUBRIC) == {("clarity", "reverse"): True, ("clarity", "weight"): 3.0}


def test_a_table_with_semicolons_and_western_letters():
    """Saved in a German locale. A CSV file does not say which cells are text: there the program made 7 of 007."""
    assert differences("german.csv", GERMAN) == {
        ("poor-listening", "harms"): "Changed in a spreadsheet.",
        ("forcing-change", "references"): ["7"],
    }
    read_as = document_of("german.csv", (FOLDER / "german.csv").read_bytes()).read_as
    assert "semicolons" in read_as and "Windows-1252" in read_as


def test_a_table_with_tabs_in_utf_16():
    """And a number of 1e5, for the same reason."""
    assert differences("unicode-text.txt", PAIRS) == {("good-practice", "harms"): "100000"}


@pytest.mark.parametrize("file", ["one-cell.xlsx", "german.csv"])
def test_the_preview_shows_exactly_what_was_changed(file, ana):
    before = GERMAN if file == "german.csv" else PAIRS
    version, _created = import_version(content=before)
    data = (FOLDER / file).read_bytes()
    preview = preview_import(guideline=version.guideline, file=file, data=data, by=ana)
    changed = {row["key"]: row for row in preview.rows if row["state"] != "unchanged"}
    assert "poor-listening" in changed and changed["poor-listening"]["state"] == "changed"
    assert changed["poor-listening"]["texts"]["harms"] == "Changed in a spreadsheet."
    assert len(changed) == (2 if file == "german.csv" else 1) and preview.stay == 0 and preview.head == []
