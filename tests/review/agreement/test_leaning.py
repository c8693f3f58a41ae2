"""The signed mean difference: against arithmetic done by hand, weighted, over clients, silent where clients are few."""

import numpy as np
import pytest
from scipy import stats

from review.agreement.leaning import lean


def of(values, *, clients=None, weight=None, width=4.0):
    n = len(values)
    return lean(values, clients or [f"c{i}" for i in range(n)], weight or [1.0] * n, width=width)


def test_the_mean_is_in_steps_of_the_scale_with_the_jackknife_of_a_mean():
    values = [1, 0, 1, 2, -1, 1, 0, 1]
    found = of(values)
    # Leaving one of n independent values out in turn gives the standard error of the mean.
    reach = stats.t.ppf(0.975, 7) * np.std(values, ddof=1) / np.sqrt(8)
    assert (found.n, found.estimate) == (8, pytest.approx(np.mean(values)))
    assert found.ci == pytest.approx((np.mean(values) - reach, np.mean(values) + reach))


def test_a_side_is_named_only_where_the_interval_leaves_nought_out():
    assert of([1, 1, 2, 1, 1, 2, 1]).side == 1
    assert of([-1, -1, -2, -1, -1, -2, -1]).side == -1
    assert of([1, -1, 1, -1, 0, 0, 1]).side == 0


def test_under_five_clients_there_is_no_interval_and_no_side_and_it_says_so():
    found = of([2] * 12, clients=["a", "b", "c", "d"] * 3)
    assert (found.estimate, found.ci, found.side) == (
        2,
        None,
        0,
    ) and "needs at least 5 clients, has 4" in found.note


def test_sessions_of_one_client_tell_less_than_those_of_many():
    values = [1, 1, 0, 0] * 6
    alone = of(values)
    together = of(values, clients=[f"c{i // 4 % 2}{v}{i % 3}" for i, v in enumerate(values)])
    assert together.ci[1] - together.ci[0] > alone.ci[1] - alone.ci[0]


def test_what_was_chosen_with_half_the_chance_counts_twice():
    assert of([0, 3] * 3, weight=[1, 2] * 3).estimate == pytest.approx(2)


def test_an_interval_ends_where_the_scale_does():
    low, high = of([4, 4, 4, 4, 4, -4]).ci
    assert low >= -4 and high <= 4


def test_where_all_differ_by_the_same_the_side_is_told_of_six_clients_and_no_interval():
    for clients, side in ((5, 0), (6, -1)):
        found = lean([-2.0] * 12, [n % clients for n in range(12)], [1.0] * 12, width=4)
        assert (found.estimate, found.ci, found.side) == (-2, None, side)
    assert lean([0.0] * 12, range(12), [1.0] * 12, width=4).side == 0
