"""Shares of sessions by group, against numbers worked by hand and against statsmodels."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from review.agreement.shares import Shares, shares, shrunken, wilson


def counted(*groups, clients=None) -> Shares:
    """Groups as (hits, sessions), every session of a client of its own unless said."""
    group = [g for g, (_hits, n) in enumerate(groups) for _ in range(n)]
    hit = [i < hits for hits, n in groups for i in range(n)]
    client = clients or list(range(len(group)))
    return shares(group, client, hit, np.ones(len(group)), groups=len(groups))


def test_wilsons_interval_is_the_published_one():
    """Newcombe (1998), table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29."""
    low, high = wilson([81 / 263, 15 / 148, 0, 1 / 29], [263, 148, 20, 29])
    assert low == pytest.approx([0.2553, 0.0624, 0, 0.0061], abs=5e-5)
    assert high == pytest.approx([0.3662, 0.1605, 0.1611, 0.1718], abs=5e-5)


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilsons_interval_is_that_of_statsmodels(counts):
    hits, n = counts
    low, high = wilson([hits / n], [n])
    assert (low[0], high[0]) == pytest.approx(proportion_confint(hits, n, method="wilson"), abs=1e-12)


def test_sessions_of_as_many_clients_count_in_full():
    found = counted((3, 10), (6, 10))
    assert found.alike == 0 and list(found.effective) == [10, 10]
    assert list(found.hits) == [3, 6] and list(found.share) == [0.3, 0.6]


def test_sessions_of_one_client_that_are_alike_count_less():
    """Two groups, each five clients with two sessions, worked by hand.

    Clients' sessions: 11 11 00 00 01 and 11 00 00 00 00. Within: one client differs, 0.5 / 10 = 0.05. Shares .5 and
    .2; between: 2 (4 · .25 + 0) = 2 and 2 (.64 + 4 · .04) = 1.6, 3.6 / 8 = 0.45. Typical size (20 − 4) / 8 = 2.
    Alike: (.45 − .05) / (.45 + .05) = 0.8, so ten sessions count as 10 / 1.8.
    """
    hit = [1, 1, 1, 1, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0]
    client = [c for c in range(5) for _ in range(2)] * 2
    found = shares([0] * 10 + [1] * 10, client, hit, np.ones(20), groups=2)
    assert found.alike == pytest.approx(0.8) and found.effective == pytest.approx([10 / 1.8] * 2)
    assert list(found.clients) == [5, 5]
    assert (found.low[0], found.high[0]) == pytest.approx((0.180314, 0.819686), abs=1e-6)  # 0.5 of 5.5556


def test_where_nothing_varies_each_client_counts_once():
    found = counted((0, 12), clients=[i % 6 for i in range(12)])
    assert found.alike == 1 and found.effective[0] == 6
    assert found.high[0] == pytest.approx(proportion_confint(0, 6, method="wilson")[1])


def test_fewer_than_five_clients_have_no_interval():
    found = counted((2, 8), (2, 8), clients=[i % 4 for i in range(8)] + [i % 5 for i in range(8)])
    assert list(np.isnan(found.low)) == [True, False] and found.share[0] == 0.25


def test_a_session_that_was_chosen_with_half_the_chance_weighs_twice():
    found = shares([0] * 6, range(6), [1, 0, 0, 0, 0, 0], [2, 1, 1, 1, 1, 1], groups=1)
    assert found.share[0] == pytest.approx(2 / 7) and found.effective[0] == pytest.approx(49 / 9)
    assert found.hits[0] == 1 and found.n[0] == 6


def test_a_group_without_sessions_has_nothing():
    found = counted((0, 0), (5, 10))
    assert found.n[0] == 0 and np.isnan([found.share[0], found.low[0], shrunken(found)[0]]).all()
    empty = counted((0, 0))
    assert np.isnan(empty.share[0]) and np.isnan(shrunken(empty)[0])


def test_shares_are_drawn_toward_the_mean_of_all():
    """1 and 5 of 10 by hand: mean .3; Σ n (p − mean)² / .21 = 3.8095; (3.8095 − 1) / (20 − 10 − 1) = .31217;
    weight of its own 3.1217 / (3.1217 + .68783) = .81944.
    """
    assert shrunken(counted((1, 10), (5, 10))) == pytest.approx([0.136111, 0.463889], abs=1e-6)


def test_groups_that_differ_no_more_than_by_chance_share_one_mean():
    assert shrunken(counted((3, 10), (3, 10), (4, 10))) == pytest.approx([1 / 3] * 3)


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 8), st.booleans()), min_size=1, max_size=60))
def test_no_session_counts_more_than_once_and_none_less_than_its_client(sessions):
    group, client, hit = zip(*sessions, strict=True)
    found = shares(group, client, hit, np.ones(len(group)), groups=4)
    there = found.n > 0
    assert (found.effective[there] <= found.n[there] + 1e-9).all() and (
        found.effective[there] >= 1 - 1e-9
    ).all()
    drawn, low, high = shrunken(found)[there], found.low, found.high
    assert (drawn >= -1e-9).all() and (drawn <= 1 + 1e-9).all()
    known = ~np.isnan(low)
    assert (low[known] <= found.share[known]).all() and (found.share[known] <= high[known]).all()
