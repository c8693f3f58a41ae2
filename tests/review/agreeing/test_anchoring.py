"""The interval of the anchoring effect goes by the clients of its smaller arm."""

import numpy as np
import pytest

from review.agreeing.anchoring import interval
from review.agreement.exact import exact_interval

THERE, ALIKE = (
    0.6,
    0.15,
)  # in which share of sessions the mistake is, and the intra-client correlation of that
WITHOUT = (0.92, 0.06)  # how often a reader says so where it is, and where it is not
DRAWN_ALONG, OFTEN = ((0.98, 0.40), WITHOUT), ((0.99, 0.95), (0.97, 0.8))


def rounds(aided: int, unaided: int, clients: int, seen, n: int):
    """(share, weight, client, arms) of so many rounds of two readers; `seen`: with the draft, and without."""
    rng = np.random.default_rng(aided)
    first = np.arange(aided + unaided) < aided
    for _ in range(n):
        client = rng.permutation(np.arange(len(first)) % clients)
        share = rng.beta(THERE * (1 / ALIKE - 1), (1 - THERE) * (1 / ALIKE - 1), clients)
        there = rng.random(len(first)) < share[client]
        chance = np.where(first, *(np.where(there, *one) for one in seen))
        yield (rng.random((len(first), 2)) < chance[:, None]).mean(axis=1), client, (first, ~first)


def found(one, seed=0):
    share, client, arms = one
    return interval(share, np.ones(len(share)), client, arms, seed)


def test_few_clients_of_both_arms_are_a_jackknife_over_them():
    """Six clients with sessions in both arms: t with five degrees of freedom, by hand."""
    share = np.array([1.0, 1.0, 0.5, 1.0, 0.5, 1.0, 0.0, 0.5, 0.5, 1.0, 0.0, 0.0])
    client, first = np.tile(np.arange(6), 2), np.arange(12) < 6

    def difference(kept):
        return share[kept & first].mean() - share[kept & ~first].mean()

    drops = np.array([difference(client != out) for out in range(6)])
    reach = 2.5705818 * (5 / 6 * ((drops - drops.mean()) ** 2).sum()) ** 0.5
    everything = difference(client >= 0)
    ci, note = found((share, client, (first, ~first)))
    assert ci == pytest.approx([everything - reach, min(1, everything + reach)], abs=1e-6)
    assert "jackknife over 6 clients, t(5)" in note


def test_four_sessions_without_the_draft_have_no_interval_however_many_have_one():
    [one] = rounds(20, 4, 24, DRAWN_ALONG, 1)
    ci, note = found(one)
    assert ci is None and "needs at least 5 clients in the smaller arm, has 4 of 24" in note


def test_the_smaller_arm_gives_the_degrees_of_freedom():
    [one] = rounds(60, 12, 72, DRAWN_ALONG, 1)
    _ci, note = found(one)
    assert "jackknife over 12 clients in the smaller arm, of 72, t(11)" in note


def test_where_a_share_is_all_the_interval_is_newcombes_and_never_surer_than_the_arm():
    share = np.repeat([1.0, 0.0, 1.0], [20, 10, 10])  # aided: 20 of 30; unaided: all of 10
    client, first = np.arange(40), np.arange(40) < 30
    (low, high), note = found((share, client, (first, ~first)))
    # Newcombe 1998, method 10, by hand: Wilson [.48784, .80766] and [.72247, 1].
    below = np.hypot(2 / 3 - 0.48784, 0)
    above = np.hypot(0.80766 - 2 / 3, 1 - 0.72247)
    assert (low, high) == pytest.approx((-1 / 3 - below, -1 / 3 + above), abs=1e-4)
    assert "Newcombe" in note and "30 and 10 independent sessions" in note


@pytest.mark.parametrize("clients", [24, 72])
@pytest.mark.parametrize("seen", [DRAWN_ALONG, (WITHOUT, WITHOUT), OFTEN])
def test_twelve_sessions_beside_sixty_hold_the_planted_effect(clients, seen):
    truth = np.dot([THERE, 1 - THERE], np.subtract(*seen))
    ends = [found(one)[0] for one in rounds(60, 12, clients, seen, 400)]
    made = [ci for ci in ends if ci]
    assert len(made) > 0.99 * len(ends)
    held = sum(low - 1e-9 <= truth <= high + 1e-9 for low, high in made)
    low, high = exact_interval(held, len(made), level=0.99)
    assert high >= 0.95 and held / len(made) >= 0.93, f"{held} of {len(made)}"
