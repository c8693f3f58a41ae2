"""What cannot be said is said in words, and never as a number."""

import json

import pytest

from review.agreement.report import agreement
from tests.review.agreement import published

ALWAYS = ["percent_agreement", "krippendorff_alpha", "gwet_ac", "fleiss_kappa", "brennan_prediger"]


def all_accept(items=10):
    return published.by_item([["accept", "accept"]] * items)


def test_unanimous_ratings_leave_alpha_kappa_and_fleiss_undefined():
    found = agreement(all_accept(), scale="nominal", levels=["accept", "edit", "reject"])
    for name in ("krippendorff_alpha", "fleiss_kappa", "cohen_kappa"):
        assert found[name]["estimate"] is None and found[name]["ci"] is None
        assert "no variation observed" in found[name]["note"]
    assert found["percent_agreement"]["estimate"] == 1


def test_unanimous_ratings_on_declared_levels_have_ac_and_brennan_prediger_one():
    found = agreement(all_accept(), scale="nominal", levels=["accept", "edit", "reject"])
    for name in ("gwet_ac", "brennan_prediger"):
        assert found[name]["estimate"] == 1
        assert "no variation observed" in found[name]["note"]


@pytest.mark.parametrize("levels", [None, ["accept"]])
def test_with_one_level_observed_and_no_second_declared_everything_chance_corrected_is_undefined(levels):
    found = agreement(all_accept(), scale="nominal", levels=levels)
    for name in ("krippendorff_alpha", "gwet_ac", "fleiss_kappa", "brennan_prediger", "cohen_kappa"):
        assert found[name]["estimate"] is None and found[name]["note"]
    assert found["percent_agreement"]["estimate"] == 1


@pytest.mark.parametrize("scale", ["ordinal", "interval", "ratio"])
def test_unanimous_numbers_leave_the_iccs_and_weighted_kappa_undefined(scale):
    found = agreement(published.by_item([[3, 3]] * 6), scale=scale, levels=[1, 2, 3])
    assert found["krippendorff_alpha"]["estimate"] is None
    assert found["gwet_ac"]["estimate"] == 1
    values = found.get("icc", {"weighted": found.get("cohen_kappa_weighted")}).values()
    for value in values:
        assert value["estimate"] is None and "no variation" in value["note"]


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([], "no ratings"),
        (published.by_item([[None, None]]), "no ratings"),
        (published.by_item([[1], [2], [3]]), "one rater"),
        (published.by_item([[1, 2]]), "one item"),
        (published.by_item([[1, None], [None, 2], [3, None]]), "no overlap"),
        (published.by_item([[1, 2], [None, 2], [3, None]]), "only one item was rated by two"),
    ],
)
@pytest.mark.parametrize("scale", ["nominal", "interval"])
def test_too_little_to_compare_is_said_in_words(rows, reason, scale):
    found = agreement(rows, scale=scale, levels=[1, 2, 3])
    objects = [found[name] for name in ALWAYS] + list(found.get("icc", {}).values())
    for value in objects:
        assert value["estimate"] is None and value["ci"] is None and value["ci_analytic"] is None
        assert reason in value["note"]
    assert json.loads(json.dumps(found, allow_nan=False)) == found


def test_variation_only_among_items_rated_once_leaves_alpha_undefined():
    found = agreement(published.by_item([["a", "a"], ["a", "a"], ["b", None]]), scale="nominal")
    assert found["krippendorff_alpha"]["estimate"] is None
    assert "among the items rated by two" in found["krippendorff_alpha"]["note"]
    assert found["gwet_ac"]["estimate"] is not None


def test_one_rater_without_a_single_rating_does_not_count_as_a_rater():
    found = agreement(
        [("1", "Ben", "a", None), ("2", "Ben", "b", None), ("1", "Chloe", None, None)], scale="nominal"
    )
    assert found["n_raters"] == 1
    assert "one rater" in found["gwet_ac"]["note"]


def test_more_different_values_than_the_ratio_metric_takes():
    rows = published.by_item([[value, value + 0.25] for value in range(1600)])
    found = agreement(rows, scale="ratio", bootstrap=0)
    assert found["krippendorff_alpha"]["estimate"] is None
    assert "more than 3000 different values" in found["krippendorff_alpha"]["note"]
    assert found["icc"]["ICC(2,1)"]["estimate"] is not None
