"""A CSV that was exported, opened in a spreadsheet program and saved as .xlsx comes back as what it was."""

import csv
import io
from dataclasses import replace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from guidelines.formats.document import BadFile
from guidelines.formats.writing import as_csv
from guidelines.loading import content_of
from guidelines.previewing import preview_import
from guidelines.publishing import open_draft
from guidelines.reading import document_of
from guidelines.texts import tidy
from tests.guidelines.conftest import change, content, dimension_texts, pair_texts
from tests.guidelines.saved_csv import as_typed, saved_csv
from tests.guidelines.test_round_trip import PAIRS, WORDS, dimensions


def read(data: bytes):
    return content_of(document_of("saved.xlsx", data))


def refusal_of(data: bytes) -> BadFile:
    with pytest.raises(BadFile) as refusal:
        read(data)
    return refusal.value


@settings(max_examples=60, deadline=None)
@given(
    st.one_of(
        st.tuples(st.just("pairs"), st.lists(PAIRS, min_size=1, max_size=3)),
        st.tuples(st.just("rubric"), st.lists(dimensions(), min_size=1, max_size=3)),
    ),
    WORDS,
    st.sampled_from(["novice-mistakes", "guideline", "Pairs", "Tabelle 1"]),
)
def test_what_was_exported_comes_back_whatever_the_sheet_is_called(drawn, about, sheet):
    kind, entries = drawn
    texts = [tidy(kind, one | {"name": f"{one['name'][:150].strip()} {n}"}) for n, one in enumerate(entries)]
    before = content(*((f"entry-{n}", one) for n, one in enumerate(texts)), kind=kind)
    before = replace(before, about=about, source=about)
    after = read(saved_csv(as_csv(before), sheet=sheet))
    assert after == before and after.digest == before.digest


def test_one_apostrophe_is_taken_off_and_no_more():
    before = content(("a", pair_texts(shows="=1+1", harms="'tis", corrections=["'=x", "-y"])))
    sent = as_csv(before)
    assert b"'=1+1" in sent and b"''tis" in sent
    assert read(saved_csv(sent)) == before


def test_a_flag_and_a_weight_may_have_become_a_truth_and_a_number():
    texts = dimension_texts("Warmth", reverse=True, weight=2.5)
    before = content(("warmth", texts), kind="rubric")
    assert read(saved_csv(as_csv(before), read=as_typed)) == before


def test_a_text_that_became_a_number_is_refused_with_its_row_and_column():
    refusal = refusal_of(saved_csv(as_csv(content(("a", pair_texts(harms="007")))), read=as_typed))
    assert "holds the number or date 7" in refusal.reason
    header = next(row for row in csv.reader(io.StringIO(as_csv(content(("a", pair_texts()))).decode("utf-8-sig")))
                  if row[0] == "key")  # fmt: skip
    assert (refusal.sheet, refusal.field) == ("novice-mistakes", "harms")
    assert refusal.column == "ABCDEFGH"[header.index("harms")]


@pytest.mark.parametrize("length, refused", [(32_766, False), (32_767, True)])
def test_a_text_that_fills_its_cell_is_not_believed_to_be_whole(length, refused):
    items = [letter * 4_400 for letter in "abcdefg"] + ["h" * (length - 30_821)]
    sent = saved_csv(as_csv(content(("a", pair_texts(corrections=items)))))
    if refused:
        assert "its last words may be cut off" in refusal_of(sent).reason
    else:
        assert list(read(sent).entries[0].texts["corrections"]) == items


def test_a_row_that_the_program_did_not_part_is_refused_in_words():
    refusal = refusal_of(saved_csv(as_csv(content(("a", pair_texts()))), parted=False))
    assert "has a whole row in one cell" in refusal.reason and refusal.line == 1


@pytest.mark.parametrize(
    "first, reason",
    [("# kind", "must be pairs or rubric"), ("key", "the first column is “key”")],
)
def test_what_the_csv_must_say_its_spreadsheet_must_say_too(first, reason):
    rows = list(csv.reader(io.StringIO(as_csv(content(("a", pair_texts()))).decode("utf-8-sig"))))
    out = io.StringIO()
    until = len(rows) - 2 if first == "key" else len(rows)
    csv.writer(out).writerows(row for row in rows[:until] if row[0] != first)
    assert reason in refusal_of(saved_csv(out.getvalue().encode())).reason


@pytest.mark.django_db
def test_the_preview_shows_exactly_what_was_changed_and_how_the_file_was_read(log_in, mistakes, ana):
    browser = log_in(ana)
    sent = browser.get(reverse("guideline_download", args=["novice-mistakes", "1", "csv"])).content
    changed = saved_csv(sent.replace(b"Argues, urges and overrides.", b"Argues and urges.", 1))
    answer = browser.post(
        reverse("guideline_import", args=["novice-mistakes"]),
        {"file": SimpleUploadedFile("mine.xlsx", changed)},
        follow=True,
    ).content.decode()
    assert "Read as a CSV that was saved as a spreadsheet." in answer
    preview = preview_import(guideline=mistakes.guideline, file="mine.xlsx", data=changed, by=ana)
    assert [row["state"] for row in preview.rows] == ["changed", "unchanged", "unchanged"]


@pytest.mark.django_db
def test_it_says_the_same_as_the_csv_itself(mistakes, ana):
    draft = open_draft(guideline=mistakes.guideline, by=ana)
    change(draft, ana, shows="=1+1")
    sent = as_csv(content(("forcing-change", pair_texts(shows="@x")), ("new-one", pair_texts("New"))))
    given = {"guideline": mistakes.guideline, "by": ana}
    told = [
        [(row["key"], row["state"], row.get("texts")) for row in
         preview_import(file=file, data=data, **given).rows]
        for file, data in (("a.csv", sent), ("a.xlsx", saved_csv(sent)))
    ]  # fmt: skip
    assert told[0] == told[1]
