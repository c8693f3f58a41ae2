"""Whoever has still to judge a session, or may settle it, edits no turn of it: the page would sway her."""

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from review.rounds import CannotMakeRound, close_round
from synthesis.models import Instance, Opening, Run
from tests.conftest import person
from tests.review.factories import carries, judge, made_instances, published_pairs, round_of, says


@pytest.mark.parametrize("role", [Role.ANNOTATOR, Role.ADJUDICATOR])
def test_a_session_is_edited_by_nobody_who_is_blind_to_it(client, ben, lena, role):
    gita = person("Gita", Role.CLINICIAN, role)
    round = round_of(3, [ben, gita] if role == Role.ANNOTATOR else [ben, person("Amal", "annotator")], lena)
    address = reverse("edit_turn", args=[round.items.first().instance.public_id, 3])
    client.force_login(gita)
    refused = client.get(address)
    assert refused.status_code == 403 and "in an open round" in refused.content.decode()
    posted = client.post(address, {"text": "Tell me more.", "how": "meant", "reason": "Warmer."})
    assert posted.status_code == 403
    close_round(round=round, by=lena)
    assert client.get(address).status_code == 200


@pytest.fixture
def learned(ben, chloe, lena):
    """Ben and Chloe have judged a session that agents made here."""
    pairs = published_pairs()
    run = Run.objects.create(serial=1, recipe="supervised_dialogue", version=pairs)
    made = made_instances(1, pairs, run=run, origin="run", factors={"counsellor": "subtle"})
    item = round_of(0, [ben, chloe], lena, pairs_version=pairs, instances=made).items.get()
    for who in (ben, chloe):
        judge(item, who, says())
    return item


WORDS = {"text": "Something holds you back. What is it like?", "how": "well", "reason": "Too soon."}


def test_ben_edits_a_turn_of_his_session_once_he_sees_how_it_was_resolved(log_in, learned, ben, lena):
    client, hers = log_in(ben), f"/desk/mine/{learned.public_id}/"
    address = reverse("edit_turn", args=[learned.instance.public_id, 3])
    assert client.get(address).status_code == client.post(address, WORDS).status_code == 403
    close_round(round=learned.round, by=lena)
    assert address in client.get(hers).content.decode()
    page = client.get(address).content.decode()
    assert "You should simply ring him tonight." in page
    assert f"{address}?next={hers}" in client.get(hers).content.decode()
    assert f'name="next" value="{hers}"' in client.get(address, {"next": hers}).content.decode()
    # Back at her session and not at the form, which would be filled in still.
    sent = client.post(address, WORDS | {"next": hers}, follow=True)
    assert sent.redirect_chain == [(hers, 302)] and "comes to reviewers" in sent.content.decode()
    opening = Opening.objects.get()
    assert (opening.by, opening.turn, opening.instance.parent) == (ben, 3, learned.instance)


def test_after_an_edit_nobody_is_led_out_of_the_house(log_in, learned, ben, lena):
    close_round(round=learned.round, by=lena)
    address = reverse("edit_turn", args=[learned.instance.public_id, 3])
    sent = log_in(ben).post(address, WORDS | {"next": "https://elsewhere.example.org/"})
    assert (sent.status_code, sent.url) == (302, reverse("home"))


def test_who_edited_it_from_her_page_is_not_put_before_what_goes_on_from_it(
    log_in, learned, ben, chloe, dan, lena
):
    close_round(round=learned.round, by=lena)
    log_in(ben).post(reverse("edit_turn", args=[learned.instance.public_id, 3]), WORDS)
    child = Opening.objects.get().instance
    Instance.objects.filter(pk=child.pk).update(
        state="made", content=learned.instance.content, made_at=timezone.now(), digest="0" * 64
    )
    child.refresh_from_db()
    versions = {
        "pairs_version": learned.round.pairs_version,
        "rubric_version": learned.round.rubric_version,
    }
    with pytest.raises(CannotMakeRound, match="Who is not to judge it: Ben"):
        round_of(0, [ben, chloe], lena, instances=[child], **versions)
    other = round_of(0, [chloe, person("Amal", "annotator")], lena, instances=[child], **versions)
    assert not other.items.get().readings.filter(seat__rater__user=ben).exists()


def test_who_never_judged_it_and_what_carries_a_risk_tier_is_not_edited_from_there(
    log_in, learned, ben, dan, lena
):
    close_round(round=learned.round, by=lena)
    address = reverse("edit_turn", args=[learned.instance.public_id, 3])
    amal = person("Amal", "annotator")
    for who in (amal, dan):
        refused = log_in(who).get(address)
        assert refused.status_code == 403 and "Only leads and clinicians" in refused.content.decode()
    carries(learned.instance)
    client = log_in(ben)
    assert client.get(address).status_code == 403
    assert address not in client.get(f"/desk/mine/{learned.public_id}/").content.decode()


def test_what_agents_cannot_go_on_with_offers_no_edit(log_in, ben, chloe, lena):
    item = round_of(1, [ben, chloe], lena).items.get()
    for who in (ben, chloe):
        judge(item, who, says())
    close_round(round=item.round, by=lena)
    assert "edit this turn" not in log_in(ben).get(f"/desk/mine/{item.public_id}/").content.decode()
