"""Nobody learns by a way round what she is blind to: from what she knows already, from counts, or from what was edited."""

import re

import pytest
from django.urls import reverse

from accounts.models import Role
from accounts.roles import Refused
from review import access, disputes, handing_on
from review.flags import waiting
from review.flags.raising import raise_flag
from review.gold.agreeing import endorse_gold, look_at_gold
from review.models import Reading, Return, SecondReading
from review.raters import rater_for
from review.rounds import close_round
from review.workflow import judge_first, reading_again
from synthesis.models import Opening
from tests.conftest import person
from tests.review.factories import judge, made_instances, reading, round_of, says, settle
from tests.review.gold.factories import proposed


def words(answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


@pytest.fixture
def disputed(item, ben, chloe):
    judge(item, ben, says())
    judge(item, chloe, says("edit", "Stay with the hesitation; ask what the call would mean to her."))
    return item


@pytest.mark.parametrize("how", ["wrote them", "stands by them", "asked to see them"])
def test_whoever_knows_the_agreed_answers_of_a_session_does_not_settle_it(disputed, ana, how):
    gita = person("Gita", Role.ADJUDICATOR, Role.CLINICIAN)
    assert access.may_settle(gita, disputed) and disputed in disputes.waiting_for(gita)
    round = disputed.round
    # Agreed before the round was opened; she has been made an adjudicator since.
    gita.grants.filter(role=Role.ADJUDICATOR).delete()
    gita = type(gita).objects.get(pk=gita.pk)
    author = gita if how == "wrote them" else ana
    gold = proposed(author, round.pairs_version, round.rubric_version, instance=disputed.instance)
    if how == "stands by them":
        endorse_gold(gold=gold, by=gita, digest=gold.digest)
    elif how == "asked to see them":
        look_at_gold(gold=gold, by=gita)
    gita.grants.create(role=Role.ADJUDICATOR)
    gita = type(gita).objects.get(pk=gita.pk)
    assert "agreed answers" in access.may_settle(gita, disputed).reason
    assert disputed not in disputes.waiting_for(gita)
    with pytest.raises(Refused, match="agreed answers"):
        judge_first(item=disputed, by=gita, about="x", shown=[], answers={})


def test_who_leads_too_gets_no_second_reading_as_the_rounds_page_would_tell_it(disputed, dan, monkeypatch):
    monkeypatch.setattr(reading_again, "ONE_IN", 1)
    sima = person("Sima", Role.ADJUDICATOR, Role.LEAD)
    settle(disputed, dan, [disputes.Dispute(disputed).judged["draft"]])
    assert not SecondReading.objects.exists(), "nobody else may judge it again"
    assert disputed not in disputes.waiting_for(sima)
    dora = person("Dora", Role.ADJUDICATOR)
    other = disputed.round.items.filter(arm="aided").exclude(pk=disputed.pk).first()
    judges = list(Reading.objects.filter(item=other).select_related("seat__rater__user"))
    judge(other, judges[0].seat.rater.user, says())
    judge(other, judges[1].seat.rater.user, says("reject"))
    settle(other, dan, [disputes.Dispute(other).judged["draft"]])
    assert SecondReading.objects.get().decision.item == other
    assert other in disputes.waiting_for(dora) and other not in disputes.waiting_for(sima)


def test_a_lead_who_judges_is_not_told_how_many_are_settled_or_in_dispute(log_in, ben, lena):
    reva = person("Reva", Role.LEAD, Role.ANNOTATOR)
    item = round_of(4, [ben, reva], lena, unaided_share=0).items.first()
    judge(item, reva, says())
    judge(item, ben, says("reject"))
    assert "<strong>Stuck:</strong>" in log_in(lena).get(reverse("road")).content.decode()
    assert (
        '<td class="number">4</td><td class="number">4</td>'
        in log_in(lena).get(reverse("rounds")).content.decode()
    )
    road, rounds = (log_in(reva).get(reverse(name)) for name in ("road", "rounds"))
    assert "Disputes wait" not in words(road) and "in dispute, without rounds that you judge in 0" in words(
        road
    )
    assert '<td class="number">4</td><td class="number">4</td>' not in rounds.content.decode()


def edited(parent, by):
    (made,) = made_instances(1, parent.version, origin="edit", parent=parent)
    said = [{**one} for one in parent.content["utterances"][:3]]
    Opening.objects.create(instance=made, utterances=said, before="Other words.", by=by, reason="Warmer.")
    return made


def test_the_whole_family_of_edits_of_a_session_is_hidden_with_it(round, ben, ana):
    session = Reading.objects.filter(seat__rater__user=ben).first().item.instance
    child = edited(session, ana)
    grandchild, sibling = edited(child, ana), edited(session, ana)
    cousin, stranger = edited(sibling, ana), made_instances(1, session.version)[0]
    family = [session, child, grandchild, sibling, cousin]
    assert access.hidden_instances(ben, [one.pk for one in [*family, stranger]]) == {one.pk for one in family}
    # The same from whichever of them is judged.
    again = round_of(
        0, [person("Noor", Role.ANNOTATOR), ben], round.made_by, instances=[grandchild], unaided_share=0,
        pairs_version=round.pairs_version, rubric_version=round.rubric_version, name="Again",
    )  # fmt: skip
    noor = again.seats.get(rater__user__name="Noor").rater.user
    assert access.hidden_instances(noor, [one.pk for one in [*family, stranger]]) == {
        one.pk for one in family
    }


def test_handing_on_asks_first_and_says_how_much(log_in, round, ben, chloe, lena):
    seat = round.seats.get(rater__user=ben)
    address = reverse("seat_hand_on", args=[seat.public_id])
    client = log_in(lena)
    assert address in client.get(reverse("round", args=[round.public_id])).content.decode()
    asked = words(client.get(address))
    assert "Hand on what Ben has not judged?" in asked and "4 sessions leave the desk of Ben" in asked
    assert "It cannot be undone." in asked and not Return.objects.exists()
    noor = person("Noor", Role.ANNOTATOR)
    handing_on.seat_more(round=round, raters=[rater_for(noor)], by=lena)
    client.post(address)
    assert Return.objects.filter(reading__seat=seat).count() == 4
    client.force_login(chloe)
    assert client.get(address).status_code == 403


def test_where_every_lead_has_read_a_flagged_session_the_page_says_what_to_do(log_in, round, item, ben, lena):
    page = reverse("round", args=[round.public_id])
    raise_flag(reading=reading(item, ben), kind="unsafe", words="Nobody asks.", by=ben)
    way_out = "Every lead has read one of these sessions"
    assert way_out not in words(log_in(lena).get(page))
    # Lena read the session in a round that is closed; Lou leads as well, and has not.
    lou = person("Lou", Role.LEAD, Role.ANNOTATOR)
    lena.grants.create(role=Role.ANNOTATOR)
    before = round_of(
        0, [type(lena).objects.get(pk=lena.pk)], lou, overlap=1, instances=[item.instance], unaided_share=0,
        pairs_version=round.pairs_version, rubric_version=round.rubric_version, name="Before",
    )  # fmt: skip
    close_round(round=before, by=lou)
    assert not waiting.without_a_lead(waiting.of_round(round))
    lou.grants.filter(role=Role.LEAD).delete()
    assert waiting.without_a_lead(waiting.of_round(round))
    said = log_in(lena).get(page)
    assert way_out in words(said) and f'href="{reverse("people")}"' in said.content.decode()
