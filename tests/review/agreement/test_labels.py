"""Agreement on each label of a set by itself."""

import json

import pytest

from review.agreement.labels import METHODS, agreement_by_label
from review.agreement.report import agreement
from review.agreement.specific import specific_agreement
from tests.review.agreement.test_sets import readings


def yes_and_no(rows, label):
    return [(item, rater, "yes" if label in labels else "no", client) for item, rater, labels, client in rows]


@pytest.mark.parametrize("seed", range(3))
def test_each_label_is_what_the_command_says_of_its_yes_and_no(seed):
    rows = readings(empty=True, seed=seed)
    found = agreement_by_label(rows, bootstrap=200)
    assert sorted(found["labels"]) == list("abcdefg")
    for label, own in found["labels"].items():
        alone = yes_and_no(rows, label)
        command = agreement(alone, scale="nominal", levels=["no", "yes"], bootstrap=200)
        command["specific_agreement"] = specific_agreement(alone, bootstrap=200)["specific_agreement"]["yes"]
        for name in METHODS:
            assert own[name]["estimate"] == pytest.approx(command[name]["estimate"], abs=1e-12), (label, name)
            assert own[name]["ci"] == pytest.approx(command[name]["ci"], abs=1e-9), (label, name)
        assert own["n_named"] == sum(value == "yes" for _item, _rater, value, _client in alone)
        assert f"yes {own['prevalence']:.3f}" in command["percent_agreement"]["note"]


def test_weights_count_as_in_the_command():
    rows = readings(empty=True)
    weights = {item: 1 + item % 3 for item in range(40)}
    own = agreement_by_label(rows, weights=weights, bootstrap=0)["labels"]["a"]
    command = agreement(
        yes_and_no(rows, "a"), scale="nominal", levels=["no", "yes"], weights=weights, bootstrap=0
    )
    for name in ("krippendorff_alpha", "gwet_ac"):
        assert own[name]["estimate"] == pytest.approx(command[name]["estimate"], abs=1e-12)
    assert f"yes {own['prevalence']:.3f}" in command["percent_agreement"]["note"]
    alike = agreement_by_label(rows, bootstrap=0)["labels"]["a"]["prevalence"]
    assert own["prevalence"] != pytest.approx(alike)


def test_a_label_of_the_guideline_that_nobody_named_is_there_and_says_so():
    found = agreement_by_label(readings(empty=True), labels=["z", "a"], bootstrap=50)["labels"]
    assert found["z"]["n_named"] == 0 and found["z"]["prevalence"] == 0
    assert found["z"]["gwet_ac"]["estimate"] == 1
    assert found["z"]["krippendorff_alpha"]["estimate"] is None
    assert found["z"]["specific_agreement"]["estimate"] is None
    for name in METHODS:
        assert "nobody named this label" in found["z"][name]["note"]


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([], "no ratings"),
        ([(1, "Ana", ["a"], None)], "one rater"),
        ([(1, "Ana", ["a"], None), (2, "Ben", [], None)], "no overlap"),
    ],
)
def test_too_little_is_said_in_words(rows, reason):
    found = agreement_by_label(rows, labels=["a"])
    for name in METHODS:
        assert found["labels"]["a"][name]["estimate"] is None and reason in found["labels"]["a"][name]["note"]
    json.dumps(found, allow_nan=False)
