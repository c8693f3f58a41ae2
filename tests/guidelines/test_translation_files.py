"""Translations go out as a file of their own and come in again: shown first, then all of it or nothing."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from accounts.models import TrailEvent
from accounts.roles import Refused
from guidelines import dumping
from guidelines.drafts import WrongState
from guidelines.formats.document import BadFile
from guidelines.models import Translation, TranslationPreview
from guidelines.publishing import import_version
from guidelines.texts import tidy
from guidelines.translating import reading, segments
from guidelines.translating.applying import apply_import
from guidelines.translating.content import TranslatedContent, TranslatedEntry, content_of, places
from guidelines.translating.previewing import preview_import
from guidelines.translating.saving import newest
from guidelines.translating.writing import WRITERS
from tests.guidelines.conftest import change, content, dimension_texts, pair_texts, revision_in
from tests.guidelines.saved_csv import as_typed, saved_csv
from tests.guidelines.test_round_trip import PAIRS, SOME, dimensions
from tests.guidelines.translators import FA, approved, in_persian, speaks, translate

FORCING = "forcing-change"
EXAMPLE = {"before": "Counsellor: You must.", "after": "Counsellor: What would help?"}


@pytest.fixture(autouse=True)
def translators(request):
    if "db" in request.fixturenames:
        speaks(request.getfixturevalue("ana"))
        speaks(request.getfixturevalue("amir"))


@pytest.fixture
def version(db):
    texts = pair_texts(examples=[EXAMPLE, {"context": "=1+1"}], confused_with=["poor-listening"])
    made, _new = import_version(
        content=content((FORCING, texts), ("poor-listening", pair_texts("Poor listening")))
    )
    return made


def url(name, *args):
    return reverse(name, args=["novice-mistakes", FA, *args])


def out(version, format, state="") -> bytes:
    return WRITERS[format](content_of(version, FA, state))


def brought(version, data, by, format="csv") -> TranslationPreview:
    given = {"guideline": version.guideline, "language": FA, "file": f"a.{format}", "by": by}
    return preview_import(**given, data=data)


def states(preview) -> dict[str, str]:
    return {row["key"]: row["state"] for row in preview.rows}


def rows_of(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def filled(data: bytes, mark="ترجمهٔ ", but=()) -> bytes:
    """The table with a translation beside every text, as a translator would give it back; rows in another order."""
    rows = rows_of(data)
    head, body = rows[:4], rows[4:]
    for row in body:
        row[4] = mark + row[3].lstrip("'") if row[2] not in but else ""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([*head, *sorted(body, key=lambda row: row[3])])
    return text.getvalue().encode()


ENTRIES = st.one_of(
    st.lists(PAIRS.map(lambda one: tidy("pairs", one)), min_size=1, max_size=2).map(lambda x: ("pairs", x)),
    st.lists(dimensions().map(lambda one: tidy("rubric", one)), min_size=1, max_size=2).map(
        lambda x: ("rubric", x)
    ),
)


def read_back(format, data, written: TranslatedContent) -> dict:
    """{key: texts} as an import understands the file."""
    found = {}
    for entry in reading.entries_of(reading.read(f"x.{format}", data)):
        of = next(one.of for one in written.entries if one.key == entry.key)
        assert not entry.reason
        if entry.said is None:
            found[entry.key] = segments.tidied(written.kind, entry.texts)
        else:
            known = places(written.kind, of)
            said = {known[name]: text for name, text in entry.said.items()}
            found[entry.key] = segments.tidied(written.kind, segments.assembled(written.kind, of, said))
    return found


@settings(max_examples=40, deadline=None)
@given(ENTRIES, st.data())
def test_every_translation_survives_every_format(drawn, data):
    kind, sources = drawn
    entries = []
    for n, source in enumerate(sources):
        there = segments.segments(kind, source)
        said = {place: "نام" if place == ("name",) else data.draw(SOME) for place in there}
        texts = segments.assembled(kind, source, said)
        entries.append(TranslatedEntry(f"entry-{n}", str(n) * 64, source, texts))
    written = TranslatedContent("novice-mistakes", kind, FA, tuple(entries))
    for format, write in WRITERS.items():
        assert read_back(format, write(written), written) == {e.key: e.texts for e in entries}, format
    opened_and_saved = saved_csv(WRITERS["csv"](written))
    assert read_back("xlsx", opened_and_saved, written) == {e.key: e.texts for e in entries}


@pytest.mark.parametrize("digest", ["123456789012", "1234567890e1", "000000000001"])
def test_a_mark_of_the_source_that_could_be_a_number_is_written_until_it_is_none(digest):
    source = tidy("pairs", {"name": "A", "shows": "x", "corrections": ["y"]})
    texts = in_persian("pairs", source)
    digest += "0" * (63 - len(digest)) + "b"
    written = TranslatedContent(
        "novice-mistakes", "pairs", FA, (TranslatedEntry("a", digest, source, texts),)
    )
    opened_and_saved = saved_csv(WRITERS["csv"](written), read=as_typed)
    assert read_back("xlsx", opened_and_saved, written) == {"a": texts}


def test_a_cell_at_the_far_end_of_the_sheet_changes_nothing_in_its_row():
    source = tidy("pairs", {"name": "A", "shows": "x", "corrections": ["y"]})
    texts = in_persian("pairs", source)
    written = TranslatedContent(
        "novice-mistakes", "pairs", FA, (TranslatedEntry("a", "a" * 64, source, texts),)
    )
    book = load_workbook(io.BytesIO(WRITERS["xlsx"](written)))
    book["translations"].cell(2, 16_384).value = "x"
    out = io.BytesIO()
    book.save(out)
    assert read_back("xlsx", out.getvalue(), written) == {"a": texts}


def test_a_text_too_long_for_one_cell_goes_on_in_the_next_row():
    source = tidy("pairs", {"name": "A", "shows": "x", "corrections": ["y"]})
    texts = segments.assembled(
        "pairs", source, {("name",): "آ", ("shows",): "=" + "😀" * 19_000, ("corrections", 0): "ب"}
    )
    written = TranslatedContent(
        "novice-mistakes", "pairs", FA, (TranslatedEntry("a", "a" * 64, source, texts),)
    )
    assert read_back("xlsx", WRITERS["xlsx"](written), written) == {"a": texts}


@pytest.mark.django_db
@pytest.mark.usefixtures("replayed")
@pytest.mark.parametrize("format", list(WRITERS))
def test_what_goes_out_comes_in_as_nothing_new_and_leaves_the_guideline_as_it_was(format, version, ana, amir):
    was = {one: dumping.dump(version, one) for one in ("yaml", "json", "csv")}
    approved(revision_in(version, FORCING), ana, amir)
    data = out(version, format)
    preview = brought(version, data, ana, format)
    assert states(preview)[FORCING] == "unchanged" and "new" not in states(preview).values()
    with pytest.raises(WrongState, match="nothing that is not here"):
        apply_import(preview=preview, by=ana)
    assert {one: dumping.dump(version, one) for one in was} == was
    assert out(version, format) == data or format == "xlsx"


@pytest.mark.usefixtures("replayed")
def test_a_sheet_is_filled_in_shown_and_taken_as_drafts(client, ana, amir, version):
    client.force_login(ana)
    sheet = client.get(url("translation_download", "csv"))
    assert "novice-mistakes-v1-fa.csv" in sheet.headers["Content-Disposition"]
    assert ",'=1+1," in sheet.content.decode()
    sent = SimpleUploadedFile("fa.csv", filled(sheet.content))
    shown = client.post(url("translation_import"), {"file": sent}, follow=True)
    page = shown.content.decode()
    assert "Take 2 translations as drafts" in page and "<ins>ترجمهٔ Argues, urges and overrides.</ins>" in page
    assert not Translation.objects.exists()
    taken = client.post(shown.request["PATH_INFO"], follow=True).content.decode()
    assert "2 translations came in from fa.csv, as drafts" in taken
    made = newest(revision_in(version, FORCING), FA)
    assert made.author == ana and made.state == "draft" and made.reason == "Imported from fa.csv"
    assert made.texts["examples"][1] == {"context": "ترجمهٔ =1+1"}
    act = TrailEvent.objects.get(verb="guidelines.import_translations")
    assert act.parts.count() == 2 and act.after["written"] == 2
    trail = client.get(reverse("guideline_trail", args=["novice-mistakes"])).content.decode()
    assert "Took a file of translations (fa)" in trail
    # Twice does no harm.
    assert client.post(shown.request["PATH_INFO"]).status_code == 404


def test_an_entry_without_any_translation_is_passed_over(version, ana):
    translate(revision_in(version, FORCING), ana)
    preview = brought(version, out(version, "csv"), ana)
    assert states(preview) == {FORCING: "unchanged", "poor-listening": "empty"}


def test_words_for_an_earlier_source_are_kept_with_it_and_offered_as_a_start(client, ana, amir, version):
    from guidelines.publishing import approve as approve_draft
    from guidelines.publishing import open_draft, publish, submit

    data = filled(out(version, "csv"))
    draft = open_draft(guideline=version.guideline, by=ana)
    change(draft, ana)
    submit(version=draft, by=ana)
    approve_draft(version=draft, by=amir)
    publish(version=draft, by=ana, meaning="editorial", note="Clearer.")
    preview = brought(version, data, ana)
    [row] = [row for row in preview.rows if row["key"] == FORCING]
    assert row["state"] == "new" and row["earlier"]
    client.force_login(ana)
    assert (
        "the source has changed since"
        in client.get(url("translation_import_preview", preview.token)).content.decode()
    )
    apply_import(preview=preview, by=ana)
    page = client.get(url("translation_edit", FORCING, 2)).content.decode()
    assert "changed since it was translated" in page and "ترجمهٔ Forcing change" in page


def test_all_or_nothing_when_a_colleague_translated_meanwhile(version, ana, amir):
    preview = brought(version, filled(out(version, "csv")), ana)
    translate(revision_in(version, FORCING), amir)
    with pytest.raises(WrongState, match=r"Forcing change \(Amir\)"):
        apply_import(preview=preview, by=ana)
    assert Translation.objects.count() == 1 and TranslationPreview.objects.filter(pk=preview.pk).exists()


def test_an_old_file_does_not_undo_what_was_written_since(version, ana):
    translate(revision_in(version, FORCING), ana)
    data = out(version, "yaml")
    translate(revision_in(version, FORCING), ana, mark="۲ ")
    assert states(brought(version, data, ana, "yaml")) == {FORCING: "older"}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda text: text.replace("forcing-change", "no-such", 1), "“no-such” is no entry"),
        (lambda text: text.replace("source: ", "source: f00", 1), "no text of this entry has this mark"),
        (lambda text: text.replace("  - ترجمهٔ Ask what she wants herself.\n", "", 1), "must have 2 items"),
        (lambda text: text.replace("  shows:", "  tags: [x]\n  shows:", 1), "not a field that is translated"),
        (lambda text: text.replace("after:", "context:", 1), "must have exactly: after, before"),
    ],
)
def test_a_row_that_does_not_fit_its_source_is_refused_with_its_line_and_nothing_comes_in(
    change, reason, version, ana
):
    translate(revision_in(version, FORCING), ana)
    translate(revision_in(version, "poor-listening"), ana)
    text = out(version, "yaml").decode()
    assert change(text) != text
    preview = brought(version, change(text).replace("ترجمهٔ Poor", "دیگر Poor").encode(), ana, "yaml")
    [refused] = [row for row in preview.rows if row["state"] == "refused"]
    assert reason in refused["problems"][0]["reason"] and refused["problems"][0]["place"].startswith("line ")
    with pytest.raises(WrongState, match="Some rows of the file are refused"):
        apply_import(preview=preview, by=ana)
    assert Translation.objects.count() == 2


def test_levels_keep_their_values_in_a_file_too(db, ana):
    texts = dimension_texts()
    version, _new = import_version(content=content(("clarity", texts), kind="rubric"))
    clarity = version.entries.get().dimension_revision
    said = in_persian("rubric", clarity.texts)
    entry = TranslatedEntry("clarity", clarity.digest, clarity.texts, said)
    written = TranslatedContent("novice-mistakes", "rubric", FA, (entry,))
    text = WRITERS["yaml"](written).decode()
    for was, now in (("value: 1", "value: 3"), ("value: 1", "value: '1'")):
        preview = brought(version, text.replace(was, now).encode(), ana, "yaml")
        assert "the level stays 1" in preview.rows[0]["problems"][0]["reason"]
    assert states(brought(version, text.encode(), ana, "yaml")) == {"clarity": "new"}


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (lambda t: t.replace("# language,fa", "# language,de"), "here belongs Persian"),
        (
            lambda t: t.replace("# guideline,novice-mistakes", "# guideline,other"),
            "not the guideline of this page",
        ),
        (lambda t: t.replace("# kind,pairs", "# kind,rubric"), "of the kind pairs"),
        (lambda t: t.replace("# language,fa\n", ""), "language.*is missing"),
        (
            lambda t: t.replace("key,source,place,text", "key,source,text,text2"),
            "place.*this column is missing",
        ),
        (lambda t: t.replace("# kind,pairs", "# kind,pairs\n# odd,x"), "not a known field"),
        (lambda t: "", "no row names the columns"),
        (lambda t: t.replace("key,source", '"key,source'), "is not CSV|no row names the columns"),
    ],
)
def test_a_file_that_is_something_else_is_refused_whole(wrong, reason, version, ana):
    text = out(version, "csv").decode("utf-8-sig")
    assert wrong(text) != text
    with pytest.raises(BadFile, match=reason):
        brought(version, wrong(text).encode(), ana)
    assert not TranslationPreview.objects.exists()


def test_a_place_that_the_source_does_not_have_is_refused(version, ana):
    text = filled(out(version, "csv")).decode().replace("corrections 2", "corrections 7", 1)
    preview = brought(version, text.encode(), ana)
    refused = [row["problems"][0]["reason"] for row in preview.rows if row["state"] == "refused"]
    assert refused == ["the source has no text at: corrections 7"]
    twice = filled(out(version, "csv")).decode().replace("corrections 2", "corrections 1", 1)
    refused = [row for row in brought(version, twice.encode(), ana).rows if row["state"] == "refused"]
    assert refused[0]["problems"][0]["reason"] == "“corrections 1” is there twice"


def test_a_number_or_formula_in_place_of_a_translation_is_refused(version, ana):
    for cell in (7, "=1+1"):
        book = load_workbook(io.BytesIO(out(version, "xlsx")))
        book["translations"]["E2"] = cell
        data = io.BytesIO()
        book.save(data)
        with pytest.raises(BadFile, match="row 2.*holds"):
            brought(version, data.getvalue(), ana, "xlsx")


def test_only_who_may_translate_brings_a_file_and_only_her_own_preview(client, version, ana, amir, ben, lena):
    data = filled(out(version, "csv"))
    for person in (speaks(ben), speaks(lena)):
        with pytest.raises(Refused):
            brought(version, data, person)
    preview = brought(version, data, ana)
    with pytest.raises(WrongState, match="This preview is gone"):
        apply_import(preview=preview, by=amir)
    client.force_login(amir)
    assert client.get(url("translation_import_preview", preview.token)).status_code == 404


def test_a_sheet_can_hold_only_what_is_in_one_state(version, ana):
    translate(revision_in(version, FORCING), ana)
    rows = rows_of(out(version, "csv", "missing"))[4:]
    assert {row[0] for row in rows} == {"poor-listening"}
