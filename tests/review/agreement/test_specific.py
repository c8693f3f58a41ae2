"""Specific agreement per level."""

import json

import numpy as np
import pytest

from review.agreement.specific import specific_agreement
from tests.review.agreement import published


def specific(rows, **how):
    return specific_agreement(rows, **({"bootstrap": 0} | how))["specific_agreement"]


@pytest.mark.parametrize(
    ("table", "positive", "negative"),
    [
        ([[40, 9], [6, 45]], 80 / 95, 90 / 105),  # Cicchetti & Feinstein's own form, 2a / (2a + b + c)
        ([[80, 10], [5, 5]], 160 / 175, 10 / 25),  # same agreement of .85, seldom level agreed on by .40
        ([[118, 5], [2, 0]], 236 / 243, 0),
    ],
)
def test_positive_and_negative_agreement_of_the_paradox_tables(table, positive, negative):
    found = specific(published.crossed(table))
    assert found["1"]["estimate"] == pytest.approx(positive, abs=1e-12)
    assert found["2"]["estimate"] == pytest.approx(negative, abs=1e-12)
    assert found["1"]["n_ratings"] == 2 * table[0][0] + table[0][1] + table[1][0]


def test_the_error_is_mackinnons_for_two_raters():
    a, b, c, d = 80, 10, 5, 5
    n = a + b + c + d
    printed = np.sqrt(4 * a * (b + c) * (a + b + c) / (2 * a + b + c) ** 4)
    ci = specific(published.crossed([[a, b], [c, d]]))["1"]["ci_analytic"]
    from scipy import stats

    reach = stats.t.ppf(0.975, n - 1) * printed * np.sqrt(n / (n - 1))
    assert ci["high"] - ci["low"] == pytest.approx(2 * reach, abs=1e-12)


def test_items_of_a_client_are_added_up_before_they_vary():
    alone = [
        (n, who, "ab"[(n + (who == "Ben") * (n % 3 == 0)) % 2], None)
        for n in range(40)
        for who in ("Ana", "Ben")
    ]
    # The same four times over, as four items of one client each, tells no more than once.
    four = [(f"{n}/{copy}", who, value, n) for n, who, value, _client in alone for copy in range(4)]
    one, other = (specific(rows)["a"]["ci_analytic"] for rows in (alone, four))
    assert (other["low"], other["high"]) == pytest.approx((one["low"], one["high"]), abs=1e-12)
    assert "items independent" in one["name"] and "within clusters" in other["name"]


def by_hand(table, level) -> float:
    """Of all ordered pairs of different raters of an item whose first says the level, the share whose second does."""
    begin = both = 0
    for line in table:
        said = [value for value in line if value is not None]
        for i, first in enumerate(said):
            for j, second in enumerate(said):
                if i != j and first == level:
                    begin, both = begin + 1, both + (second == level)
    return both / begin


def test_more_raters_and_gaps_are_all_pairs_by_hand():
    table = published.INVENTED
    found = specific(published.by_item(table))
    for level in (1, 2, 3, 4, 5):
        assert found[str(level)]["estimate"] == pytest.approx(by_hand(table, level), abs=1e-12)


def test_weighted_by_how_often_each_level_is_said_they_make_the_share_of_agreeing_pairs():
    found = specific(published.crossed([[25, 12, 3], [13, 2, 15], [12, 16, 2]]))
    total = sum(one["n_ratings"] for one in found.values())
    assert sum(one["estimate"] * one["n_ratings"] for one in found.values()) / total == pytest.approx(0.29)


def test_a_level_that_nobody_said_is_undefined_and_says_so():
    found = specific(published.crossed([[4, 1], [1, 4]]), levels=["1", "2", "3"])
    assert found["3"]["estimate"] is None and "nobody said this level" in found["3"]["note"]
    assert found["3"]["n_ratings"] == 0


def test_a_level_said_only_once_in_a_while_has_an_interval_only_where_resamples_keep_it():
    rows = published.crossed([[60, 1], [1, 1]])
    found = specific(rows, bootstrap=500)
    assert found["1"]["ci"][0] > 0.9
    assert "resamples were undefined" in found["2"]["note"]


def test_unanimity_has_no_analytic_interval_and_an_exact_one_with_a_width():
    found = specific(published.by_item([["yes", "yes"]] * 15 + [["no", "no"]] * 15), bootstrap=100)
    for one in found.values():
        assert one["estimate"] == 1 and one["ci_analytic"] is None
        assert one["ci"] == [pytest.approx(0.025 ** (1 / 15)), 1] and "exact, of 15" in one["method"]


def test_too_little_is_said_in_words():
    found = specific(published.by_item([["yes", None], [None, "no"]]), levels=["yes", "no"])
    for one in found.values():
        assert one["estimate"] is None and "no overlap" in one["note"]
    json.dumps(found, allow_nan=False)


def test_a_level_that_is_always_or_never_met_has_an_interval_with_a_width():
    rows = [(n, who, ("a", "b")[n % 2], None) for n in range(40) for who in ("Ben", "Chloe")]
    always = specific_agreement(rows)["specific_agreement"]["a"]
    assert always["estimate"] == 1 and always["ci"] == [pytest.approx(0.025 ** (1 / 20)), 1]
    rows = [
        (n, who, "a" if who == "Ben" and n < 8 else "b", None) for n in range(40) for who in ("Ben", "Chloe")
    ]
    never = specific_agreement(rows)["specific_agreement"]["a"]
    assert never["estimate"] == 0 and never["ci"] == [0, pytest.approx(1 - 0.025 ** (1 / 8))]
    few = specific_agreement([row for row in rows if row[0] >= 4])["specific_agreement"]["a"]
    assert few["ci"] is None and "in 4 items, fewer than 5" in few["note"]
