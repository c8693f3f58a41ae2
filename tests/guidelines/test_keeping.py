"""What is typed and not saved survives a closed browser, and goes when it is saved."""

import pytest
from django.urls import reverse

from guidelines.models import PairScratch
from guidelines.publishing import discard, save_entry
from tests.guidelines.api_client import DRAFT, Program
from tests.guidelines.conftest import change, pair_texts, revision_in
from tests.guidelines.test_pages import form_of

pytestmark = pytest.mark.django_db
KEY = "forcing-change"


def url(name, *args):
    return reverse(name, args=["novice-mistakes", *args])


def typed(draft, **changes) -> dict:
    base = revision_in(draft, KEY)
    return form_of(base.texts | changes, base.n)


def test_a_closed_browser_loses_nothing_and_saving_clears_it(log_in, ana, amir, draft):
    browser = log_in(ana)
    # Not complete: the name is empty just now.
    answer = browser.post(url("pair_keep", KEY), typed(draft, name="", shows="Half a sen"))
    assert "Kept for you at" in answer.content.decode()
    browser.post(
        url("pair_keep", KEY), typed(draft, shows="Half a sentence, tagged.", tags=["tempo", "power"])
    )
    assert PairScratch.objects.get().texts["tags"] == ["tempo", "power"]
    later = log_in(ana).get(url("pair_edit", KEY)).content.decode()
    assert "are kept and not saved" in later and "Half a sentence" not in later
    put = log_in(ana).get(url("pair_edit", KEY) + "?words=mine").content.decode()
    assert "Half a sentence, tagged." in put and "tempo, power" in put
    assert "are kept and not saved" not in log_in(amir).get(url("pair_edit", KEY)).content.decode()
    saved = log_in(ana).post(url("pair_edit", KEY), typed(draft, shows="A sentence.") | {"words": "mine"})
    assert saved.status_code == 302
    assert not PairScratch.objects.exists() and revision_in(draft, KEY).shows == "A sentence."


def test_words_kept_on_a_text_that_a_colleague_changed_meet_hers_when_saved(log_in, ana, amir, draft):
    browser = log_in(ana)
    sent = typed(draft, shows="Mine.")
    browser.post(url("pair_keep", KEY), sent)
    change(draft, amir, shows="Hers.")
    page = browser.get(url("pair_edit", KEY) + "?words=mine")
    assert "saving them shows you both" in page.content.decode()
    assert page.context["form"].initial["base"] == int(sent["base"])
    stale = browser.post(url("pair_edit", KEY), sent)
    assert (
        stale.status_code == 409 and "Hers." in stale.content.decode() and "Mine." in stale.content.decode()
    )


def test_what_is_typed_back_to_the_drafts_words_is_kept_no_longer(log_in, ana, draft):
    browser = log_in(ana)
    browser.post(url("pair_keep", KEY), typed(draft, shows="Other."))
    assert browser.post(url("pair_keep", KEY), typed(draft)).content == b""
    assert not PairScratch.objects.exists()


def test_kept_words_can_be_thrown_away_by_their_writer_alone(log_in, ana, amir, draft):
    log_in(ana).post(url("pair_keep", KEY), typed(draft, shows="Other."))
    log_in(amir).post(url("pair_forget", KEY))
    assert PairScratch.objects.count() == 1
    assert log_in(ana).post(url("pair_forget", KEY)).status_code == 302
    assert not PairScratch.objects.exists()


@pytest.mark.parametrize(("words", "said"), [("a\x07b", "U+0007"), ("x" * 20_001, "longer than")])
def test_what_no_pair_may_hold_is_refused_with_the_reason(log_in, ana, draft, words, said):
    answer = log_in(ana).post(url("pair_keep", KEY), typed(draft, shows=words))
    assert said in answer.content.decode() and not PairScratch.objects.exists()


def test_nothing_is_kept_where_nothing_is_written(log_in, ana, ben, draft, mistakes):
    sent = typed(draft, shows="Other.")
    assert log_in(ben).post(url("pair_keep", KEY), sent).status_code == 403
    assert log_in(ana).post(url("pair_keep", "nowhere"), sent).status_code == 404
    assert log_in(ana).post(url("pair_keep", KEY), {}).status_code == 200
    base = revision_in(draft, KEY)
    save_entry(version=draft, key=KEY, texts=base.texts | {"shows": "New."}, by=ana, base=base)
    assert not PairScratch.objects.exists()


def test_a_form_that_comes_back_has_no_more_empty_boxes_than_a_fresh_one(log_in, ana, draft):
    browser = log_in(ana)
    fresh = browser.get(url("pair_edit", KEY)).content.decode()
    sent = typed(draft, shows="") | {"corrections": ["Wait.", "", "", ""]}
    again = browser.post(url("pair_edit", KEY), sent).content.decode()
    assert fresh.count('name="corrections"') == 4 and again.count('name="corrections"') == 3
    assert again.count('name="examples-before"') == fresh.count('name="examples-before"') == 2


def test_while_kept_words_wait_nothing_is_written_over_them(log_in, ana, draft):
    browser = log_in(ana)
    browser.post(url("pair_keep", KEY), typed(draft, shows="The words of an hour."))
    undecided = browser.get(url("pair_edit", KEY)).content.decode()
    assert url("pair_keep", KEY) not in undecided and "Until you decide" in undecided
    assert url("pair_keep", KEY) in browser.get(url("pair_edit", KEY) + "?words=mine").content.decode()
    # Saved unchanged from the fresh form: hers still wait.
    browser.post(url("pair_edit", KEY), typed(draft))
    assert PairScratch.objects.get().texts["shows"] == "The words of an hour."


def test_what_arrives_after_it_was_saved_is_saved_already(log_in, ana, draft):
    browser, sent = log_in(ana), typed(draft, shows="The words of an hour.")
    browser.post(url("pair_edit", KEY), sent)
    assert browser.post(url("pair_keep", KEY), sent).content == b""
    assert not PairScratch.objects.exists()


@pytest.mark.parametrize("where", ["pair_edit", "pair_new"])
def test_words_are_shown_when_the_draft_they_were_for_is_gone(log_in, ana, amir, draft, where):
    sent = typed(draft, shows="The words of an hour.", name="A name of its own")
    discard(version=draft, by=amir)
    answer = log_in(ana).post(url(where, *([KEY] if where == "pair_edit" else [])), sent)
    assert answer.status_code == 409 and "The words of an hour." in answer.content.decode()


def test_words_that_wait_outlive_another_save_of_hers_by_page_or_by_program(log_in, ana, draft):
    browser = log_in(ana)
    browser.post(url("pair_keep", KEY), typed(draft, shows="The words of an hour."))
    browser.post(url("pair_edit", KEY), typed(draft, harms="Saved from a form that did not hold them."))
    program, entry = Program(ana), DRAFT + f"entries/{KEY}/"
    assert program("PATCH", entry, {"texts": {"tags": ["pace"]}}, If_Match='"2"').status_code == 200
    assert program("PUT", entry, {"texts": pair_texts()}, If_Match='"1"').status_code == 412
    assert PairScratch.objects.get().texts["shows"] == "The words of an hour."


def test_an_old_text_that_is_put_back_too_late_takes_no_words_away(log_in, ana, amir, draft):
    browser = log_in(ana)
    base = change(draft, ana, shows="Two.")
    browser.post(url("pair_keep", KEY), typed(draft, shows="The words of an hour."))
    change(draft, amir, shows="Three.")
    late = browser.post(url("pair_restore", KEY), {"n": "1", "base": str(base.n)})
    assert late.status_code == 409
    assert PairScratch.objects.get().texts["shows"] == "The words of an hour."


def test_why_a_text_changed_holds_no_control_character(log_in, ana, draft):
    answer = log_in(ana).post(url("pair_edit", KEY), typed(draft, shows="Mine.") | {"reason": "So.\x07"})
    assert answer.status_code == 400 and "U+0007" in answer.content.decode()
    assert "Mine." in answer.content.decode() and revision_in(draft, KEY).n == 1


def test_words_that_wait_stay_when_a_form_without_them_meets_a_colleagues(log_in, ana, amir, draft):
    browser = log_in(ana)
    browser.post(url("pair_keep", KEY), typed(draft, shows="The words of an hour."))
    other = typed(draft, shows="A form that does not hold them.")
    change(draft, amir, shows="Hers.")
    stale = browser.post(url("pair_edit", KEY), other)
    page = stale.content.decode()
    assert stale.status_code == 409 and "A form that does not hold them." in page
    assert "are kept and not saved" in page and 'name="words"' not in page
    assert PairScratch.objects.get().texts["shows"] == "The words of an hour."


def test_a_form_that_holds_the_words_that_wait_keeps_what_she_made_of_them(log_in, ana, amir, draft):
    browser = log_in(ana)
    browser.post(url("pair_keep", KEY), typed(draft, shows="The words of an hour."))
    sent = typed(draft, shows="The words of two hours.") | {"words": "mine"}
    change(draft, amir, shows="Hers.")
    page = browser.post(url("pair_edit", KEY), sent).content.decode()
    assert "are kept and not saved" not in page and 'name="words" value="mine"' in page
    assert PairScratch.objects.get().texts["shows"] == "The words of two hours."


def test_a_text_too_long_to_be_kept_comes_back_in_its_form(log_in, ana, amir, draft):
    sent = typed(draft, corrections=[f"{n} " + "x" * 4_990 for n in range(45)]) | {"words": "mine"}
    change(draft, amir, shows="Hers.")
    stale = log_in(ana).post(url("pair_edit", KEY), sent)
    assert stale.status_code == 409 and "44 xxxx" in stale.content.decode()
