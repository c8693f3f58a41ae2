"""Who may settle a dispute: the list, the number beside it, the page and the verbs give one answer."""

import itertools

import pytest
from django.db import transaction

from accounts.models import ReviewerRecord, Role, User
from accounts.roles import Refused
from config.pages.waiting import numbers
from review import access, disputes
from review.conflicts import declare
from review.rounds import close_round
from review.workflow import CannotSettle, adjudicate, judge_first, reading_again
from synthesis.models import Opening
from tests.conftest import person
from tests.review.factories import client_profile, judge, made_instances, round_of, says, settle
from tests.review.gold.factories import proposed

REASONS = (
    "Only adjudicators", "You reviewed this session", "You wrote in this session", "You know the agreed answers",
    "You know this client", "You have settled this session before", "The round is closed", "A simulated reader",
)  # fmt: skip


def simulated(name, *roles):
    user = person(name, *roles)
    ReviewerRecord.objects.create(user=user, n=2, profession="simulated", terms_version="-", simulated=True)
    return user


def disputed(round, **of):
    """A session on which its readers differ; `of`: which."""
    item = round.items.filter(**of).first()
    readers = [one.seat.rater.user for one in item.readings.select_related("seat__rater__user")]
    for reader, verdict in zip(readers, ("accept", "reject"), strict=True):
        judge(item, reader, says(verdict))
    return item


@pytest.fixture
def items(ben, chloe, lena):
    """Disputes in rounds of people, about another client, in a rehearsal, and in a round that is closed."""
    of_people = round_of(1, [ben, chloe], lena, unaided_share=0)
    by = {"pairs_version": of_people.pairs_version, "rubric_version": of_people.rubric_version}
    omar = made_instances(1, of_people.pairs_version, profiles=[client_profile("omar")])
    sims = [simulated(name, Role.ANNOTATOR) for name in ("Sam", "Sue")]
    rounds = [
        of_people,
        round_of(0, [ben, chloe], lena, name="Omar", instances=omar, unaided_share=0, **by),
        round_of(1, sims, lena, name="Rehearsal", unaided_share=0, **by),
        round_of(1, [ben, chloe], lena, name="Closed", unaided_share=0, **by),
    ]
    found = [disputed(one) for one in rounds]
    close_round(round=rounds[-1], by=lena)
    return found


@pytest.fixture
def everybody(items, ben, lena, monkeypatch):
    """All roles, each alone and each two together, and whatever keeps an adjudicator from a session."""
    monkeypatch.setattr(reading_again, "ONE_IN", 10**12)
    session, round = items[0].instance, items[0].round
    for n, roles in enumerate(
        [*itertools.combinations(Role.values, 1), *itertools.combinations(Role.values, 2)]
    ):
        person(f"Somebody{n}", *roles)
    simulated("Sim", Role.ADJUDICATOR)
    User.objects.filter(pk=person("Gone", Role.ADJUDICATOR).pk).update(is_active=False)
    ben.grants.create(role=Role.ADJUDICATOR)
    declare(person=person("Kim", Role.ADJUDICATOR), client="omar", by=lena)
    gita = person("Gita", Role.CLINICIAN)
    proposed(gita, round.pairs_version, round.rubric_version, instance=session)
    gita.grants.create(role=Role.ADJUDICATOR)
    wrote = person("Wanda", Role.ADJUDICATOR)
    Opening.objects.create(
        instance=edited(session), utterances=[], before="Other.", by=wrote, reason="Warmer."
    )
    by = {"pairs_version": round.pairs_version, "rubric_version": round.rubric_version, "unaided_share": 0}
    readers = [person(name, Role.ANNOTATOR) for name in ("Noor", "Nia")]
    sessions = [session, *made_instances(1, session.version)]
    again = round_of(0, readers, lena, name="Again", instances=sessions, **by)
    items.append(disputed(again, instance=sessions[1]))  # while it waits, no second reading is drawn
    settle(disputed(again, instance=session), person("Bea", Role.ADJUDICATOR))
    return list(User.objects.order_by("pk"))


def edited(session):
    """The same words again, one of them another's."""
    return made_instances(1, session.version, origin="edit", parent=session)[0]


def allowed(verb, **given) -> bool:
    """Whether it comes as far as asking for what is missing; nothing is kept."""
    try:
        with transaction.atomic():
            verb(**given)
            transaction.set_rollback(True)
    except Refused:
        return False
    except CannotSettle:
        return True
    return True


def test_list_number_page_and_verbs_give_one_answer_to_everybody(client, items, everybody, lena):
    wrote = Opening.objects.get()
    by = {"pairs_version": items[0].round.pairs_version, "rubric_version": items[0].round.rubric_version}
    readers = [person(name, Role.ANNOTATOR) for name in ("Una", "Uma")]
    hers = round_of(0, readers, lena, name="Edited", instances=[wrote.instance], unaided_share=0, **by)
    items = [*items, disputed(hers)]
    told = []
    for user in everybody:
        client.force_login(user)
        listed = client.get("/disputes/").content.decode()
        settles = set()
        for item in items:
            may = access.may_settle(user, item)
            told.append(may.reason)
            settles |= {item.pk} if may else set()
            said = {
                "page": client.get(f"/disputes/{item.public_id}/").status_code == 200,
                "link": str(item.public_id) in listed,
                "settling": allowed(adjudicate, item=item, by=user, reason=""),
                "said first": allowed(judge_first, item=item, by=user, about="x", shown=[], answers={}),
            }
            assert said == dict.fromkeys(said, bool(may)), (user, item.round, may.reason)
        assert {one.pk for one in disputes.waiting_for(user)} == settles, user
        assert {one.pk for one in disputes.longest_waiting(user, 50)} == settles, user
        if Role.ADJUDICATOR in user.roles and user.is_active:
            assert numbers(user)["disputes"] == len(settles)
    assert "" in told
    for reason in REASONS:
        assert any(reason in one for one in told), reason
