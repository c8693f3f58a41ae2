"""A version on paper: everything that it says, how it is cited, and never a letter that is not shown."""

import io
import json
import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from guidelines import printing
from guidelines.drafts import digest
from guidelines.formats.marked import DEEPEST, tree
from guidelines.formats.to_pdf import Unprintable, as_pdf
from guidelines.loading import load
from guidelines.models import Version
from guidelines.publishing import approve, import_version, publish, retire, submit
from tests.guidelines.conftest import content, many, pair_texts

FOOTER = "Synthetic sessions. Education under qualified supervision. Not for patients."


def url(name, *args):
    return reverse(name, args=["novice-mistakes", *args])


def pages(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]


def words(pdf: bytes) -> str:
    """All of it with single gaps, so that a line that was broken is found."""
    return " ".join(" ".join(pages(pdf)).replace("\u200b", "").split())


def published(*entries) -> Version:
    version, _created = import_version(content=content(*entries))
    return version


@pytest.fixture
def second(edited, ana, amir):
    """Version 2: written by Ana, approved by Amir, published by Ana."""
    submit(version=edited, by=ana)
    approve(version=edited, by=amir)
    return publish(version=edited, by=ana, meaning="editorial", note="Plainer **words**.")


RICH = pair_texts(
    shows="Argues *and* [urges](https://example.org/mi).\nOver and over.",
    not_a_mistake="When a life is in danger.",
    examples=[{"context": "A first hour.", "before": "You must stop.", "after": "What would you like?"}],
    confused_with=["poor-listening"],
    may_co_occur_with=["good-practice"],
    references=["Miller (2013). *MI*, 3rd ed."],
    tags=["motivation"],
)


@pytest.mark.django_db
def test_everything_that_a_pair_says_stands_on_paper():
    version = published(
        ("forcing-change", RICH),
        ("poor-listening", pair_texts("Poor listening")),
        ("good-practice", pair_texts("Good practice", corrections=["Ask."], positive=True)),
    )
    said = words(as_pdf(printing.edition(version)))
    for text in (
        "1 Forcing change", "How it shows", "Argues and urges (https://example.org/mi). Over and over.",
        "The client digs in.",
        "When it is not a mistake", "When a life is in danger.", "Work with the ambivalence.",
        "A first hour.", "You must stop.", "What would you like?", "motivation", "Miller (2013). *MI*, 3rd ed.",
        "3 Good practice · good practice", "What to keep doing",
    ):  # fmt: skip
        assert text in said, text
    assert re.search(r"Poor listening \(section 2, page \d\)", said)
    assert re.search(r"Good practice \(section 3, page \d\)", said)


def test_the_title_page_says_who_stands_for_it_and_how_it_is_cited(second, ana, settings):
    settings.BASE_URL = "https://mirror.example.org/"
    pdf = as_pdf(printing.edition(second))
    first = " ".join(pages(pdf)[0].replace("\u200b", "").split())
    address = "https://mirror.example.org/guidelines/novice-mistakes/versions/2/"
    for text in (
        "Version 2", "only the wording changed", "Plainer **words**.", "Published by Ana", "Approved by Amir",
        "Fingerprint (SHA-256)", "copies with the same fingerprint say exactly the same",
        second.digest, address, "@misc{novice-mistakes-v2,", f"Version 2, {second.published_at:%-d %B %Y}.",
    ):  # fmt: skip
        assert text in first, text
    reader = PdfReader(io.BytesIO(pdf))
    assert reader.metadata.title == "Novice-mistakes, Version 2"
    for n, page in enumerate(pages(pdf), 1):
        assert FOOTER in page and f"{n} / {len(reader.pages)}" in page
    assert "Contents" in pages(pdf)[1]


def test_the_same_version_gives_the_same_bytes_dated_as_it_was_published(mistakes):
    pdf = as_pdf(printing.edition(mistakes))
    assert as_pdf(printing.edition(Version.objects.get(pk=mistakes.pk))) == pdf
    dated = PdfReader(io.BytesIO(pdf)).metadata.creation_date
    assert dated == mistakes.published_at.replace(microsecond=0)


def test_a_draft_is_marked_on_every_sheet_and_cannot_be_cited(log_in, edited, ben):
    pdf = as_pdf(printing.edition(edited))
    for page in pages(pdf):
        assert "DRAFT, not to be cited" in page
    said = words(pdf)
    assert digest(edited) in said and "How to cite" not in said and "Argues and urges (Ana)." in said
    browser = log_in(ben)
    page = browser.get(url("version_print", "draft")).content.decode()
    assert 'class="mark"' in page and "How to cite" not in page
    assert browser.get(url("version_cite", "draft", "bib")).status_code == 404


def test_a_published_version_carries_no_mark(log_in, ben, mistakes):
    assert "DRAFT" not in words(as_pdf(printing.edition(mistakes)))
    assert 'class="mark"' not in log_in(ben).get(url("version_print", 1)).content.decode()


def test_a_retired_version_says_that_it_is_no_longer_in_force(mistakes, ana):
    retire(version=mistakes, by=ana)
    mistakes.refresh_from_db()
    assert "no longer in force" in words(as_pdf(printing.edition(mistakes)))


def test_a_rubric_prints_its_levels(rubric):
    said = words(as_pdf(printing.edition(rubric)))
    for text in ("1 Clarity", "How well it can be followed.", "ordered levels", "Cannot be followed."):
        assert text in said


@pytest.mark.django_db
def test_everything_shipped_prints():
    load(["shipped"])
    for version in Version.objects.select_related("guideline"):
        edition = printing.edition(version)
        said = words(as_pdf(edition))
        for section in edition.sections:
            assert f"{section.number} {section.name}" in said


HOSTILE = [
    '#panic("x")', '#read("/etc/passwd")', "#import \"x\"", "$ x^2 $", "@section-1", "<script>alert(1)</script>",
    "`#eval(1)`", "[x](javascript:alert(1))", "![x](https://example.org/x.png)", "*" * 500, ">" * 300 + " deep",
    "- a\n" * 400, "".join("  " * n + "- a\n" for n in range(60)), "[[[[" * 200, "a" * 5_000, "\\" * 50,
    '"), panic("', "#" * 20, "---", "1000000000. a", "a\u202eb\u2066c", "x\ufeffy", "=1+1", "%PDF-1.7",
]  # fmt: skip


@pytest.mark.django_db
def test_hostile_text_is_printed_as_text_and_does_nothing(log_in, ben):
    plain = pair_texts(
        "Plain", shows="<script>alert(1)</script> #panic(1)", references=['#read("/etc/passwd")']
    )
    version = published(
        *(
            (f"entry-{n}", pair_texts(f"{text[:40]} {n}", shows=text, tags=["t"]))
            for n, text in enumerate(HOSTILE)
        ),
        ("plain", plain),
    )
    said = words(as_pdf(printing.edition(version)))
    assert (
        "<script>alert(1)</script> #panic(1)" in said
        and '#read("/etc/passwd")' in said
        and "root:" not in said
    )
    page = log_in(ben).get(url("version_print", 1)).content.decode()
    assert (
        "<script" not in page and "javascript:" not in re.sub(r">[^<]*<", "><", page) and "<img" not in page
    )


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.text(st.sampled_from("ab *_`[]()<>#-+>!\\\n\t.:/123=éßЖω"), max_size=80), min_size=1, max_size=8
    )
)
def test_whatever_is_typed_prints(mistakes, texts):
    edition = printing.edition(mistakes)
    blocks = [printing.Block("x", "words", text) for text in texts]
    blocks.append(printing.Block("x", "items", texts))
    section = printing.Section(1, "Any", "", blocks)
    made = as_pdf(replace(edition, sections=[section]))
    assert made.startswith(b"%PDF")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text",
    [
        "Příliš žluťoučký kůň, größer, źdźbło, ığüş, ơ",
        "Ἐν ἀρχῇ ἦν ὁ λόγος",
        "Съешь ещё этих ґанків",
        "“…” – € ✓",
    ],
)
def test_latin_greek_and_cyrillic_are_shown(text):
    version = published(("a", pair_texts(shows=text)))
    assert text in words(as_pdf(printing.edition(version)))


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["漢", "ไ", "😀"])
def test_a_letter_that_no_font_has_refuses_the_pdf_and_the_page_shows_it(log_in, ben, text):
    version = published(("a", pair_texts("First")), ("b", pair_texts("Second", shows=f"So: {text}")))
    with pytest.raises(Unprintable, match=rf"“{text}” \(U\+[0-9A-F]+\), which stands in “Second”"):
        as_pdf(printing.edition(version))
    browser = log_in(ben)
    refused = browser.get(url("version_pdf", 1))
    assert refused.status_code == 409 and "Print the page instead" in refused.content.decode()
    assert text in browser.get(url("version_print", 1)).content.decode()


def test_lists_deeper_than_paper_is_wide_stand_in_the_last_of_them():
    deep = tree("".join("    " * n + f"- item {n}\n" for n in range(12)))

    def depth(nodes):
        return max((1 + depth(one["c"]) for one in nodes if isinstance(one, dict) and "c" in one), default=0)

    assert depth(deep) <= 2 * DEEPEST + 2 and "item 11" in json.dumps(deep)


@pytest.mark.django_db
def test_a_long_guideline_comes_in_parts(log_in, ben):
    version, _created = import_version(content=many(printing.PER_PART + 3))
    edition = printing.edition(version, 2)
    assert [one.number for one in edition.sections] == [printing.PER_PART + n for n in (1, 2, 3)]
    assert (edition.part, edition.parts, edition.spans[1]) == (
        2,
        2,
        (printing.PER_PART + 1, printing.PER_PART + 3),
    )
    said = words(as_pdf(edition))
    assert "Part 2 of 2" in said and f"{printing.PER_PART + 1} Mistake {printing.PER_PART}" in said
    browser = log_in(ben)
    page = browser.get(url("version_print", 1)).content.decode()
    assert '<a href="?part=2">' in page and f"Part 2: {printing.PER_PART + 1} to" in page
    for part in ("0", "3", "x", "-1", "99999"):
        assert browser.get(url("version_pdf", 1), {"part": part}).status_code == 404


@pytest.mark.django_db
def test_a_neighbour_in_another_part_is_named_with_its_part():
    last = f"mistake-{printing.PER_PART}"
    first = ("first", pair_texts("First", confused_with=[last]))
    version = published(first, *((entry.key, entry.texts) for entry in many(printing.PER_PART + 1).entries))
    part = printing.edition(version, 1)
    # Its first section says it; to set the other hundred takes seconds.
    said = words(as_pdf(replace(part, sections=part.sections[:1])))
    assert f"Mistake {printing.PER_PART} (section {printing.PER_PART + 2}, part 2)" in said


def test_the_page_for_printing_costs_the_same_for_few_and_for_many(
    log_in, ben, mistakes, django_assert_max_num_queries
):
    browser = log_in(ben)
    browser.get(url("version_print", 1))
    import_version(content=many(120))
    with django_assert_max_num_queries(11):
        browser.get(url("version_print", 2))


def test_the_pages_lead_to_paper_and_citation(log_in, ben, mistakes):
    browser = log_in(ben)
    in_force = url("guideline_version", 1)
    assert f'href="{in_force}">Print, download, cite</a>' in browser.get(url("guideline")).content.decode()
    said = browser.get(in_force).content.decode()
    for address in (url("version_print", 1), url("version_pdf", 1), url("version_cite", 1, "bib")):
        assert f'href="{address}"' in said
    answer = browser.get(url("version_pdf", 1))
    assert answer["Content-Type"] == "application/pdf" and 'filename="novice-mistakes-v1.pdf"' in str(
        answer.headers
    )
    assert browser.post(url("version_pdf", 1)).status_code == 405
    assert browser.get(url("version_pdf", 7)).status_code == 404


def test_what_the_long_number_of_a_version_is_for_is_said_wherever_it_stands(log_in, ben, mistakes):
    browser = log_in(ben)
    for page in ("guideline_version", "version_print"):
        said = browser.get(url(page, 1)).content.decode()
        assert "copies with the same fingerprint say exactly the same" in said
        for at in re.finditer("SHA-256", said):
            assert "ingerprint" in said[at.start() - 40 : at.start()]


def test_reference_managers_read_the_citation(log_in, ben, mistakes):
    browser = log_in(ben)
    (item,) = json.loads(browser.get(url("version_cite", 1, "json")).content)
    on = mistakes.published_at.astimezone(UTC)
    assert item["version"] == "1" and item["issued"] == {"date-parts": [[on.year, on.month, on.day]]}
    assert f"Fingerprint (SHA-256) {mistakes.digest}" in item["note"]
    assert item["URL"].endswith(url("guideline_version", 1))
    assert browser.get(url("version_cite", 1, "ris")).status_code == 404


def test_a_title_cannot_break_out_of_its_bibtex_field():
    from guidelines.citing import Citation

    title = r"50 % of {us} & \input{x} #1_$"
    made = Citation("s", title, 1, datetime(2026, 1, 2, tzinfo=UTC).date(), "d" * 64, "https://example.org/")
    assert r"title = {{50 \% of \textbraceleft{}us\textbraceright{} \& \textbackslash{}input" in made.bibtex
    # BibTeX counts those behind a backslash too.
    lonely = replace(made, title=r"a } b \} c {").bibtex
    assert all(one.count("{") == one.count("}") for one in (made.bibtex, lonely))
