"""How often the intended mistake comes out, as readers without the draft see it."""

import pytest
from django.utils import timezone

from guidelines.models import PairRevision
from review.manifestation import manifestation
from synthesis.factors import Counsellor
from synthesis.models import Instance, Intended
from tests.review.factories import (
    client_profile,
    content,
    judge,
    made_instances,
    mistake,
    published_pairs,
    round_of,
    says,
)


@pytest.fixture
def pairs(db):
    return published_pairs()


def unaided(instances, pairs, people, lead):
    round = round_of(0, people, lead, pairs_version=pairs, instances=instances, unaided_share=1.0)
    assert set(round.items.values_list("arm", flat=True)) == {"unaided"}
    return round


def test_each_session_counts_by_the_share_of_its_readers_who_name_it(pairs, ben, chloe, lena):
    """By hand: ten sessions of ten clients. Ben names it in all, Chloe in four; in the rest she names another."""
    profiles = [client_profile(f"client-{n}") for n in range(10)]
    round = unaided(made_instances(10, pairs, profiles=profiles), pairs, [ben, chloe], lena)
    for item in round.items.all():
        judge(item, ben, says(None))
        judge(item, chloe, says(None, findings=[mistake() if item.position < 4 else mistake("minimising")]))
    found = manifestation(round)["all"]
    assert (found["n_sessions"], found["n_readings"], found["n_found"]) == (10, 20, 14)
    assert found["rate"]["estimate"] == pytest.approx(0.7)
    low, high = found["rate"]["ci"]
    assert low < 0.7 < high and "jackknife over 10 clusters" in found["rate"]["method"]


def test_a_session_made_to_show_two_mistakes_counts_for_each(pairs, ben, chloe, lena):
    sessions = made_instances(10, pairs, state="planned", content=None, made_at=None, digest="")
    second = PairRevision.objects.get(pair__key="minimising")
    for n, session in enumerate(sessions):
        Intended.objects.create(instance=session, pair_revision=second, position=2)
        made = {"state": "made", "made_at": timezone.now(), "content": content(n), "digest": "0" * 64}
        Instance.objects.filter(pk=session.pk).update(**made)
        session.refresh_from_db()
    round = unaided(sessions, pairs, [ben, chloe], lena)
    for item in round.items.all():
        for person in (ben, chloe):
            judge(item, person, says(None, findings=[mistake("minimising")]))
    found = manifestation(round)
    rates = {key: one["rate"]["estimate"] for key, one in found["by_pair"].items()}
    assert rates == {"premature-advice": 0.0, "minimising": 1.0}
    assert found["all"]["n_sessions"] == 10 and found["all"]["rate"]["estimate"] == pytest.approx(0.5)


def test_sessions_read_with_the_draft_and_those_made_to_show_nothing_are_left_out(pairs, ben, chloe, lena):
    none = made_instances(10, pairs, factors={"counsellor": Counsellor.NORMAL})
    round = unaided(none, pairs, [ben, chloe], lena)
    for item in round.items.all():
        judge(item, ben, says(None))
    found = manifestation(round)
    assert found["by_pair"] == {} and found["all"]["n_sessions"] == 0
    assert found["all"]["rate"]["estimate"] is None and "nothing to count" in found["all"]["rate"]["note"]
    aided = round_of(2, [ben, chloe], lena, pairs_version=pairs, rubric_version=round.rubric_version)
    for item in aided.items.all():
        judge(item, ben, says())
    assert manifestation(aided)["all"]["n_sessions"] == 0


def test_the_number_of_queries_is_four(pairs, ben, chloe, lena, django_assert_num_queries):
    round = unaided(made_instances(10, pairs), pairs, [ben, chloe], lena)
    for item in round.items.all():
        judge(item, ben, says(None))
    with django_assert_num_queries(4):
        manifestation(round)
