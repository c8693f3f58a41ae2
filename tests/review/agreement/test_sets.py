"""Agreement on sets of labels: Krippendorff's alpha with MASI and Jaccard distance."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nltk.metrics import jaccard_distance as nltk_jaccard
from nltk.metrics import masi_distance as nltk_masi
from nltk.metrics.agreement import AnnotationTask

from review.agreement.report import estimate_all
from review.agreement.sets import agreement_on_sets, jaccard_distance, masi_distance
from review.agreement.values import BadRatings

sets = st.frozensets(st.sampled_from("abcde"), max_size=4)
ALPHAS = {"krippendorff_alpha_masi": nltk_masi, "krippendorff_alpha_jaccard": nltk_jaccard}


def readings(items: int = 40, *, empty: bool, seed: int = 4) -> list[tuple]:
    """Three raters who mostly name what an item has, one cell in five missing."""
    rng = np.random.default_rng(seed)
    rows = []
    for item in range(items):
        own = set(
            rng.choice(list("abcdefg"), size=rng.integers(0 if empty else 1, 4), replace=False).tolist()
        )
        for rater in ("Ana", "Ben", "Chloe"):
            if rng.random() < 0.8:
                more = {str(rng.choice(list("abcdefg")))} if rng.random() < 0.4 else set()
                rows.append((item, rater, frozenset(own | more), f"client {item // 2}"))
    return rows


@pytest.mark.parametrize(
    ("first", "second", "masi", "jaccard"),
    [
        ("ab", "ab", 0, 0),
        ("ab", "abcd", 1 - 2 / 4 * 2 / 3, 1 / 2),  # one holds the other; nltk's own example
        ("abc", "abd", 1 - 2 / 4 * 1 / 3, 1 / 2),  # they overlap
        ("ab", "cd", 1, 1),
        ("", "a", 1, 1),
        ("", "", 0, 0),
    ],
)
def test_distances_of_two_sets(first, second, masi, jaccard):
    for one, other in ((first, second), (second, first)):
        assert masi_distance(one, other) == pytest.approx(masi, abs=1e-12)
        assert jaccard_distance(one, other) == pytest.approx(jaccard, abs=1e-12)


@settings(deadline=None, max_examples=150)
@given(sets, sets)
def test_distances_are_nltks_wherever_it_has_one(first, second):
    if not first | second:
        # Of two empty sets nltk has no distance: it divides by nought. Passonneau's MASI of equal sets is 1.
        with pytest.raises(ZeroDivisionError):
            nltk_masi(first, second)
        assert masi_distance(first, second) == 0
        return
    assert masi_distance(first, second) == pytest.approx(nltk_masi(first, second), abs=1e-12)
    assert jaccard_distance(first, second) == pytest.approx(nltk_jaccard(first, second), abs=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_alpha_is_nltks_with_missing_readings(seed):
    rows = readings(empty=False, seed=seed)
    found = agreement_on_sets(rows, bootstrap=0)
    task = [(rater, item, labels) for item, rater, labels, _client in rows]
    for name, distance in ALPHAS.items():
        expected = AnnotationTask(task, distance=distance).alpha()
        assert found[name]["estimate"] == pytest.approx(expected, abs=1e-12)


def test_with_empty_sets_alpha_is_nltks_with_their_distance_said():
    rows = readings(empty=True)
    assert any(not labels for _item, _rater, labels, _client in rows)
    found = agreement_on_sets(rows, bootstrap=0)
    task = [(rater, item, labels) for item, rater, labels, _client in rows]
    for name, distance in ALPHAS.items():
        own = AnnotationTask(task, distance=lambda a, b, d=distance: d(a, b) if a | b else 0.0)
        assert found[name]["estimate"] == pytest.approx(own.alpha(), abs=1e-12)


def test_of_sets_with_one_label_each_both_alphas_are_the_nominal_one():
    said = [("a", "a"), ("b", "a"), ("c", "c"), ("b", "b"), ("a", "c")]
    rows = [(item, rater, value, None) for item, pair in enumerate(said) for rater, value in enumerate(pair)]
    nominal = estimate_all(rows, scale="nominal")["krippendorff_alpha"]
    found = agreement_on_sets([(i, r, [v], c) for i, r, v, c in rows], bootstrap=0)
    for name in ALPHAS:
        assert found[name]["estimate"] == pytest.approx(nominal, abs=1e-12)


def test_the_order_of_labels_and_of_rows_does_not_matter():
    rows = readings(empty=True)
    turned = [(item, rater, sorted(labels, reverse=True), client) for item, rater, labels, client in rows]
    assert agreement_on_sets(rows) == agreement_on_sets(turned[::-1])


def test_nobody_finding_anything_is_agreement_without_variation():
    found = agreement_on_sets([(item, rater, [], None) for item in range(8) for rater in "AB"])
    assert found["percent_agreement"]["estimate"] == found["mean_jaccard"]["estimate"] == 1
    for name in ALPHAS:
        assert found[name]["estimate"] is None and "no variation observed" in found[name]["note"]
    json.dumps(found, allow_nan=False)


def test_an_empty_set_is_a_judgement_and_none_is_missing():
    found = agreement_on_sets(
        [(1, "A", [], None), (1, "B", ["a"], None), (2, "A", None, None), (2, "B", [], None)]
    )
    assert (found["n_ratings"], found["n_items"], found["n_sets"]) == (3, 2, 2)
    assert found["krippendorff_alpha_masi"]["estimate"] is None
    assert "only one item was rated by two" in found["krippendorff_alpha_masi"]["note"]


def test_intervals_go_over_clients():
    found = agreement_on_sets(readings(80, empty=True), bootstrap=200)
    alpha = found["krippendorff_alpha_masi"]
    assert found["n_clusters"] == 40 and "bootstrap over 40 clusters, 200 resamples" in alpha["method"]
    assert alpha["ci"][0] < alpha["estimate"] < alpha["ci"][1]


def test_a_text_in_place_of_a_set_is_refused():
    with pytest.raises(BadRatings, match="one text, not a set"):
        agreement_on_sets([(1, "A", "advice", None)])


def test_thousands_of_different_sets_that_share_little_are_compared():
    rows = [(item, rater, [f"{item}", f"{item + rater}"], None) for item in range(6000) for rater in (0, 1)]
    found = agreement_on_sets(rows, bootstrap=0)
    assert found["n_sets"] == 12_000
    assert found["mean_jaccard"]["estimate"] == pytest.approx(1 / 2)
    assert found["krippendorff_alpha_jaccard"]["estimate"] == pytest.approx(1 / 2, abs=1e-3)


def test_too_many_different_sets_that_share_a_label_are_refused():
    rows = [(item, rater, ["common", f"{item}"], None) for item in range(5500) for rater in "AB"]
    with pytest.raises(BadRatings, match="5500 different sets of labels share a label"):
        agreement_on_sets(rows, bootstrap=0)
