"""Intervals resample clusters, not ratings; where they cannot, they say why."""

import time

import numpy as np
import pytest

from review.agreement.intervals import intervals
from review.agreement.measures import coefficients, icc_coefficients
from review.agreement.report import agreement, estimate_all
from review.agreement.table import tabulate
from tests.review.agreement import published


def noisy(items, raters=3, levels=4, agree=0.7, seed=1, cluster=lambda item: None):
    rng = np.random.default_rng(seed)
    true = rng.integers(levels, size=items)
    return [
        (item, rater, int(true[item] if rng.random() < agree else rng.integers(levels)), cluster(item))
        for item in range(items)
        for rater in range(raters)
    ]


def mean_of(values):
    return lambda weights: {"mean": (weights @ values) / weights.sum(axis=1)}


def one(measure, clusters, **options):
    given = {"unit": "items", "width": 1, "bootstrap": 1000, "seed": 0} | options
    return intervals(measure, np.asarray(clusters), **given)["mean"]


def test_the_bootstrap_of_a_mean_has_the_textbook_width():
    values = np.random.default_rng(4).normal(size=400)
    low, high = one(mean_of(values), range(400), bootstrap=4000).ci
    error = values.std() / 20
    assert low == pytest.approx(values.mean() - 1.96 * error, abs=0.2 * error)
    assert high == pytest.approx(values.mean() + 1.96 * error, abs=0.2 * error)


def test_under_twenty_clusters_the_jackknife_of_a_mean_is_the_t_interval():
    values = np.array([0.1, 0.2, 0.15, 0.4, 0.3, 0.25, 0.35, 0.2])
    found = one(mean_of(values), range(8))
    reach = 2.364624251592785 * values.std(ddof=1) / np.sqrt(8)  # t(7) at .975
    assert found.ci == pytest.approx((values.mean() - reach, values.mean() + reach), abs=1e-12)
    assert "jackknife" in found.method and "t(7)" in found.method


def test_a_cluster_is_left_out_as_a_whole():
    values, clusters = np.arange(12) / 12, np.repeat(range(6), 2)
    means = values.reshape(6, 2).mean(axis=1)
    reach = 2.5705818366147395 * means.std(ddof=1) / np.sqrt(6)  # t(5) at .975
    assert one(mean_of(values), clusters).ci == pytest.approx((means.mean() - reach, means.mean() + reach))


def test_under_five_clusters_there_is_no_interval():
    found = agreement(noisy(40, cluster=lambda item: f"client {item % 4}"), scale="nominal")
    assert found["n_clusters"] == 4
    assert found["gwet_ac"]["estimate"] is not None and found["gwet_ac"]["ci"] is None
    assert "needs at least 5 clusters, has 4" in found["gwet_ac"]["note"]


def test_items_of_one_cluster_vary_together_and_widen_the_interval():
    def copies(cluster):
        return [(f"{i}-{k}", r, v, cluster(i)) for i, r, v, _ in noisy(30) for k in range(5)]

    alone, together = (
        agreement(copies(cluster), scale="nominal")["krippendorff_alpha"]["ci"]
        for cluster in (lambda i: None, lambda i: f"client {i}")
    )
    assert together[1] - together[0] > 1.8 * (alone[1] - alone[0])


def test_undefined_resamples_are_counted_and_past_five_percent_there_is_no_interval():
    rare = published.by_item([["a", "a"]] * 29 + [["b", "b"]])
    found = agreement(rare, scale="nominal", levels=["a", "b"])
    assert found["fleiss_kappa"]["estimate"] == pytest.approx(1)
    assert found["fleiss_kappa"]["ci"] is None
    assert "of 1000 resamples were undefined, more than 5%" in found["fleiss_kappa"]["note"]
    assert found["gwet_ac"]["ci"][1] == 1 > found["gwet_ac"]["ci"][0]
    scarce = published.by_item([["a", "a"]] * 36 + [["b", "b"]] * 4)
    note = agreement(scarce, scale="nominal")["fleiss_kappa"]["note"]
    assert "of 1000 resamples were undefined" in note and "more than" not in note


def test_where_nobody_differed_the_interval_says_how_often_they_still_may():
    """Thirty items: 1 - .025^(1/30) of them may differ; by hand for each coefficient's own chance agreement."""
    rows = published.by_item([["a", "a"]] * 20 + [["b", "b"]] * 10)
    found = agreement(rows, scale="nominal", levels=["a", "b", "c"], bootstrap=200)
    differ = 1 - 0.025 ** (1 / 30)
    apart = {
        "percent_agreement": 1,
        "gwet_ac": 1 - (2 / 3 * 1 / 3 * 2) / 2,
        "brennan_prediger": 2 / 3,
        "fleiss_kappa": 4 / 9,
        "krippendorff_alpha": 4 / 9,
        "cohen_kappa": 4 / 9,
    }
    for name, by_chance in apart.items():
        assert found[name]["ci"] == [pytest.approx(1 - differ / by_chance), 1.0], name
        assert "no disagreement seen" in found[name]["method"] and "no width" not in found[name]["note"]


def test_clients_that_agree_say_less_than_as_many_items():
    rows = [(item, rater, "a", f"client {item % 10}") for item in range(40) for rater in "xy"]
    found = agreement(rows, scale="nominal", levels=["a", "b"])["gwet_ac"]
    assert found["ci"] == [pytest.approx(0.025 ** (1 / 10)), 1.0]
    assert "share of clusters with one" in found["method"]


def test_a_jackknife_with_an_undefined_table_gives_no_interval():
    found = agreement(published.by_item([["a", "a"]] * 9 + [["b", "b"]]), scale="nominal")["fleiss_kappa"]
    assert found["ci"] is None and "undefined in 1 of the 10 tables" in found["note"]


def test_the_same_seed_gives_the_same_interval_and_another_seed_another():
    rows = noisy(60)
    first = agreement(rows, scale="ordinal", bootstrap=200, seed=5)
    assert first == agreement(rows[::-1], scale="ordinal", bootstrap=200, seed=5)
    other = agreement(rows, scale="ordinal", bootstrap=200, seed=6)
    assert first["gwet_ac"]["ci"] != other["gwet_ac"]["ci"]
    assert first["gwet_ac"]["estimate"] == other["gwet_ac"]["estimate"]


def test_without_resamples_there_is_no_bootstrap_and_it_says_so():
    found = agreement(noisy(30), scale="nominal", bootstrap=0)["gwet_ac"]
    assert found["ci"] is None and "no resamples were asked for" in found["note"]


def test_percent_agreement_never_falls_below_zero_nor_anything_rises_above_one():
    rows = published.by_item([["a", "b"], ["a", "a"], ["b", "a"], ["a", "b"], ["b", "b"], ["b", "a"]])
    found = agreement(rows, scale="nominal")
    assert found["percent_agreement"]["ci"][0] >= 0
    near = agreement(noisy(12, agree=0.95), scale="ordinal")
    assert all(near[name]["ci"][1] <= 1 for name in ("percent_agreement", "gwet_ac", "krippendorff_alpha"))


def test_the_bootstrap_of_ac1_agrees_with_the_linearised_variance_on_many_items():
    found = agreement(noisy(2000, raters=5), scale="nominal")["gwet_ac"]
    analytic = found["ci_analytic"]
    width = analytic["high"] - analytic["low"]
    assert found["ci"] == pytest.approx([analytic["low"], analytic["high"]], abs=0.1 * width)


def test_one_resample_equals_the_coefficients_of_the_table_that_it_stands_for():
    # Rows drawn twice, as rows of a longer table: the weights do the same, for every coefficient and scale.
    drawn = np.random.default_rng(9).integers(0, 3, size=(1, 30)).astype(float)
    for scale in ("nominal", "ordinal", "interval", "ratio"):
        rows = [(i, r, v + 1, None) for i, r, v, _ in noisy(30, raters=2)]
        levels = [1, 2, 3, 4]
        longer = [
            (f"{i}-{k}", r, v, None) for i, r, v, _ in rows for k in range(int(drawn[0, sorted_place(i)]))
        ]
        ratings = tabulate(rows, scale=scale, levels=levels)
        expected = estimate_all(longer, scale=scale, levels=levels)
        found = dict(coefficients(ratings)[1](drawn))
        if "ICC(1,1)" in expected:
            found |= icc_coefficients(ratings)[1](drawn)
        assert found.keys() == expected.keys()
        for name, value in expected.items():
            assert found[name][0] == pytest.approx(value, abs=1e-12), (scale, name)


def sorted_place(item: int) -> int:
    """Where `tabulate` puts item numbers 0..29: in the order of their text."""
    return sorted(map(str, range(30))).index(str(item))


def test_a_thousand_resamples_of_ten_thousand_items_take_seconds():
    rows = noisy(10_000, raters=5)
    start = time.perf_counter()
    agreement(rows, scale="ordinal", levels=[0, 1, 2, 3])
    assert time.perf_counter() - start < 30
