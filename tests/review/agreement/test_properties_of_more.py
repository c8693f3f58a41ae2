"""What must hold for any table of ratings, of the coefficients beside the command's."""

import json
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from review.agreement.bland_altman import bland_altman
from review.agreement.edits import edit_similarity
from review.agreement.preferences import preference_agreement
from review.agreement.random_effects import random_effects_icc
from review.agreement.sets import agreement_on_sets
from review.agreement.specific import specific_agreement
from review.agreement.weighted import weighted_agreement
from review.agreement.weighting import WEIGHTINGS
from tests.review.agreement import published
from tests.review.agreement.test_properties import LEVELS, tables

NAMES = {1: "accept", 2: "edit", 3: "reject", 4: "skip"}
VERDICTS = {1: "a", 2: "tie", 3: "b", 4: "a"}


def by_weights(table, weighting="linear", **how):
    how = {"scale": "nominal" if weighting == "identity" else "interval", "levels": LEVELS} | how
    return weighted_agreement(published.by_item(table), weighting=weighting, **how)


def of_sets(table, **how):
    said = [
        (item, rater, None if value is None else [NAMES[n] for n in range(1, value)], cluster)
        for item, rater, value, cluster in published.by_item(table)
    ]
    return agreement_on_sets(said, **how)


def of_preferences(table, **how):
    said = [
        (item, rater, VERDICTS.get(value), cluster, "ab"[(item + rater) % 2])
        for item, rater, value, cluster in published.by_item(table)
    ]
    return preference_agreement(said, **how)


def of_edits(table, **how):
    said = [
        (item, rater, value and NAMES[value], "ask her " * value if value in (2, 3) else None, cluster)
        for item, rater, value, cluster in published.by_item(table)
    ]
    return edit_similarity(said, dict.fromkeys(range(len(table)), "ask her then"), **how)


CALLS = {
    **{
        f"weighted, {name}": lambda table, name=name, **how: by_weights(table, name, **how)
        for name in WEIGHTINGS
    },
    "sets": of_sets,
    "specific": lambda table, **how: specific_agreement(published.by_item(table), levels=LEVELS, **how),
    "preferences": of_preferences,
    "edits": of_edits,
    "limits of agreement": lambda table, **how: bland_altman(published.by_item(table), **how),
    "random effects": lambda table, **how: random_effects_icc(published.by_item(table), **how),
    "random effects, nested": lambda table, **how: random_effects_icc(
        published.by_item(table), design="nested", **how
    ),
}
EVERY = pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)


def objects(found, name="") -> dict:
    """{where: object} of every coefficient object, however deep."""
    if not isinstance(found, dict):
        return {}
    if "method" in found:
        return {name: found}
    return {at: one for key, inner in found.items() for at, one in objects(inner, f"{name}/{key}").items()}


def same(first: dict, second: dict, within=1e-9):
    first, second = objects(first), objects(second)
    assert first.keys() == second.keys()
    for where, one in first.items():
        other = second[where]["estimate"]
        assert (one["estimate"] is None) == (other is None), where
        assert other is None or one["estimate"] == pytest.approx(other, abs=within), where


@EVERY
@settings(deadline=None, max_examples=25)
@given(table=tables())
def test_every_result_is_finite_json_and_speaks_where_it_is_undefined(call, table):
    found = call(table, bootstrap=40)
    assert json.loads(json.dumps(found, allow_nan=False)).keys() == {str(key) for key in found}
    for where, one in objects(found).items():
        assert {"estimate", "ci", "ci_analytic", "method", "note"} <= one.keys(), where
        if one["estimate"] is None:
            assert one["ci"] is None and one["ci_analytic"] is None and one["note"], where
        for low, high in [one["ci"]] if one["ci"] else []:
            assert low <= high and low - 1e-6 <= one["estimate"] <= high + 1e-6, where
        if one["ci_analytic"]:
            assert one["ci_analytic"]["low"] <= one["ci_analytic"]["high"] and one["ci_analytic"]["name"], (
                where
            )


# Not of preferences: there the text shown first hangs on the item's number.
@pytest.mark.parametrize("name", [name for name in CALLS if name != "preferences"])
@settings(deadline=None, max_examples=20)
@given(table=tables(), random=st.randoms())
def test_the_order_of_items_does_not_matter(name, table, random):
    shuffled = list(table)
    random.shuffle(shuffled)
    same(CALLS[name](table, bootstrap=0), CALLS[name](shuffled, bootstrap=0), within=1e-4)


@pytest.mark.parametrize(
    "name", [name for name in CALLS if name not in ("preferences", "limits of agreement")]
)
@settings(deadline=None, max_examples=20)
@given(table=tables(), random=st.randoms())
def test_which_rater_is_which_does_not_matter(name, table, random):
    raters = list(range(len(table[0])))
    random.shuffle(raters)
    shuffled = [[line[rater] for rater in raters] for line in table]
    same(CALLS[name](table, bootstrap=0), CALLS[name](shuffled, bootstrap=0), within=1e-4)


@EVERY
@settings(deadline=None, max_examples=15)
@given(table=tables())
def test_items_that_nobody_read_and_raters_who_read_nothing_change_nothing(call, table):
    wider = [[*line, None] for line in table] + [[None] * (len(table[0]) + 1)]
    assert call(table, bootstrap=20) == call(wider, bootstrap=20)


@settings(deadline=None, max_examples=30)
@given(tables(), st.sampled_from(sorted(WEIGHTINGS)))
def test_every_item_twice_changes_no_coefficient_but_alphas_small_step(table, weighting):
    once, twice = by_weights(table, weighting, bootstrap=0), by_weights(table + table, weighting, bootstrap=0)
    for name in ("percent_agreement", "gwet_ac", "fleiss_kappa", "conger_kappa", "brennan_prediger"):
        if once[name]["estimate"] is not None:
            assert twice[name]["estimate"] == pytest.approx(once[name]["estimate"], abs=1e-9), name
    one, other = (found["krippendorff_alpha"]["estimate"] for found in (once, twice))
    if one is not None:
        n = sum(len(said) for line in table if len(said := [v for v in line if v is not None]) > 1)
        # 1 - alpha is (n - 1) times what does not change with the number of ratings, over n.
        assert (1 - other) / (1 - 1 / (2 * n)) == pytest.approx((1 - one) / (1 - 1 / n), abs=1e-9)


@settings(deadline=None, max_examples=30)
@given(tables(), st.permutations(LEVELS))
def test_the_names_of_nominal_levels_do_not_matter(table, names):
    renamed = [[None if value is None else names[value - 1] for value in line] for line in table]
    same(by_weights(table, "identity", bootstrap=0), by_weights(renamed, "identity", bootstrap=0))
    first, second = (CALLS["specific"](t, bootstrap=0)["specific_agreement"] for t in (table, renamed))
    for level in LEVELS:
        one, other = first[str(level)]["estimate"], second[str(names[level - 1])]["estimate"]
        assert one == other or one == pytest.approx(other, abs=1e-12)


def cohens_chance(first, second, weights) -> float:
    a, b = (np.bincount(one, minlength=4) / len(one) for one in (first, second))
    return float(a @ weights @ b)


@settings(deadline=None, max_examples=40)
@given(tables(cells=st.sampled_from(LEVELS)), st.sampled_from(["identity", "linear", "quadratic"]))
def test_congers_chance_is_the_mean_of_cohens_over_pairs_of_raters(table, weighting):
    codes = np.array(table) - 1
    steps = np.abs(np.subtract.outer(range(4), range(4))) / 3
    weights = {"identity": np.eye(4), "linear": 1 - steps, "quadratic": 1 - steps**2}[weighting]
    pairs = list(combinations(range(codes.shape[1]), 2))
    chance = np.mean([cohens_chance(codes[:, a], codes[:, b], weights) for a, b in pairs])
    observed = np.mean([weights[codes[:, a], codes[:, b]].mean() for a, b in pairs])
    found = by_weights(table, weighting, bootstrap=0)
    if chance > 1 - 1e-9:
        assert found["conger_kappa"]["estimate"] is None
    else:
        assert found["conger_kappa"]["estimate"] == pytest.approx(
            (observed - chance) / (1 - chance), abs=1e-9
        )
    if codes.shape[1] == 2:
        assert found["conger_kappa"]["estimate"] == pytest.approx(found["cohen_kappa"]["estimate"], abs=1e-9)


@settings(deadline=None, max_examples=20)
@given(tables(), st.lists(st.integers(1, 3), min_size=9, max_size=9))
def test_an_item_with_a_third_of_the_chance_counts_for_three(table, times):
    times = dict(enumerate(times[: len(table)]))
    repeated = [line for n, line in enumerate(table) for _copy in range(times[n])]
    for name in ("weighted, identity", "weighted, linear", "specific", "edits"):
        weighed, more = CALLS[name](table, bootstrap=0, weights=times), CALLS[name](repeated, bootstrap=0)
        for where, one in objects(weighed).items():
            if one["estimate"] is not None and "krippendorff" not in where:
                assert one["estimate"] == pytest.approx(objects(more)[where]["estimate"], abs=1e-9), where


@pytest.mark.parametrize("weighting", WEIGHTINGS)
def test_unanimous_ratings(weighting):
    found = by_weights([[2, 2]] * 6, weighting)
    for name in ("krippendorff_alpha", "fleiss_kappa", "conger_kappa", "cohen_kappa"):
        assert found[name]["estimate"] is None and "every rating is the same" in found[name]["note"]
    for name in ("gwet_ac", "brennan_prediger"):
        assert found[name]["estimate"] == 1 and "no variation observed" in found[name]["note"]
    alone = by_weights([[2, 2]] * 6, weighting, levels=None)
    assert alone["gwet_ac"]["estimate"] is None and "no levels were declared" in alone["gwet_ac"]["note"]
