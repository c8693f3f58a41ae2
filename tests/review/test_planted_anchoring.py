"""What is planted in a round is found again: simulated readers whom the draft draws along, and who without it see the
intended mistake in a known share of sessions. Many seeds, and it is counted how many intervals hold the truth.
"""

from types import SimpleNamespace
from uuid import uuid4

import numpy as np
import pytest
from django.db import transaction
from django.utils import timezone

from review.agreeing.figures import anchoring_effect
from review.agreement.exact import exact_interval
from review.manifestation import manifestation
from review.models import Decision, Finding, Reading
from tests.review.factories import client_profile, made_instances, published_pairs, round_of, says

SEEDS = 40
CLIENTS, SESSIONS = 40, 120
# Of a session that has the mistake, and of one that has not: how often a reader says that it is there.
WITHOUT, WITH, UNMOVED = (0.92, 0.06), (0.98, 0.40), (0.92, 0.06)
THERE, ALIKE = 0.6, 0.15  # in which share of sessions it came out; the intra-client correlation of that


@pytest.fixture
def round(ben, chloe, lena):
    pairs = published_pairs()
    profiles = [client_profile(f"client-{n}") for n in range(CLIENTS)]
    instances = made_instances(SESSIONS, pairs, profiles=profiles)
    return round_of(0, [ben, chloe], lena, pairs_version=pairs, instances=instances, unaided_share=0.4)


class Undone(Exception):
    """Takes back what a seed's readers said."""


def judged(round, with_draft, seed, look):
    """What `look` gives once all readings of the round were judged, which is then taken back."""
    answer = SimpleNamespace()
    try:
        with transaction.atomic():
            _judge(round, with_draft, np.random.default_rng(seed))
            answer.found = look(round)
            raise Undone
    except Undone:
        return answer.found


def _judge(round, with_draft, rng):
    both = 1 / ALIKE - 1
    share = rng.beta(THERE * both, (1 - THERE) * both, CLIENTS)
    clients, decisions, findings = {}, [], []
    items = (
        round.items.select_related("instance__profile")
        .prefetch_related("readings__seat")
        .order_by("position")
    )
    [revision] = {item.instance.pair_revision_id for item in items}
    for item in items:
        client = clients.setdefault(item.instance.profile_id, len(clients))
        there = rng.random() < share[client]
        for n, reading in enumerate(item.readings.all(), start=1):
            seen = rng.random() < (with_draft if item.arm == "aided" else WITHOUT)[0 if there else 1]
            answers = says("accept" if item.arm == "aided" else None)
            decisions.append(Decision(
                item=item, reading=reading, rater_id=reading.seat.rater_id, n=n, judged={}, judged_digest="0" * 64,
                public_id=uuid4(), pairs_version=round.pairs_version, rubric_version=round.rubric_version,
                any_mistake=seen, believable=4, verdict=answers.verdict or "", decided_at=timezone.now(),
            ))  # fmt: skip
            findings.append(seen)
    Reading.objects.filter(item__round=round).update(judged=True)
    made = Decision.objects.bulk_create(decisions)
    Finding.objects.bulk_create([
        Finding(decision=decision, position=0, pair_revision_id=revision, utterances=[3], severity=2)
        for decision, seen in zip(made, findings, strict=True) if seen
    ])  # fmt: skip


def expected(seen) -> float:
    return THERE * seen[0] + (1 - THERE) * seen[1]


def held(intervals, truth) -> int:
    return sum(low <= truth <= high for low, high in intervals)


def as_often_as_said(n: int, of: int) -> bool:
    """Whether 95 % is a chance that `n` of so many may come from."""
    low, high = exact_interval(n, of, level=0.99)
    return low <= 0.95 <= high


def test_planted_anchoring_is_found_within_its_intervals(round):
    truth = expected(WITH) - expected(WITHOUT)
    assert truth > 0.1
    found = [judged(round, WITH, seed, anchoring_effect) for seed in range(SEEDS)]
    assert all(one["n_aided"] == 72 and one["n_unaided"] == 48 for one in found)
    assert np.mean([one["difference"] for one in found]) == pytest.approx(truth, abs=0.03)
    n = held([one["ci"] for one in found], truth)
    assert as_often_as_said(n, SEEDS), f"{n} of {SEEDS} intervals held the planted effect"
    assert sum(one["ci"][0] > 0 for one in found) > SEEDS / 2  # and it is mostly seen


def test_where_the_draft_moves_nobody_the_intervals_hold_nought(round):
    found = [judged(round, UNMOVED, 1000 + seed, anchoring_effect) for seed in range(SEEDS)]
    n = held([one["ci"] for one in found], 0.0)
    assert as_often_as_said(n, SEEDS), f"{n} of {SEEDS} intervals held nought"


def test_the_planted_manifestation_rate_is_found_within_its_intervals_whatever_the_draft_does(round):
    truth = expected(WITHOUT)
    found = [judged(round, WITH, 2000 + seed, manifestation) for seed in range(SEEDS)]
    assert all(one["all"]["n_sessions"] == 48 and one["all"]["n_readings"] == 96 for one in found)
    assert np.mean([one["all"]["rate"]["estimate"] for one in found]) == pytest.approx(truth, abs=0.03)
    n = held([one["all"]["rate"]["ci"] for one in found], truth)
    assert as_often_as_said(n, SEEDS), f"{n} of {SEEDS} intervals held the planted rate"
    [(key, of_pair)] = found[0]["by_pair"].items()
    assert key == "premature-advice" and {**of_pair, **found[0]["all"]} == of_pair
    # The only mistake: nothing stands beside it.
    assert (of_pair["p"], of_pair["stands_out"]) == (None, False)
