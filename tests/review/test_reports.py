import pytest

from review import reports
from review.agreeing.figures import agreements, anchoring_effect
from tests.review.factories import (
    client_profile,
    judge,
    made_instances,
    mistake,
    published_pairs,
    round_of,
    says,
)


@pytest.fixture
def judged(ben, chloe, lena):
    """Twenty sessions of six clients, all read by Ben and Chloe; he rejects every third."""
    pairs = published_pairs()
    profiles = [client_profile(f"client-{n}") for n in range(6)]
    instances = made_instances(20, pairs, profiles=profiles)
    round = round_of(0, [ben, chloe], lena, pairs_version=pairs, instances=instances, unaided_share=0.3)
    for item in round.items.all():
        for reviewer in (ben, chloe):
            if item.arm == "unaided":
                found = [mistake()] if item.position % 2 else []
                judge(item, reviewer, says(None, findings=found))
            else:
                verdict = "reject" if reviewer is ben and item.position % 3 == 0 else "accept"
                rated = {"specific": 1 + item.position % 5, "supportive": 3}
                judge(item, reviewer, says(verdict, ratings=rated))
    return round


def test_with_and_without_the_draft_are_never_pooled(judged):
    found = agreements(judged)
    assert set(found["aided"]) == {"verdict", "any_mistake", "believable", "specific", "supportive"}
    assert set(found["unaided"]) == {"any_mistake", "believable"}
    assert found["aided"]["verdict"]["n_items"] == 14 and found["unaided"]["any_mistake"]["n_items"] == 6
    assert found["aided"]["specific"]["krippendorff_alpha"]["estimate"] == pytest.approx(1)
    assert found["aided"]["supportive"]["krippendorff_alpha"]["estimate"] is None
    assert "no variation" in found["aided"]["supportive"]["krippendorff_alpha"]["note"]
    assert found["aided"]["verdict"]["n_clusters"] == 6 and found["aided"]["verdict"]["interim"] is True


def test_rates_count_judgements_in_force(judged, ben):
    rates = reports.rates(judged)["aided"]
    rejected = judged.items.filter(arm="aided", decisions__verdict="reject").count()
    assert (rates.n, rates.verdicts["reject"]) == (28, rejected) and rates.share("reject") == rejected / 28
    assert reports.rates(judged)["unaided"].verdicts == {}


def test_the_anchoring_effect_compares_the_arms(judged):
    effect = anchoring_effect(judged)
    assert (effect["aided"], effect["n_aided"], effect["n_unaided"]) == (1.0, 14, 6)
    assert effect["difference"] == pytest.approx(1.0 - effect["unaided"])


def test_the_anchoring_effect_of_four_clients_has_no_interval(ben, chloe, lena):
    pairs = published_pairs()
    profiles = [client_profile(f"client-{n}") for n in range(4)]
    instances = made_instances(12, pairs, profiles=profiles)
    round = round_of(0, [ben, chloe], lena, pairs_version=pairs, instances=instances, unaided_share=0.3)
    for item in round.items.all():
        judge(item, ben, says(None if item.arm == "unaided" else "accept"))
    effect = anchoring_effect(round)
    assert (
        effect["ci"] is None and "needs at least 5 clients in the smaller arm, has 3 of 4" in effect["note"]
    )


def test_a_superseded_judgement_is_not_counted_twice(round, item, ben):
    judge(item, ben, says("reject"))
    judge(item, ben, says(), minutes=1)
    assert reports.rates(round)["aided"].verdicts == {"accept": 1}


def test_progress_and_standing_counts(round, item, ben, chloe):
    judge(item, ben, says())
    judge(item, chloe, says("reject"))
    seats = [(s.rater.user.name, s.total, s.judged) for s in reports.progress(round)]
    assert seats == [("Ben", 4, 1), ("Chloe", 4, 1)]
    assert reports.standing_counts(round) == {"total": 4, "settled": 0, "disputed": 1, "open": 3, "erased": 0}
    [listed] = reports.with_counts(type(round).objects.all())
    assert (listed.total, listed.left) == (4, 4)
    judge(item, chloe, says(), minutes=1)
    [listed] = reports.with_counts(type(round).objects.all())
    assert listed.left == 3


def test_nothing_judged_says_nothing(round):
    assert agreements(round) == {} and anchoring_effect(round) is None


def test_a_session_whose_wording_is_disputed_is_not_among_the_outcomes(ben, chloe, lena):
    round = round_of(2, [ben, chloe], lena, unaided_share=0)
    first, second = round.items.all()
    for reviewer in (ben, chloe):
        judge(first, reviewer, says("accept"))
        judge(second, reviewer, says("edit", f"In {reviewer}'s words."))
    assert reports.standing_counts(round)["disputed"] == 1
    assert reports.outcomes(round) == {"accept": 1}
