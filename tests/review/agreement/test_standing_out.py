"""Which group stands out, against Fisher's test in SciPy, Benjamini and Hochberg in statsmodels, and chance."""

from math import comb

import numpy as np
import pytest
from scipy.stats import fisher_exact
from statsmodels.stats.multitest import multipletests

from review.agreement.standing_out import compare
from tests.review.agreement.test_shares import counted


def test_the_one_that_is_always_corrected_stands_out():
    """2 of 20, 18 of 20, 3 of 20: the second against 5 of 40, and three are compared."""
    found = compare(counted((2, 20), (18, 20), (3, 20)))
    assert list(found.stands_out) == [False, True, False]
    assert found.others == pytest.approx([21 / 40, 5 / 40, 20 / 40])
    by_hand = sum(comb(23, k) * comb(37, 20 - k) for k in (18, 19, 20)) / comb(60, 20)
    assert found.p[1] == pytest.approx(3 * by_hand)


def test_p_is_that_of_fisher_adjusted_as_benjamini_and_hochberg_do():
    groups = [(4, 30), (9, 30), (15, 30), (5, 25), (12, 40), (20, 33)]
    hits, sessions = (sum(column) for column in zip(*groups, strict=True))
    raw = [
        fisher_exact([[x, n - x], [hits - x, sessions - n - hits + x]], alternative="greater").pvalue
        if x / n > (hits - x) / (sessions - n)
        else 1.0
        for x, n in groups
    ]
    expected = multipletests(raw, method="fdr_bh")[1]
    found = compare(counted(*groups))
    assert found.p == pytest.approx(expected, rel=1e-9)
    assert list(found.stands_out) == list(expected <= 0.05) and found.stands_out.any()


def test_the_highest_of_many_does_not_stand_out_by_being_the_highest():
    """5 of 10 among forty of 2 of 10: alone it would pass at 5 %, among so many it does not."""
    found = compare(counted((5, 10), *[(2, 10)] * 40))
    alone = fisher_exact([[5, 5], [80, 320]], alternative="greater").pvalue
    assert alone < 0.05 and not found.stands_out.any()


def test_ninety_of_a_hundred_stand_out_and_one_of_one_does_not():
    found = compare(counted((90, 100), (1, 1), *[(20, 100)] * 8))
    assert list(found.stands_out[:2]) == [True, False] and np.isnan(found.p[1])


def test_sessions_of_four_clients_are_not_compared():
    clients = [i % 4 for i in range(20)] + list(range(100, 140))
    found = compare(counted((20, 20), (4, 40), clients=clients))
    assert not found.stands_out.any() and np.isnan(found.p[0]) and found.others[0] == 0.1


def test_sessions_that_repeat_a_client_weigh_less():
    apart = compare(counted((8, 10), (12, 40)))
    clients = [i // 2 for i in range(10)] + [100 + i // 2 for i in range(40)]
    alike = compare(counted((8, 10), (12, 40), clients=clients))
    assert apart.stands_out[0] and not alike.stands_out[0] and alike.p[0] > apart.p[0]


def test_one_group_has_no_others():
    found = compare(counted((9, 10)))
    assert np.isnan(found.others[0]) and not found.stands_out[0]


def test_where_groups_do_not_differ_at_most_one_table_in_twenty_marks_any():
    """Three hundred tables of thirty groups, seeded: marks without a difference come as rarely as promised."""
    rng = np.random.default_rng(11)
    marked = sum(
        compare(counted(*[(int(x), 12) for x in rng.binomial(12, 0.3, 30)])).stands_out.any()
        for _ in range(300)
    )
    assert marked <= 15
