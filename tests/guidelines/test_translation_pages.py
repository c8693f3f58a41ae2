"""The pages of a translator, and of a reader who prefers another language, without JavaScript."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from guidelines.models import Translation, TranslationScratch
from guidelines.publishing import import_version
from guidelines.translating import approving, segments
from guidelines.translating.forms import name_of
from guidelines.translating.saving import newest
from tests.guidelines.api_client import MISTAKES, Program
from tests.guidelines.conftest import change, content, pair_texts, revision_in
from tests.guidelines.translators import FA, approved, in_persian, speaks, translate

FORCING = "forcing-change"


@pytest.fixture(autouse=True)
def translators(ana, amir):
    return speaks(ana), speaks(amir)


@pytest.fixture
def forcing(mistakes):
    return revision_in(mistakes, FORCING)


def url(name, *args):
    return reverse(name, args=["novice-mistakes", *args])


def text_url(key=FORCING, n=1, name="translation_edit", language=FA):
    return url(name, language, key, n)


def sent(revision, mark="", base="", **more) -> dict:
    said = segments.segments("pairs", in_persian("pairs", revision.texts, mark))
    return {name_of(place): text for place, text in said.items()} | {"base": base} | more


def test_a_pair_is_translated_and_approved_by_clicking(client, ana, amir, ben, forcing):
    client.force_login(ana)
    assert url("translations") in client.get(url("guideline")).content.decode()
    begun = client.get(url("translations"), {"language": FA})
    assert begun.headers["Location"] == url("translation_list", FA)
    listed = client.get(url("translation_list", FA)).content.decode()
    assert (
        text_url() in listed
        and "فارسی" in listed
        and "reviewers still judge, with the English text" in listed
    )
    page = client.get(text_url()).content.decode()
    assert (
        "Argues, urges and overrides." in page
        and 'dir="rtl"' in page
        and "Acceptable corrections, number 2" in page
    )
    answer = client.post(text_url(), sent(forcing, then="submit"), follow=True).content.decode()
    assert "It waits for a colleague" in answer and "You wrote part of this translation" in answer

    client.force_login(amir)
    page = client.get(text_url()).content.decode()
    assert "Approve these words" in page
    answer = client.post(text_url(name="translation_step"), {"step": "approve", "n": 1}, follow=True)
    assert "is now: approved" in answer.content.decode()

    client.force_login(ben)
    page = client.get(url("guideline"), {"language": FA}).content.decode()
    assert "ترجمهٔ Argues, urges and overrides." in page
    assert client.post(text_url(name="translation_step"), {"step": "submit", "n": 1}).status_code == 403
    assert client.post(text_url(), sent(forcing)).status_code == 403


def test_what_is_not_translated_is_shown_in_the_source_and_says_so(log_in, ben, forcing, ana, amir):
    approved(forcing, ana, amir)
    browser = log_in(ben)
    for address in (url("guideline"), url("guideline_version", "1")):
        page = browser.get(address, {"language": FA}).content.decode()
        assert page.count("not translated, shown in English") == 2
        assert "1 of 3 entries are shown in Persian" in page
        assert "Sessions are made and judged with the English text." in page
        card = page[page.index(f'id="{FORCING}"') :]
        assert re.search(r'<h3[^>]* lang="fa" dir="rtl">ترجمهٔ Forcing change', card)
        # Its neighbour has no translation: its name is marked as English inside the Persian card.
        assert '<span lang="en" dir="ltr">Poor listening</span>' in card
        other = page[page.index('id="poor-listening"') :]
        assert '<div lang="en" dir="ltr">' in other
        # What the page itself says in the middle of Persian is no Persian.
        assert '<dt lang="en">Why it harms</dt>' in page
        assert '<html lang="en">' in page
        # Wherever a name stands it is said in whose language it is, also to those who do not see the page.
        heard = re.findall(r'<span class="visually-hidden"([^>]*)> (?:ترجمهٔ )?(\S+)', page)
        assert {tongue for tongue, word in heard if word == "Forcing"} == {' lang="fa" dir="rtl"'}
        assert {tongue for tongue, word in heard if word == "Poor"} == {' lang="en" dir="ltr"'}
    plain = browser.get(url("guideline")).content.decode()
    assert "not translated" not in plain and "(1 of 3)" in plain


def test_a_reader_sees_her_own_language_once_anything_in_it_is_approved(log_in, ben, forcing, ana, amir):
    browser = log_in(speaks(ben))
    translation = translate(forcing, ana)
    assert browser.get(url("guideline")).context["tongues"]["chosen"].code == "en"
    approving.submit(translation=translation, by=ana)
    approving.approve(translation=translation, by=amir)
    assert browser.get(url("guideline")).context["tongues"]["chosen"].code == FA
    assert "Argues, urges" in browser.get(url("guideline"), {"language": "en"}).content.decode()
    for odd in ("xx", "", "'\"", "\0"):
        assert browser.get(url("guideline"), {"language": odd}).context["tongues"]["chosen"].code == FA


def test_the_language_is_kept_from_page_to_page(log_in, ben, ana, amir, db):
    texts = [(f"mistake-{n}", pair_texts(f"Mistake {n}", confused_with=["mistake-100"])) for n in range(100)]
    version, _new = import_version(content=content(*texts, ("mistake-100", pair_texts("Mistake 100"))))
    approved(revision_in(version, "mistake-60"), ana, amir)
    browser = log_in(ben)
    first = browser.get(url("guideline"), {"language": FA, "words": "mistake"})
    assert '<input type="hidden" name="language" value="fa">' in first.content.decode()
    assert f"?start=mistake-100&amp;language={FA}#mistake-100" in first.content.decode()
    assert first.context["after"].endswith(f"&language={FA}")
    seen, query = "", first.context["after"]
    while query:
        shown = browser.get(url("guideline") + query)
        seen, query = seen + shown.content.decode(), shown.context["after"]
    assert "ترجمهٔ Mistake 60" in seen


def test_two_save_at_once_and_the_second_sees_both_texts_and_merges(client, ana, amir, forcing):
    client.force_login(ana)
    client.post(text_url(), sent(forcing))
    client.force_login(amir)
    stale = client.post(text_url(), sent(forcing, mark="دیگر "))
    page = stale.content.decode()
    assert stale.status_code == 409 and "<ins>دیگر </ins>" in page and "Ana saved at" in page
    assert 'name="base" value="1.1"' in page
    merged = client.post(text_url(), sent(forcing, mark="دیگر ", base="1.1"), follow=True)
    assert merged.status_code == 200 and newest(forcing, FA).n == 2


def test_an_old_translation_is_the_start_of_the_new_with_what_changed_in_the_source(
    log_in, ana, amir, draft, mistakes
):
    approved(revision_in(mistakes, FORCING), ana, amir)
    change(draft, ana, shows="Argues, urges and interrupts.", corrections=["Ask what she wants herself."])
    browser = log_in(ana)
    page = browser.get(text_url(n=2)).content.decode()
    assert "<del>overrides</del>" in page and "<ins>interrupts</ins>" in page
    assert "changed since it was translated" in page and 'name="base" value="1.1"' in page
    assert "<del>Work with the ambivalence.</del>" in page and "ترجمهٔ Ask what she wants herself." in page
    behind = browser.get(url("guideline"), {"language": FA}).content.decode()
    assert "changed since it was translated, shown in English" in behind
    listed = browser.get(
        url("translation_list", FA), {"version": "draft", "state": "behind"}
    ).content.decode()
    assert text_url(n=2) in listed and "1 of 3 fits" in listed
    assert "The open draft says something else" in browser.get(text_url(n=1)).content.decode()


def test_progress_is_counted_for_every_language(log_in, ana, amir, lena, draft, mistakes):
    speaks(ana, "de")
    translate(revision_in(mistakes, "poor-listening"), ana, language="de")
    speaks(ana)
    approved(revision_in(mistakes, FORCING), ana, amir)
    translate(revision_in(mistakes, FORCING), ana, mark="۲ ")
    waits = translate(revision_in(mistakes, "good-practice"), amir)
    approving.submit(translation=waits, by=amir)
    change(draft, ana, key="poor-listening", shows="Looks away.")
    rows = {
        version: {
            row.language.code: (row.shown, *row.counts.values())
            for row in log_in(lena).get(url("translations"), {"version": version}).context["rows"]
        }
        for version in ("", "draft")
    }
    # Shown, then: not translated, behind, draft, in review, approved.
    assert rows[""] == {FA: (1, 1, 0, 1, 1, 0), "de": (0, 2, 0, 1, 0, 0)}
    assert rows["draft"] == {FA: (1, 1, 0, 1, 1, 0), "de": (0, 2, 1, 0, 0, 0)}


def test_a_refused_text_comes_back_with_its_reason_beside_it(log_in, ana, forcing):
    answer = log_in(ana).post(text_url(), sent(forcing) | {"shows": "x\x07", "harms": "<b>"})
    page = answer.content.decode()
    assert answer.status_code == 400 and "control character" in page and "&lt;b&gt;" in page
    assert not Translation.objects.exists()
    empty = log_in(ana).post(text_url(), {"base": ""})
    assert empty.status_code == 400 and "Nothing is translated yet." in empty.content.decode()


def test_what_is_typed_is_kept_and_offered_again(log_in, ana, forcing):
    browser = log_in(ana)
    answer = browser.post(text_url(name="translation_keep"), {"name": "نیمه", "base": ""})
    assert "Kept for you at" in answer.content.decode()
    page = browser.get(text_url()).content.decode()
    assert "are kept and not saved" in page and "نیمه" not in page and "hx-post" not in page
    assert "نیمه" in browser.get(text_url(), {"words": "mine"}).content.decode()
    assert "are kept" not in browser.post(text_url(name="translation_forget"), follow=True).content.decode()


def test_words_that_wait_outlive_another_save_of_hers_by_page_or_by_program(log_in, ana, amir, forcing):
    browser, program = log_in(ana), Program(ana)
    at = f"{MISTAKES}translations/fa/{FORCING}/1/"
    first = translate(forcing, ana)
    browser.post(text_url(name="translation_keep"), {"name": "نیمه", "base": "1.1"})
    assert program("PATCH", at, {"texts": {"name": "دو"}}, If_Match='"1.1"').status_code == 200
    undecided = browser.get(text_url()).content.decode()
    assert "Until you decide" in undecided and 'name="words"' not in undecided
    assert browser.post(text_url(), sent(forcing, mark="سه ", base="1.2")).status_code == 302
    assert program("PUT", at, {"texts": first.texts | {"name": "چهار"}}, If_Match='"1.1"').status_code == 412
    stale = browser.post(text_url(), sent(forcing, mark="پنج ", base="1.1"))
    assert stale.status_code == 409 and "Other words of yours wait as well" in stale.content.decode()
    assert TranslationScratch.objects.get().texts["name"] == "نیمه"


def test_a_form_that_holds_the_words_that_wait_takes_them_along(log_in, ana, amir, forcing):
    browser = log_in(ana)
    browser.post(text_url(name="translation_keep"), {"name": "نیمه", "base": ""})
    assert 'name="words" value="mine"' in browser.get(text_url(), {"words": "mine"}).content.decode()
    translate(forcing, amir)
    stale = browser.post(text_url(), sent(forcing, mark="دو ", words="mine")).content.decode()
    assert "Other words" not in stale and 'name="words" value="mine"' in stale
    assert TranslationScratch.objects.get().texts["name"].startswith("ترجمهٔ دو ")
    browser.post(text_url(), sent(forcing, mark="سه ", base="1.1", words="mine"))
    assert newest(forcing, FA).n == 2 and not TranslationScratch.objects.exists()


def test_a_translator_goes_on_to_the_next_that_is_not_translated(log_in, ana, forcing):
    browser = log_in(ana)
    answer = browser.post(text_url(), sent(forcing, then="next"))
    assert answer.headers["Location"] == text_url("poor-listening")
    translate(revision_in(forcing.entries.get().version, "poor-listening"), ana)
    answer = browser.post(text_url(), sent(forcing, mark="۲ ", base="1.1", then="next"))
    assert answer.headers["Location"] == text_url("good-practice")


def test_addresses_that_name_nothing_are_no_pages(log_in, ana, forcing):
    browser = log_in(ana)
    for address in (
        url("translation_list", "en"),
        url("translation_list", "xx"),
        text_url(n=9),
        text_url("nothing"),
        url("translation_download", FA, "exe"),
    ):
        assert browser.get(address).status_code == 404, address
    for base in ("9.9", "x", "1.", "1.1"):
        assert browser.post(text_url(), sent(forcing, base=base)).status_code == 404, base
    for step in ({"step": "delete", "n": 1}, {"step": "submit", "n": "x"}, {"step": "submit", "n": 1}):
        assert browser.post(text_url(name="translation_step"), step).status_code == 404


def test_hostile_words_are_inert(log_in, ana, amir, forcing):
    approved(forcing, ana, amir, mark="<script>alert(1)</script>")
    browser = log_in(ana)
    for address in (url("guideline") + "?language=fa", text_url(), url("translation_list", FA)):
        assert "<script>alert" not in browser.get(address).content.decode()


def test_pages_ask_no_more_for_many_translations_than_for_few(log_in, ana, amir, db):
    browser, counts = log_in(ana), []
    browser.get(url("translations"))  # what a process asks once
    for n in (60, 120):
        texts = [(f"mistake-{i}", pair_texts(f"Mistake {i}", confused_with=["mistake-1"])) for i in range(n)]
        version, _new = import_version(content=content(*texts))
        for i in range(0, n, 2):
            if newest(revision := revision_in(version, f"mistake-{i}"), FA) is None:
                approved(revision, ana, amir) if i % 4 else translate(revision, ana)
        counts.append([])
        for address in (
            url("guideline") + "?language=fa",
            url("translations"),
            url("translation_list", FA),
            text_url("mistake-0"),
            url("translation_download", FA, "csv"),
        ):
            with CaptureQueriesContext(connection) as asked:
                assert browser.get(address).status_code == 200
            counts[-1].append(len(asked))
    assert counts[0] == counts[1]
