"""Random-effects ICCs of incomplete designs."""

import json

import numpy as np
import pandas as pd
import pytest
from statsmodels.regression.mixed_linear_model import MixedLM

from review.agreement.design_sums import design
from review.agreement.icc import mean_squares
from review.agreement.random_effects import CROSSED, NESTED, means_of, random_effects_icc
from review.agreement.reml import reml
from review.agreement.report import agreement
from review.agreement.values import BadRatings
from tests.review.agreement import published


def simulated(items, raters, *, missing=0.0, seed=0, between=(1.0, 0.3, 0.5)) -> np.ndarray:
    rng = np.random.default_rng(seed)
    s, r, e = np.sqrt(between)
    table = rng.normal(3, s, (items, 1)) + rng.normal(0, r, (1, raters)) + rng.normal(0, e, (items, raters))
    blank = rng.random(table.shape) < missing
    blank[blank.all(axis=1), 0] = False
    table[blank] = np.nan
    return table


def rows(table) -> list[tuple]:
    return published.by_item(
        [[None if np.isnan(value) else float(value) for value in line] for line in table]
    )


def components(table, **how) -> np.ndarray:
    found = reml(design(table).sums(np.ones((1, len(table)))), **how)
    return np.array([found.items[0], found.raters[0], found.residual[0]])


def estimates(found) -> dict:
    return {name: value["estimate"] for name, value in found["icc"].items()}


def test_shrout_and_fleiss_1979_on_their_complete_table():
    found = random_effects_icc(published.by_item(published.SHROUT_FLEISS), bootstrap=0)
    printed = {"ICC(A,1)": 0.2898, "ICC(C,1)": 0.7148, "ICC(A,k)": 0.6201, "ICC(C,k)": 0.9093}
    for name, value in printed.items():
        assert found["icc"][name]["estimate"] == pytest.approx(value, abs=5.1e-5)
    assert (found["k"], found["k_hat"], found["q"]) == (4, 4, 0)
    nested = random_effects_icc(published.by_item(published.SHROUT_FLEISS), design="nested", bootstrap=0)
    assert estimates(nested) == pytest.approx({"ICC(1)": 0.1657, "ICC(khat)": 0.4428}, abs=5.1e-5)


@pytest.mark.parametrize("seed", range(4))
def test_of_a_complete_table_reml_is_the_analysis_of_variance(seed):
    table = simulated(30, 5, seed=seed)
    ms = mean_squares(table, np.ones((1, 30)))
    items, raters, residual = ms.items[0], ms.raters[0], ms.residual[0]
    expected = [(items - residual) / 5, (raters - residual) / 30, residual]
    assert components(table) == pytest.approx(np.array(expected), rel=1e-5)
    command = agreement(rows(table), scale="interval", bootstrap=0)["icc"]
    ours = estimates(random_effects_icc(rows(table), bootstrap=0))
    for one, other in (("A", 2), ("C", 3)):
        for number in ("1", "k"):
            assert ours[f"ICC({one},{number})"] == pytest.approx(
                command[f"ICC({other},{number})"]["estimate"], abs=1e-6
            )


@pytest.mark.parametrize("seed", range(3))
def test_of_an_incomplete_table_reml_is_statsmodels(seed):
    table = simulated(25, 5, missing=0.35, seed=seed)
    item, rater = np.nonzero(~np.isnan(table))
    frame = pd.DataFrame({"y": table[item, rater], "item": item, "rater": rater, "all": 1})
    parts = {"item": "0 + C(item)", "rater": "0 + C(rater)"}
    fit = MixedLM.from_formula("y ~ 1", groups="all", vc_formula=parts, data=frame).fit(reml=True, gtol=1e-8)
    theirs = dict(zip(fit.model.exog_vc.names, fit.vcomp, strict=True)) | {"residual": fit.scale}
    assert components(table) == pytest.approx([theirs["item"], theirs["rater"], theirs["residual"]], rel=2e-3)
    one_way = MixedLM.from_formula("y ~ 1", groups="item", data=frame).fit(reml=True)
    expected = [float(one_way.cov_re.iloc[0, 0]), 0, one_way.scale]
    assert components(table, raters=False) == pytest.approx(expected, rel=2e-3)


def deviance(table, items, raters, residual) -> float:
    """Minus twice the restricted log likelihood, from the whole covariance matrix."""
    item, rater = np.nonzero(~np.isnan(table))
    y, one = table[item, rater], np.ones(len(item))
    v = items * (item[:, None] == item) + raters * (rater[:, None] == rater) + residual * np.eye(len(y))
    inverse = np.linalg.inv(v)
    xx = one @ inverse @ one
    mean = one @ inverse @ y / xx
    return np.linalg.slogdet(v)[1] + np.log(xx) + (y - mean) @ inverse @ (y - mean)


@pytest.mark.parametrize(
    ("between", "seed"),
    [((1, 0.3, 0.5), 1), ((0.02, 0.3, 0.5), 2), ((1, 0, 0.5), 3), ((0, 0, 1), 4), ((4, 2, 0.01), 5)],
)
def test_no_other_components_nearby_have_a_larger_likelihood(between, seed):
    table = simulated(20, 4, missing=0.3, between=between, seed=seed)
    found = components(table)
    best = deviance(table, *found)
    for axis in range(3):
        for step in (0.97, 1.03):
            other = found.copy()
            other[axis] = other[axis] * step if other[axis] else 0.003
            assert deviance(table, *other) > best - 1e-7


def test_resamples_together_are_the_tables_with_rows_repeated_one_by_one():
    table = simulated(15, 4, missing=0.3, seed=9)
    times = np.random.default_rng(1).multinomial(15, np.ones(15) / 15, size=6)
    together = reml(design(table).sums(times.astype(float)))
    for n, drawn in enumerate(times):
        alone = components(np.repeat(table, drawn, axis=0))
        found = [together.items[n], together.raters[n], together.residual[n]]
        assert found == pytest.approx(alone, rel=1e-4, abs=1e-5)


def q_by_hand(there) -> float:
    """ten Hove et al. (2024) after Putka et al. (2008), pair of items by pair of items."""
    sets = [set(np.flatnonzero(line)) for line in there]
    n = len(sets)
    k_hat = n / sum(1 / len(one) for one in sets)
    shared = sum(
        len(one & other) / (len(one) * len(other))
        for i, one in enumerate(sets)
        for j, other in enumerate(sets)
        if i != j
    )
    return 1 / k_hat - shared / (n * (n - 1))


@pytest.mark.parametrize("seed", range(3))
def test_k_hat_and_q_are_the_authors(seed):
    there = ~np.isnan(simulated(18, 6, missing=0.5, seed=seed))
    found = means_of(there)
    assert found.q == pytest.approx(q_by_hand(there), abs=1e-12)
    assert found.k_hat == pytest.approx(18 / (1 / there.sum(axis=1)).sum())


def test_q_of_complete_and_of_nested_designs():
    assert means_of(np.ones((7, 4), bool)).q == pytest.approx(0, abs=1e-12)
    assert means_of(np.kron(np.eye(5), np.ones((1, 3))) > 0).q == pytest.approx(1 / 3)


def test_variances_of_a_large_incomplete_table_are_recovered_within_their_intervals():
    table = simulated(400, 12, missing=0.7, seed=3, between=(1.0, 0.2, 0.5))
    found = random_effects_icc(rows(table), bootstrap=100)
    for name, planted in (("items", 1.0), ("residual", 0.5)):
        low, high = found["variances"][name]["ci"]
        assert low < planted < high
    around = found["icc"]["ICC(A,1)"]["ci_analytic"]
    assert around["low"] < 1 / 1.7 < around["high"]
    assert found["icc"]["ICC(A,1)"]["estimate"] < found["icc"]["ICC(A,khat)"]["estimate"]
    assert found["icc"]["ICC(A,khat)"]["estimate"] < found["icc"]["ICC(Q,khat)"]["estimate"] < 1


@pytest.mark.parametrize(
    ("missing", "between"), [(0.0, (1, 0.3, 0.7)), (0.4, (1, 0.3, 0.7)), (0.4, (1, 0.05, 0.7))]
)
def test_the_monte_carlo_interval_holds_what_was_planted_about_as_often_as_it_says(missing, between):
    held = []
    for seed in range(40):
        table = simulated(50, 6, missing=missing, between=between, seed=seed)
        around = random_effects_icc(rows(table), bootstrap=0)["icc"]["ICC(A,1)"]["ci_analytic"]
        held.append(around["low"] <= 1 / sum(between) * between[0] <= around["high"])
    assert np.mean(held) >= 0.87


@pytest.mark.parametrize(("items", "is_said"), [(50, True), (120, False), (12, False)])
def test_where_the_bootstrap_is_known_to_be_narrow_the_note_says_so(items, is_said):
    found = random_effects_icc(rows(simulated(items, 5)), bootstrap=20)["icc"]["ICC(C,1)"]
    assert ("bootstrap is too narrow" in found["note"]) == is_said


def test_unit_and_origin_do_not_matter_and_variances_are_in_the_unit_squared():
    table = simulated(20, 4, missing=0.2, seed=5)
    one, other = (random_effects_icc(rows(t), bootstrap=0) for t in (table, 10 * table - 7))
    assert estimates(one) == pytest.approx(estimates(other), abs=1e-6)
    for name, value in one["variances"].items():
        assert other["variances"][name]["estimate"] == pytest.approx(100 * value["estimate"], rel=1e-4)


def test_items_rated_once_are_kept():
    table = simulated(12, 4, missing=0.2, seed=7)
    table = np.vstack([table, [[9, np.nan, np.nan, np.nan], [np.nan, 8.5, np.nan, np.nan]]])
    more, fewer = (random_effects_icc(rows(t), bootstrap=0) for t in (table, table[:-2]))
    assert (more["n_items"], fewer["n_items"]) == (14, 12)
    assert more["variances"]["items"]["estimate"] > fewer["variances"]["items"]["estimate"]


def test_raters_who_agree_exactly():
    table = np.repeat(np.array([[1.0], [2], [3], [5], [4], [2]]), 3, axis=1)
    table[0, 1] = np.nan
    found = random_effects_icc(rows(table))
    assert all(value["estimate"] == pytest.approx(1, abs=1e-5) for value in found["icc"].values())
    json.dumps(found, allow_nan=False)


def test_raters_who_differ_by_strictness_alone_are_consistent_and_do_not_agree():
    table = np.array([[1.0], [2], [3], [5], [4], [2]]) + np.array([[0, 1, 2.0]])
    found = estimates(random_effects_icc(rows(table)))
    assert found["ICC(C,1)"] == pytest.approx(1, abs=1e-5)
    items = table[:, 0].var(ddof=1)
    assert found["ICC(A,1)"] == pytest.approx(items / (items + 1), abs=1e-3)


def test_items_alike_to_all_make_a_correlation_of_nought_and_say_so():
    table = np.array([[1.0, 3], [3, 1], [1, 3], [3, 1], [1, 3], [3, 1]])
    found = random_effects_icc(rows(table))["icc"]["ICC(A,1)"]
    assert found["estimate"] == 0 and found["ci_analytic"] is None
    assert "variance between items came out as nought" in found["note"]


@pytest.mark.parametrize(
    ("given", "design", "reason"),
    [
        ([], "crossed", "no ratings"),
        (published.by_item([[1], [2]]), "crossed", "one rater"),
        (published.by_item([[1, 2]]), "crossed", "one item"),
        (published.by_item([[1, None], [None, 2]]), "nested", "no overlap"),
        (published.by_item([[2, 2], [2, 2], [2, 2]]), "crossed", "every rating is the same"),
        (published.by_item([[1, 2, None, None], [None, None, 3, 2]]), "crossed", "cannot be told apart"),
    ],
)
def test_what_cannot_be_said_is_said_in_words(given, design, reason):
    found = random_effects_icc(given, design=design)
    assert list(found["icc"]) == list(CROSSED if design == "crossed" else NESTED)
    for value in [*found["icc"].values(), *found["variances"].values()]:
        assert value["estimate"] is None and value["ci"] is None and reason in value["note"]
    json.dumps(found, allow_nan=False)


def test_where_every_item_has_raters_of_its_own_the_nested_design_still_speaks():
    given = published.by_item(
        [[1, 2, None, None], [None, None, 3, 2], [4, 4, None, None], [None, None, 1, 1]]
    )
    assert random_effects_icc(given, design="nested")["icc"]["ICC(1)"]["estimate"] > 0.5


def test_another_design_is_refused():
    with pytest.raises(BadRatings, match="none of crossed, nested"):
        random_effects_icc(rows(simulated(5, 3)), design="split")
