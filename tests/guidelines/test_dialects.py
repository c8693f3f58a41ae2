"""CSV as spreadsheet programs of several countries write it: read as it was meant, or refused; never read wrong."""

from contextlib import suppress
from dataclasses import replace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from guidelines.dumping import content_of as content_of_version
from guidelines.formats.dialects import CODE_PAGES, decoded
from guidelines.formats.document import BadFile
from guidelines.formats.writing import as_csv
from guidelines.loading import content_of
from guidelines.reading import document_of
from guidelines.texts import LONGEST_ITEM, MOST_ITEMS, tidy
from tests.guidelines.conftest import content, pair_texts
from tests.guidelines.tables import as_excel
from tests.guidelines.test_round_trip import PAIRS, WORDS

GERMAN = "Größere Straßen: „schön“ – “öde”, Äpfel, Übung, Café, don’t … 5 €"
FRENCH = "Là où l’élève hésite, ça va"


def of(*pairs):
    named = [tidy("pairs", one | {"name": f"{one['name'][:150].strip()} {n}"}) for n, one in enumerate(pairs)]
    return content(*((f"entry-{n}", one) for n, one in enumerate(named)))


def signs_of(page: str, first: int) -> list[str]:
    found = (bytes([byte]).decode(page, "ignore") for byte in range(first, 0x100))
    return [sign for sign in found if sign and sign.isprintable()]


def read(data: bytes, letters: str = "", name: str = "a.csv"):
    return content_of(document_of(name, data, letters))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(PAIRS, min_size=1, max_size=3),
    WORDS,
    st.sampled_from(",;\t"),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.booleans(),
    st.sampled_from(["\r\n", "\n"]),
)
def test_what_was_written_in_any_dialect_reads_as_the_same(pairs, about, separator, encoding, says_sep, ends):
    before = replace(of(*pairs), about=about)
    data = as_excel(before, separator, encoding, says_sep, ends)
    for name in ("a.csv", "a.txt", "a.tsv"):
        after = read(data, name=name)
        assert after == before and after.digest == before.digest


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(CODE_PAGES)), st.data())
def test_in_letters_that_a_person_names_everything_reads_as_it_was_written(page, data):
    signs = signs_of(page, 0x80)
    text = data.draw(st.text(st.sampled_from([*signs, *"ab ,;\"'"]), max_size=40)).strip()
    before = content(("a", pair_texts(shows=f"x {text} y")))
    written = as_excel(before, encoding=page)
    try:
        written.decode("utf-8")
    except UnicodeDecodeError:
        assert read(written, page) == before


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(["cp1250", "cp1252", "cp1254", "cp1257"]), st.data())
def test_without_a_name_they_are_read_right_or_refused(page, data):
    signs = signs_of(page, 0xA0)
    text = data.draw(st.text(st.sampled_from([*signs, *"abc "]), max_size=12))
    written = text.encode(page)
    try:
        written.decode("utf-8")
        return
    except UnicodeDecodeError:
        pass
    with suppress(BadFile):
        assert decoded(written, "a.csv") == (text, "cp1252")


def test_german_from_excel_is_read_without_a_question():
    before = content(("a", pair_texts(shows=GERMAN)))
    document = document_of("a.csv", as_excel(before, encoding="cp1252"))
    assert content_of(document) == before
    assert document.read_as == (
        "Read as a table parted by semicolons, letters: Western European (Windows-1252)."
    )


@pytest.mark.parametrize(
    ("text", "page"),
    [
        (FRENCH, "cp1252"),
        ("Příliš žluťoučký kůň", "cp1250"),
        ("Zażółć gęślą jaźń", "cp1250"),
        ("Съешь ещё этих булок", "cp1251"),
        ("Το στρώμα είναι άδειο", "cp1253"),
        ("Işığı söndür", "cp1254"),
        ("Įlinkdama fechtuotojo špaga", "cp1257"),
        ("Größere Bäume können stürzen", "mac_roman"),
        ("L’élève hésite", "mac_roman"),
        ("Größere Bäume können stürzen", "cp850"),
        ("L'élève a répété", "cp850"),
    ],
)
def test_letters_that_could_be_others_are_refused_with_their_line(text, page):
    before = content(("a", pair_texts(harms="Plain.")), ("b", pair_texts("Other", shows=text)))
    data = as_excel(before, encoding=page)
    with pytest.raises(BadFile, match="can be read in several ways") as refusal:
        read(data)
    assert refusal.value.line == 9 and "CSV UTF-8" in refusal.value.reason
    if page in CODE_PAGES:
        assert read(data, page) == before


def test_the_refusal_shows_the_word_as_it_could_be_read():
    with pytest.raises(
        BadFile, match="“élève” – Western European .Windows-1252.; “élčve” – Central European"
    ):
        read("# guideline;x élève".encode("cp1252"))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("# guideline,x\n".encode("utf-16-le"), "neither UTF-8 nor marked as UTF-16"),
        (b"\xff\xfe#\x00\x00\xd8a\x00", "is not UTF-16"),
        (b"\xef\xbb\xbf# guideline,\xe9\n", "is not UTF-8: byte 0xE9"),
        (b"sep=|\n# guideline|x\n", "parted by “|”"),
        (b'"# guideline,novice-mistakes"\n', "a whole row in one cell"),
        (b"sep=;\n# guideline,mine\n# kind,pairs\n", "guideline,mine"),
    ],
)
def test_a_table_that_cannot_be_read_for_sure_is_refused(data, reason):
    with pytest.raises(BadFile) as refusal:
        read(data)
    assert reason in str(refusal.value)


def test_lines_are_counted_from_the_top_of_the_file_as_it_is():
    before = content(("a", pair_texts()), ("b", pair_texts("Other", corrections=["Listen."])))
    for says_sep, line in ((False, 9), (True, 10)):
        data = as_excel(before, says_sep=says_sep).replace(b"Listen.", b" ")
        with pytest.raises(BadFile) as refusal:
            read(data)
        assert (refusal.value.line, refusal.value.field) == (line, "corrections")


def test_an_export_says_itself_that_it_is_utf_8():
    assert as_csv(content(("a", pair_texts()))).startswith(b"\xef\xbb\xbf# guideline,")


def test_the_preview_says_how_the_file_was_read_and_a_person_may_name_its_letters(log_in, ana, mistakes):
    url = reverse("guideline_import", args=["novice-mistakes"])
    before = content_of_version(mistakes)
    first = replace(before.entries[0], texts=before.entries[0].texts | {"shows": FRENCH})
    data = as_excel(replace(before, entries=(first, *before.entries[1:])), encoding="cp1252")
    browser = log_in(ana)
    refused = browser.post(url, {"file": SimpleUploadedFile("a.csv", data)})
    assert refused.status_code == 400 and "Letters of a CSV file" in refused.content.decode()
    assert "can be read in several ways" in refused.content.decode()
    shown = browser.post(url, {"file": SimpleUploadedFile("a.csv", data), "letters": "cp1252"}, follow=True)
    page = shown.content.decode()
    assert "parted by semicolons, letters: Western European (Windows-1252)" in page
    assert "élève" in page and "Put 1 entry into the draft" in page
    bad = browser.post(url, {"file": SimpleUploadedFile("a.csv", data), "letters": "rot13"})
    assert bad.status_code == 400


def test_the_longest_entry_that_may_be_saved_comes_back_from_a_table():
    longest = [f"{n} " + "x" * (LONGEST_ITEM - 10) for n in range(MOST_ITEMS)]
    written = of(pair_texts(corrections=longest, examples=[{"before": one} for one in longest]))
    assert read(as_csv(written)).digest == written.digest
