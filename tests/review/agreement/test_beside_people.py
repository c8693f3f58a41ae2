"""Within one rater, slope, and what should be rare: by hand, and against other ways to the same number."""

import statistics

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from review.agreement.rare import rare
from review.agreement.slope import slope
from review.agreement.within import within


def test_the_variance_within_is_pooled_over_items_by_their_degrees_of_freedom():
    # s² = 1 on 2 degrees of freedom, 2 on 1, and an item that was read once says nothing.
    found = within([[3, 4, 5], [1, 3], [5]], ["a", "b", "c"], scale="ordinal")
    assert found.estimate == pytest.approx((1 * 2 + 2 * 1) / 3) and (found.n, found.readings) == (2, 5)


@given(st.lists(st.lists(st.integers(1, 5), min_size=2, max_size=5), min_size=2, max_size=12))
@settings(max_examples=100, deadline=None)
def test_it_is_the_mean_square_within_of_a_one_way_analysis_of_variance(readings):
    total = sum(map(len, readings))
    squares = sum(sum((v - statistics.mean(own)) ** 2 for v in own) for own in readings)
    found = within(readings, range(len(readings)), scale="ordinal")
    assert found.estimate == pytest.approx(squares / (total - len(readings)))


def test_of_categories_it_is_the_chance_that_two_readings_differ():
    # Of three pairs two differ; of one pair none does.
    found = within([["accept", "accept", "edit"], ["edit", "edit"]], ["a", "b"], scale="nominal")
    assert found.estimate == pytest.approx((2 / 3 + 0) / 2)


def test_what_was_read_once_has_nothing_within():
    found = within([["accept"], ["edit"]], ["a", "b"], scale="nominal")
    assert found.estimate is None and "more than once" in found.note


def test_the_slope_is_that_of_least_squares():
    rng = np.random.default_rng(4)
    people = rng.integers(1, 6, 40).astype(float)
    judge = 1 + 0.6 * people + rng.normal(0, 0.5, 40)
    found = slope(judge, people, range(40), np.ones(40))
    assert found.estimate == pytest.approx(stats.linregress(people, judge).slope)
    assert found.ci[0] < 0.6 < found.ci[1]


def test_a_slope_may_be_steeper_than_one_and_its_interval_too():
    people = np.tile([1.0, 2.0, 3.0, 4.0, 5.0], 2)
    judge = 2 * people + np.array([0.1, -0.1] * 5)
    found = slope(judge, people, range(10), np.ones(10))
    assert found.estimate == pytest.approx(2, abs=0.05) and found.ci[1] > 1.5


def test_error_of_the_people_draws_the_slope_toward_nought():
    """The caveat is true: a judge that follows the truth exactly has a slope of the people's reliability, here 1/2."""
    rng = np.random.default_rng(9)
    truth = rng.normal(0, 1, 20_000)
    found = slope(truth, truth + rng.normal(0, 1, 20_000), np.zeros(20_000), np.ones(20_000))
    assert found.estimate == pytest.approx(0.5, abs=0.02)


def test_people_who_all_say_the_same_have_no_slope():
    found = slope([1, 2, 3], [2, 2, 2], ["a", "b", "c"], [1, 1, 1])
    assert found.estimate is None and "do not vary" in found.note


def test_a_slope_weighs_each_item_by_one_over_its_chance():
    judge, people, weight = [1, 2, 4], [1, 2, 3], [1, 1, 2]
    once = slope([1, 2, 4, 4], [1, 2, 3, 3], range(4), np.ones(4))
    assert slope(judge, people, range(3), weight).estimate == pytest.approx(once.estimate)


def test_a_share_of_independent_sessions_has_wilsons_interval():
    hits = [True] * 3 + [False] * 17
    found = rare(hits, range(20), np.ones(20))
    # Wilson (1927): by the quadratic that it solves.
    z, n, p = stats.norm.ppf(0.975), 20, 3 / 20
    roots = np.roots([1 + z**2 / n, -(2 * p + z**2 / n), p**2])
    assert found.ci == pytest.approx(tuple(sorted(roots)), abs=1e-9)
    assert (found.n, found.seen, found.bound) == (20, 3, None)


def test_none_seen_prints_the_bound_of_three_over_n():
    found = rare([False] * 30, range(30), np.ones(30))
    assert found.share == 0 and found.bound == pytest.approx(0.1)
    # Exactly 1 − 0.05^(1/n), which it is a little more than.
    assert 1 - 0.05 ** (1 / 30) < found.bound < 1.06 * (1 - 0.05 ** (1 / 30))


def test_of_few_clients_nothing_is_said_of_others_but_the_bound():
    found = rare([False] * 8, ["mira"] * 8, np.ones(8))
    assert found.ci is None and "5 clients" in found.note
    # Eight sessions of one client tell no more of other clients than one does.
    assert found.bound == 1


def test_of_no_session_nothing_is_said():
    assert rare([], [], []).share is None


def test_an_item_that_stands_for_more_counts_for_more_of_what_is_within():
    """Variances 1 and 4 of two readings each: (1·3 + 4·1) / 4."""
    found = within([[3, 3 + 2**0.5], [1, 1 + 8**0.5]], ["a", "b"], scale="ordinal", weight=[3, 1])
    assert found.estimate == pytest.approx((1 * 3 + 4 * 1) / 4)
