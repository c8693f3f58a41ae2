"""Bias and limits of agreement of scores."""

import json

import numpy as np
import pytest

from review.agreement.bland_altman import NAMES, bland_altman, of_two
from tests.review.agreement import published

# Bland & Altman (1986): peak expiratory flow of 17 people, first reading of the large meter and of the mini meter.
LARGE = [494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427]
MINI = [512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451]
FLOW = [
    (n, who, value, None) for who, line in (("large", LARGE), ("mini", MINI)) for n, value in enumerate(line)
]


def test_the_flow_meters_of_1986():
    found = of_two(FLOW, "large", "mini")
    assert found["bias"]["estimate"] == pytest.approx(-2.1, abs=0.051)
    assert found["spread"]["estimate"] == pytest.approx(38.8, abs=0.051)
    ci = found["bias"]["ci_analytic"]
    assert (ci["low"], ci["high"]) == pytest.approx((-22.0, 17.8), abs=0.051)
    # Printed with 2 in place of 1.96, from the rounded bias and spread, and with 3/n for the error of a limit.
    s, n = found["spread"]["estimate"], found["n_items"]
    assert found["lower_limit"]["estimate"] - 0.04 * s == pytest.approx(-79.7, abs=0.12)
    assert found["upper_limit"]["estimate"] + 0.04 * s == pytest.approx(75.5, abs=0.12)
    ci = found["upper_limit"]["ci_analytic"]
    assert (ci["high"] - ci["low"]) / 2 == pytest.approx(2.12 * s * np.sqrt(3 / n), abs=0.3)


def test_the_sign_says_who_lies_above():
    there, back = of_two(FLOW, "large", "mini", bootstrap=0), of_two(FLOW, "mini", "large", bootstrap=0)
    assert back["bias"]["estimate"] == pytest.approx(-there["bias"]["estimate"])
    assert back["upper_limit"]["estimate"] == pytest.approx(-there["lower_limit"]["estimate"])


def of_a_balanced_anova(groups: np.ndarray) -> float:
    """Variances between and within, from the mean squares of a balanced table, clients by items."""
    m = groups.shape[1]
    between = m * groups.mean(axis=1).var(ddof=1)
    within = groups.var(axis=1, ddof=1).mean()
    return max(0.0, (between - within) / m) + within


def test_repeated_measures_add_up_the_variances_between_and_within_clients():
    rng = np.random.default_rng(4)
    apart = rng.normal(1, 1, (12, 1)) + rng.normal(0, 0.5, (12, 4))
    rows = [
        (f"{client}/{item}", who, value, f"client {client}")
        for (client, item), d in np.ndenumerate(apart)
        for who, value in (("Ana", d), ("Ben", 0.0))
    ]
    found = of_two(rows, "Ana", "Ben")
    assert found["spread"]["estimate"] == pytest.approx(np.sqrt(of_a_balanced_anova(apart)), abs=1e-9)
    assert found["spread"]["estimate"] > apart.std(ddof=1)
    assert "Bland & Altman 2007" in found["spread"]["method"]
    assert all(found[name]["ci_analytic"] is None for name in NAMES)
    assert "jackknife over 12 clusters" in found["bias"]["method"]


def test_repeated_measures_of_unequal_number_by_hand():
    clients = {"x": [1.0, 2.0, 1.5], "y": [4.0, 3.0], "z": [0.0], "u": [2.0, 2.5, 1.0, 2.5], "v": [5.0]}
    rows = [
        (f"{client}{n}", who, value, client)
        for client, line in clients.items()
        for n, d in enumerate(line)
        for who, value in (("Ana", d), ("Ben", 0.0))
    ]
    every, size = np.concatenate(list(clients.values())), np.array([len(line) for line in clients.values()])
    n, g = len(every), len(clients)
    between = sum(len(line) * (np.mean(line) - every.mean()) ** 2 for line in clients.values()) / (g - 1)
    within = sum(((np.array(line) - np.mean(line)) ** 2).sum() for line in clients.values()) / (n - g)
    typical = (n - (size**2).sum() / n) / (g - 1)
    expected = np.sqrt((between - within) / typical + within)
    assert of_two(rows, "Ana", "Ben")["spread"]["estimate"] == pytest.approx(expected, abs=1e-9)


def test_each_rater_against_the_mean_of_the_others_with_gaps():
    table = [[3, 2, None], [4, 4, 1], [None, 2, 2], [5, None, None], [4, 1, 2]]
    found = bland_altman(published.by_item(table))["raters"]
    assert {rater: one["n_items"] for rater, one in found.items()} == {0: 3, 1: 4, 2: 3}
    assert found[0]["bias"]["estimate"] == pytest.approx(np.mean([3 - 2, 4 - 2.5, 4 - 1.5]))
    assert found[2]["bias"]["estimate"] == pytest.approx(np.mean([1 - 4, 2 - 2, 2 - 2.5]))


def test_a_strict_rater_is_found_within_her_interval():
    rng = np.random.default_rng(6)
    own = rng.normal(3, 1, (200, 1))
    table = own + rng.normal(0, 0.4, (200, 3)) + np.array([0, 0, -0.5])
    found = bland_altman(published.by_item(table.tolist()), bootstrap=300)["raters"]
    low, high = found[2]["bias"]["ci"]
    assert low < -0.5 < high < 0
    assert found[0]["bias"]["ci"][0] > 0


def test_bias_moves_with_the_unit_and_not_with_the_origin():
    moved = [(item, who, 3 * value + 100, client) for item, who, value, client in FLOW]
    one, other = of_two(FLOW, "large", "mini"), of_two(moved, "large", "mini")
    for name in NAMES:
        assert other[name]["estimate"] == pytest.approx(3 * one[name]["estimate"])
        assert other[name]["ci"] == pytest.approx([3 * end for end in one[name]["ci"]])


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([], "no ratings"),
        (published.by_item([[1], [2]]), "one rater"),
        (published.by_item([[1, None], [None, 2]]), "no overlap"),
    ],
)
def test_too_little_to_compare_is_said_in_words(rows, reason):
    found = bland_altman(rows)
    for one in found["raters"].values():
        assert all(one[name]["estimate"] is None and reason in one[name]["note"] for name in NAMES)
    alone = of_two(rows, 0, 1)
    assert all(alone[name]["estimate"] is None and reason in alone[name]["note"] for name in NAMES)
    json.dumps([found, alone], allow_nan=False)


def test_a_rater_who_shares_one_item_only_is_undefined_and_the_others_are_not():
    found = bland_altman(published.by_item([[1, 2, 3], [2, 2, None], [3, 4, None], [1, 1, None]]))["raters"]
    assert found[2]["bias"]["estimate"] is None and "fewer than two items" in found[2]["bias"]["note"]
    assert found[0]["bias"]["estimate"] is not None


def test_raters_who_always_agree_have_no_bias_and_no_spread():
    found = of_two(published.by_item([[value, value] for value in (1, 2, 3, 4, 5, 6)]), 0, 1)
    assert [found[name]["estimate"] for name in NAMES] == [0, 0, 0, 0]
    json.dumps(found, allow_nan=False)
