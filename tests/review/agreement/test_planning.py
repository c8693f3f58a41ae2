"""The number that is planned is the number that gives the interval wanted, when rounds are then really read."""

from itertools import product

import numpy as np
import pytest

from review.agreement.planning import MOST, Expected, Plan, design_effect, half_width, plan
from review.agreement.report import agreement

HALF = Expected((0.5, 0.5), 0.6)


def a_round(expected: Expected, n: int, rng) -> list[tuple]:
    """Ratings of `n` items by raters who know, or say each a level by themselves."""
    levels, rows = len(expected.shares), []
    for item in range(n):
        knows = rng.random() < expected.alpha
        said = rng.choice(levels, p=expected.shares, size=1 if knows else expected.raters)
        rows += [(item, rater, str(said[0 if knows else rater]), None) for rater in range(expected.raters)]
    return rows


@pytest.mark.parametrize("expected", [HALF, Expected((0.85, 0.1, 0.05), 0.7, raters=3)])
def test_rounds_of_the_planned_size_have_intervals_of_the_planned_width(expected):
    found, rng = plan(expected, 0.12), np.random.default_rng(5)
    widths, alphas = [], []
    for _ in range(40):
        figures = agreement(
            a_round(expected, found.n, rng), scale="nominal", bootstrap=400, only={"krippendorff_alpha"}
        )
        low, high = figures["krippendorff_alpha"]["ci"]
        widths.append((high - low) / 2)
        alphas.append(figures["krippendorff_alpha"]["estimate"])
    assert np.mean(widths) == pytest.approx(0.12, rel=0.08)
    assert np.mean(alphas) == pytest.approx(expected.alpha, abs=0.03)


def test_a_composition_has_the_chance_of_all_the_orders_in_which_it_can_be_said():
    expected = Expected((0.6, 0.3, 0.1), 0.4, raters=3)
    counts, chances = expected.compositions
    by_hand: dict[tuple, float] = {}
    for said in product(range(3), repeat=3):
        chance = 0.6 * np.prod([expected.shares[level] for level in said])
        chance += 0.4 * expected.shares[said[0]] * (len(set(said)) == 1)
        row = tuple(np.bincount(said, minlength=3))
        by_hand[row] = by_hand.get(row, 0) + chance
    assert {tuple(row): chance for row, chance in zip(counts, chances, strict=True)} == pytest.approx(by_hand)
    assert sum(by_hand.values()) == pytest.approx(1)


def test_the_planned_number_is_the_smallest_that_is_enough():
    found = plan(HALF, 0.1)
    assert half_width(HALF, found.n) == found.half_width <= 0.1 < half_width(HALF, int(found.n * 0.9))


@pytest.mark.parametrize(
    "more",
    [
        (Expected((0.5, 0.5), 0.6), 0.08),  # a narrower interval
        (Expected((0.5, 0.5), 0.3), 0.1),  # less agreement
        (Expected((0.9, 0.1), 0.6), 0.1),  # a rarer answer
        (Expected((0.5, 0.5), 0.6, design_effect=1.5), 0.1),  # clients with several sessions
    ],
)
def test_what_is_known_less_surely_needs_more_sessions(more):
    assert plan(*more).n > 1.1 * plan(HALF, 0.1).n > 1.1 * plan(Expected((0.5, 0.5), 0.6, raters=4), 0.1).n


def test_the_number_grows_by_the_design_effect():
    clustered = Expected((0.5, 0.5), 0.6, design_effect=design_effect(6, 0.2))
    assert clustered.design_effect == 2
    assert plan(clustered, 0.1).n == pytest.approx(2 * plan(HALF, 0.1).n, rel=0.05)
    assert design_effect(0.5, 0.2) == 1  # fewer than one session of a client is no gain


def test_where_no_number_is_enough_the_width_that_can_be_had_is_told():
    assert plan(HALF, 0.001) == Plan(None, half_width(HALF, MOST))


def test_rounds_without_variation_give_no_interval_and_so_no_plan_of_few_sessions():
    rare = Expected((0.995, 0.005), 0.5)
    assert half_width(rare, 50) == float("inf")
    assert plan(rare, 0.2).n > 1000


@pytest.mark.parametrize(
    "given",
    [
        {"shares": (0.5, 0.4)}, {"shares": (1.0, 0.0)}, {"shares": (1.0,)}, {"shares": (1.2, -0.2)},
        {"alpha": 1.0}, {"alpha": -0.1}, {"raters": 1}, {"design_effect": 0.9},
    ],
)  # fmt: skip
def test_nonsense_is_refused(given):
    with pytest.raises(ValueError):
        Expected(**{"shares": (0.5, 0.5), "alpha": 0.5} | given)


@pytest.mark.parametrize("target", [0, 1, -0.1])
def test_so_is_an_interval_of_no_width(target):
    with pytest.raises(ValueError):
        plan(HALF, target)


def test_few_clients_make_the_interval_wider_and_fewer_than_five_none():
    one, six = (Expected((0.5, 0.5), 0.6, of_each=of_each) for of_each in (1, 6))
    n = 60  # of sixty clients or of ten: t(59) and t(9), and resamples vary less than samples
    wider = 2.2621572 / 2.0009954 * np.sqrt((10 / 9) / (60 / 59))
    assert half_width(six, n) == pytest.approx(wider * half_width(one, n), rel=1e-6)
    assert half_width(six, 29) == float("inf") and half_width(six, 30) < float("inf")


def test_rounds_of_clients_of_several_sessions_have_intervals_of_the_planned_width():
    """Six sessions of each. How often readers know differs between clients (beta, intra-client correlation .2), so of
    whether two say the same it is .2 times .24 times a quarter over .16.
    """
    expected = Expected((0.5, 0.5), 0.6, design_effect=design_effect(6, 0.075), of_each=6)
    found, rng = plan(expected, 0.15), np.random.default_rng(11)
    widths = []
    for _ in range(60):
        clients = -(-found.n // 6)
        knows = rng.beta(0.6 * 4, 0.4 * 4, clients)
        rows = []
        for item in range(found.n):
            said = rng.choice(["a", "b"], size=2)
            if rng.random() < knows[item % clients]:
                said[1] = said[0]
            rows += [(item, rater, said[rater], f"client {item % clients}") for rater in (0, 1)]
        low, high = agreement(rows, scale="nominal", bootstrap=400, only={"krippendorff_alpha"})[
            "krippendorff_alpha"
        ]["ci"]
        widths.append((high - low) / 2)
    assert np.mean(widths) == pytest.approx(0.15, rel=0.12)
