"""A card gives way to its form and comes back, on the page of the guideline; what htmx asks for and gets."""

import pytest
from django.test import Client
from django.urls import reverse

from guidelines.models import DimensionScratch, NewScratch, PairScratch
from guidelines.publishing import discard, drop_entry, open_draft
from tests.conftest import PASSWORD
from tests.guidelines.conftest import change, dimension_texts, pair_texts, revision_in
from tests.guidelines.test_pages import form_of

pytestmark = pytest.mark.django_db
KEY = "forcing-change"
IN_PLACE = {"headers": {"HX-Request": "true"}}


def url(name, *args):
    return reverse(name, args=["novice-mistakes", *args])


def typed(draft, **changes) -> dict:
    base = revision_in(draft, KEY)
    return form_of(base.texts | changes, base.n)


def test_the_form_takes_the_cards_place_and_the_fresh_card_the_forms(log_in, ana, draft):
    browser = log_in(ana)
    form = browser.get(url("pair_edit", KEY), **IN_PLACE).content.decode()
    assert form.lstrip().startswith("<article") and f'id="{KEY}"' in form and "<html" not in form
    saved = browser.post(url("pair_edit", KEY), typed(draft, shows="Pushes *hard*."), **IN_PLACE)
    card = saved.content.decode()
    assert saved.status_code == 200 and card.lstrip().startswith("<article") and "<form" in card
    assert "Pushes <em>hard</em>." in card and "changed in the draft" in card
    assert "is saved in the draft" in card.split('id="said"')[1]
    assert revision_in(draft, KEY).shows == "Pushes *hard*."


def test_problems_and_a_colleagues_words_are_shown_in_place(log_in, ana, amir, draft):
    browser = log_in(amir)
    mine = typed(draft, shows="Amir presses.")
    wrong = browser.post(url("pair_edit", KEY), mine | {"name": ""}, **IN_PLACE)
    assert wrong.status_code == 400 and "This field is required" in wrong.content.decode()
    change(draft, ana, shows="Ana pushes.")
    stale = browser.post(url("pair_edit", KEY), mine, **IN_PLACE)
    page = stale.content.decode()
    assert stale.status_code == 409 and page.lstrip().startswith("<article")
    assert "Ana pushes." in page and "Amir presses." in page and "<del>" in page
    merged = mine | {"shows": "Ana pushes, Amir presses.", "base": "2"}
    assert browser.post(url("pair_edit", KEY), merged, **IN_PLACE).status_code == 200
    assert revision_in(draft, KEY).shows == "Ana pushes, Amir presses."


def test_leaving_gives_the_card_back_and_says_that_words_are_kept(log_in, ana, ben, draft):
    assert url("pair_edit", KEY) not in log_in(ben).get(url("entry_card", KEY), **IN_PLACE).content.decode()
    browser = log_in(ana)
    assert "is kept" not in browser.get(url("entry_card", KEY), **IN_PLACE).content.decode()
    browser.post(url("pair_keep", KEY), typed(draft, shows="Half a"))
    assert "is kept and not saved" in browser.get(url("entry_card", KEY), **IN_PLACE).content.decode()
    assert browser.get(url("entry_card", "nowhere"), **IN_PLACE).status_code == 404
    assert browser.get(url("entry_card", KEY)).headers["Location"] == url("guideline") + f"#{KEY}"


@pytest.mark.parametrize("in_place", [True, False])
def test_words_are_seen_as_they_will_look_and_nothing_is_saved(log_in, ana, draft, in_place):
    sent = typed(draft, shows="**Hard** <script>x</script>", tags=["tempo"]) | {"preview": "1"}
    for where in (url("pair_edit", KEY), url("pair_new")):
        answer = log_in(ana).post(where, sent, **(IN_PLACE if in_place else {}))
        page = answer.content.decode()
        assert answer.status_code == 200
        assert "<strong>Hard</strong> &lt;script&gt;x&lt;/script&gt;" in page and "Poor listening" in page
        assert ("<html" in page) != in_place
        # Without JavaScript the form comes along with the words in it.
        assert ("**Hard** &lt;script&gt;" in page) != in_place
    assert revision_in(draft, KEY).n == 1 and not NewScratch.objects.exists()


def test_a_half_written_dimension_is_seen_too(log_in, ana, rubric):
    open_draft(guideline=rubric.guideline, by=ana)
    sent = {"name": "", "definition": "- one\n- two", "scale": "ordinal", "weight": "heavy",
            "levels-value": ["1", "x"], "levels-anchor": ["*Muddled.*", ""], "preview": "1"}  # fmt: skip
    page = log_in(ana).post(reverse("pair_new", args=["feedback-quality"]), sent, **IN_PLACE).content.decode()
    assert "<li>one</li>" in page and "<em>Muddled.</em>" in page


def test_words_for_a_new_pair_survive_and_go_when_it_is_saved(log_in, ana, amir, draft):
    sent = form_of(pair_texts("Talking over", shows="Begins to speak before"), None)
    browser = log_in(ana)
    assert "Kept for you" in browser.post(url("new_keep"), sent).content.decode()
    browser.post(url("new_keep"), sent | {"shows": "Begins to speak before the end."})
    assert NewScratch.objects.get().texts["shows"] == "Begins to speak before the end."
    page = log_in(ana).get(url("guideline")).content.decode()
    assert "have not saved it" in page and "A new pair: Talking over" in page
    assert "have not saved it" not in log_in(amir).get(url("guideline")).content.decode()
    form = log_in(ana).get(url("pair_new") + "?words=mine")
    assert form.context["form"].initial["shows"] == "Begins to speak before the end."
    assert "are kept and not saved" in log_in(ana).get(url("pair_new")).content.decode()
    assert browser.post(url("pair_new"), sent | {"words": "mine"}).status_code == 302
    assert not NewScratch.objects.exists() and revision_in(draft, "talking-over").n == 1
    # What was under way when it was saved arrives late.
    assert browser.post(url("new_keep"), sent).content == b"" and not NewScratch.objects.exists()


def test_another_new_pair_leaves_kept_words_alone_until_they_are_thrown_away(log_in, ana, draft):
    browser = log_in(ana)
    browser.post(url("new_keep"), form_of(pair_texts("Talking over"), None))
    undecided = browser.get(url("pair_new")).content.decode()
    assert url("new_keep") not in undecided
    browser.post(url("pair_new"), form_of(pair_texts("Rushing"), None))
    assert NewScratch.objects.get().texts["name"] == "Talking over"
    browser.post(url("new_forget"))
    assert not NewScratch.objects.exists()
    blank = form_of(pair_texts("", shows="", harms="", corrections=[]), None)
    assert browser.post(url("new_keep"), blank).content == b"" and not NewScratch.objects.exists()


def test_words_for_a_dimension_are_kept_and_meet_a_colleagues(log_in, ana, amir, rubric):
    draft = open_draft(guideline=rubric.guideline, by=ana)
    address = [reverse(name, args=["feedback-quality", "clarity"]) for name in ("pair_keep", "pair_edit")]
    texts = {k: v for k, v in dimension_texts().items() if k not in ("levels", "reverse", "weight")}
    sent = texts | {"levels-value": ["1", "2"], "levels-anchor": ["Muddled.", "Plain."], "base": "1"}
    same = sent | {"levels-anchor": ["Cannot be followed.", "Can be followed."]}
    browser = log_in(ana)
    assert browser.post(address[0], same).content == b""
    browser.post(address[0], sent | {"weight": "heavy"})
    assert DimensionScratch.objects.get().texts["weight"] == "heavy"
    put = browser.get(address[1] + "?words=mine").content.decode()
    assert "Muddled." in put and 'value="heavy"' in put
    log_in(amir).post(address[1], sent | {"levels-anchor": ["Dark.", "Light."]})
    # The form that held the waiting words says so; what she made of them takes their place.
    stale = log_in(ana).post(address[1], sent | {"words": "mine"})
    assert DimensionScratch.objects.get(user=ana).texts["weight"] is None
    assert stale.status_code == 409 and "Light." in stale.content.decode()
    assert browser.post(address[1], sent | {"base": "2", "words": "mine"}).status_code == 302
    assert not DimensionScratch.objects.exists()
    assert draft.entries.get().dimension_revision.n == 3


def test_words_outlive_the_draft_that_they_were_written_for(log_in, ana, amir, draft):
    sent = typed(draft, shows="The words of an hour.")
    discard(version=draft, by=amir)
    browser = log_in(ana)
    assert "Kept for you" in browser.post(url("pair_keep", KEY), sent).content.decode()
    PairScratch.objects.all().delete()
    refused = browser.post(url("pair_edit", KEY), sent, **IN_PLACE)
    assert refused.status_code == 409 and refused.headers["HX-Retarget"] == "#said"
    assert "What you wrote is kept" in refused.content.decode()
    assert "It waits for you until a draft is open" in browser.get(url("guideline")).content.decode()
    open_draft(guideline=draft.guideline, by=ana)
    put = browser.get(url("pair_edit", KEY) + "?words=mine")
    assert put.context["form"].initial["shows"] == "The words of an hour."
    new = form_of(pair_texts("Rushing"), None)
    discard(version=draft.guideline.versions.unpublished().get(), by=amir)
    assert browser.post(url("pair_new"), new).status_code == 409
    assert NewScratch.objects.get().texts["name"] == "Rushing"


def test_words_about_an_entry_that_a_colleague_dropped_put_it_back(log_in, ana, amir, draft):
    change(draft, ana, confused_with=[])
    sent = typed(draft, shows="The words of an hour.")
    drop_entry(version=draft, key=KEY, by=amir)
    browser = log_in(ana)
    stale = browser.post(url("pair_edit", KEY), sent, **IN_PLACE)
    page = stale.content.decode()
    assert stale.status_code == 409 and "saving puts it back" in page and "The words of an hour." in page
    assert "have not saved it" in browser.get(url("guideline")).content.decode()
    assert browser.post(url("pair_edit", KEY), sent | {"base": ""}, **IN_PLACE).status_code == 200
    assert revision_in(draft, KEY).shows == "The words of an hour."


def test_whose_session_ended_gets_the_words_back(client, ana, draft):
    sent = typed(draft, shows="The words of an hour.")
    page = client.post(url("pair_edit", KEY), sent)
    assert page.status_code == 401 and "The words of an hour." in page.content.decode()
    beside = client.post(url("pair_edit", KEY), sent, **IN_PLACE)
    assert beside.status_code == 401 and beside.headers["HX-Retarget"] == "#said"
    assert client.post(url("draft_submit")).headers["Location"].startswith("/login/")
    assert revision_in(draft, KEY).n == 1


def test_who_logged_in_again_elsewhere_gets_the_words_back(ana, draft):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(ana)
    refused = browser.post(url("pair_edit", KEY), typed(draft, shows="The words of an hour."))
    assert refused.status_code == 403 and "The words of an hour." in refused.content.decode()
    secret = browser.post(reverse("login"), {"username": "ana@example.org", "password": PASSWORD})
    assert secret.status_code == 403 and PASSWORD not in secret.content.decode()
