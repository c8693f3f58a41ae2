"""The object per dimension has the keys, and only the keys, that scripts were promised."""

import json

import numpy as np
import pytest

from review.agreement.report import agreement
from review.agreement.values import BadRatings
from tests.review.agreement import published

HEAD = ["n_items", "n_raters", "n_ratings", "n_clusters", "n_paired", "n_paired_clusters", "missing_share"]
ALWAYS = ["percent_agreement", "krippendorff_alpha", "gwet_ac", "fleiss_kappa", "brennan_prediger"]
PAIR = published.by_item([[1, 1], [2, 3], [3, 3], [1, 2], [2, 2], [None, 3]])


@pytest.mark.parametrize(
    ("rows", "scale", "more"),
    [
        (PAIR, "nominal", ["cohen_kappa"]),
        (PAIR, "ordinal", ["cohen_kappa", "cohen_kappa_weighted"]),
        (PAIR, "interval", ["cohen_kappa", "icc"]),
        (PAIR, "ratio", ["cohen_kappa", "icc"]),
        (published.CANONICAL, "nominal", []),
        (published.CANONICAL, "ordinal", []),
        (published.CANONICAL, "interval", ["icc"]),
    ],
)
def test_which_keys_there_are(rows, scale, more):
    found = agreement(rows, scale=scale)
    assert list(found) == HEAD + ALWAYS + more
    objects = [found[name] for name in ALWAYS + more if name != "icc"] + list(found.get("icc", {}).values())
    for value in objects:
        assert list(value) == ["estimate", "ci", "ci_analytic", "method", "note"]
        assert isinstance(value["method"], str) and isinstance(value["note"], str)
    json.dumps(found, allow_nan=False)


def test_counts_of_the_canonical_table():
    found = agreement(published.CANONICAL, scale="nominal", bootstrap=0)
    assert [found[key] for key in HEAD] == [12, 4, 41, 12, 11, 11, pytest.approx(1 - 41 / 48)]


def test_items_without_a_rating_are_not_items():
    rows = published.by_item([["a", "b"], [None, None], ["b", "b"]])
    found = agreement(rows, scale="nominal", bootstrap=0)
    assert (found["n_items"], found["n_ratings"], found["missing_share"]) == (2, 4, 0)


def test_ac_is_named_by_the_scale():
    assert agreement(PAIR, scale="nominal")["gwet_ac"]["method"].startswith("AC1")
    assert agreement(PAIR, scale="ordinal")["gwet_ac"]["method"].startswith("AC2")
    assert "quadratic" in agreement(PAIR, scale="interval")["gwet_ac"]["method"]


def test_cohen_states_how_many_items_both_rated():
    assert "n = 5 items" in agreement(PAIR, scale="nominal")["cohen_kappa"]["note"]


def test_levels_that_were_only_observed_are_said_to_be():
    for name in ("gwet_ac", "brennan_prediger", "cohen_kappa_weighted"):
        assert "none were declared" in agreement(PAIR, scale="ordinal")[name]["note"]
        assert "none were declared" not in agreement(PAIR, scale="ordinal", levels=[1, 2, 3, 4])[name]["note"]


def test_an_unused_level_changes_what_it_should_and_nothing_else():
    observed, declared = (agreement(PAIR, scale="nominal", levels=levels) for levels in (None, [1, 2, 3, 4]))
    for name in ("gwet_ac", "brennan_prediger"):
        assert observed[name]["estimate"] != declared[name]["estimate"]
    for name in ("percent_agreement", "krippendorff_alpha", "fleiss_kappa", "cohen_kappa"):
        assert observed[name]["estimate"] == pytest.approx(declared[name]["estimate"], abs=1e-12)


def test_percent_agreement_tells_the_prevalence():
    note = agreement(PAIR, scale="nominal", levels=[1, 2, 3, 4])["percent_agreement"]["note"]
    assert note.startswith("prevalence: 1 0.250, 2 0.333, 3 0.417, 4 0.000")


@pytest.mark.parametrize(
    ("rows", "options", "reason"),
    [
        ([("1", "Ben", "a", None), ("1", "Ben", "b", None)], {"scale": "nominal"}, "rated twice by Ben"),
        ([("1", "Ben", "high", None)], {"scale": "ordinal"}, "not a number"),
        ([("1", "Ben", "nan", None)], {"scale": "interval"}, "not a number"),
        ([("1", "Ben", float("inf"), None)], {"scale": "interval"}, "not a number"),
        ([("1", "Ben", "1_0", None)], {"scale": "interval"}, "not a number"),
        ([("1", "Ben", -1, None)], {"scale": "ratio"}, "below zero"),
        ([("1", "Ben", "c", None)], {"scale": "nominal", "levels": ["a", "b"]}, "not among the levels a, b"),
        ([("1", "Ben", 1, "x"), ("1", "Chloe", 1, "y")], {"scale": "ordinal"}, "two clusters"),
        ([], {"scale": "cardinal"}, "cardinal"),
        ([], {"scale": "nominal", "levels": ["a", " "]}, "blank"),
        ([], {"scale": "ordinal", "levels": [1, "1.0"]}, "twice"),
        ([], {"scale": "nominal", "bootstrap": -1}, "below zero"),
    ],
)
def test_ratings_that_contradict_themselves_are_refused(rows, options, reason):
    with pytest.raises(BadRatings, match=reason):
        agreement(rows, **options)


def test_very_large_and_very_small_numbers_stay_finite():
    rng = np.random.default_rng(0)
    for unit in (1e-90, 1e90):
        table = (rng.random((25, 3)) * unit).tolist()
        found = agreement(published.by_item(table), scale="ratio", bootstrap=50)
        json.dumps(found, allow_nan=False)
        assert found["icc"]["ICC(1,1)"]["estimate"] is not None
