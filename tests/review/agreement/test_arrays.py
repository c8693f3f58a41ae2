"""Arrays in memory give what rows give; what contradicts itself is refused as there."""

import numpy as np
import pytest

from review.agreement.arrays import ratings_of
from review.agreement.report import agreement, result
from review.agreement.values import BadRatings


def long_form(items=60, raters=3, missing=0.2, seed=3):
    rng = np.random.default_rng(seed)
    own = rng.integers(1, 5, size=(items, 1))
    given = np.clip(own + rng.choice([-1, 0, 0, 1], size=(items, raters)), 1, 4)
    item, rater = np.nonzero(rng.random((items, raters)) >= missing)
    return item, rater, given[item, rater]


@pytest.mark.parametrize("scale", ["nominal", "ordinal", "interval", "ratio"])
def test_arrays_give_what_rows_give(scale):
    item, rater, value = long_form()
    names = np.array([f"session {n:03}" for n in item])
    clients = np.array([f"client {n % 25:02}" for n in item])
    rows = [(*row, client) for *row, client in zip(names, rater, value.tolist(), clients, strict=True)]
    levels = [1, 2, 3, 4, 5]
    ready = ratings_of(names, rater, value, scale=scale, levels=levels, cluster=clients)
    assert result(ready, bootstrap=200, seed=4) == agreement(
        rows, scale=scale, levels=levels, bootstrap=200, seed=4
    )


def test_the_order_of_ratings_does_not_matter():
    item, rater, value = long_form()
    order = np.random.default_rng(0).permutation(len(item))
    first, second = (
        result(ratings_of(item[way], rater[way], value[way], scale="ordinal"), bootstrap=100, seed=1)
        for way in (slice(None), order)
    )
    assert first == second


def test_nan_and_blank_are_missing_and_numbers_may_be_texts():
    numbers = ratings_of([1, 1, 2, 2], [1, 2, 1, 2], [1.0, np.nan, 2.0, 2.0], scale="ordinal")
    texts = ratings_of(["a", "a", "b", "b"], [1, 2, 1, 2], ["1", " ", "2.0", "2"], scale="ordinal")
    assert numbers.n_ratings == texts.n_ratings == 3
    assert numbers.levels == texts.levels == (1.0, 2.0) and (numbers.codes == texts.codes).all()


def test_a_weight_of_an_item_is_that_of_its_rows():
    item, rater, value = long_form(seed=5)
    weight = 1.0 + item % 3
    rows = [(*row, None) for row in zip(item.tolist(), rater.tolist(), value.tolist(), strict=True)]
    ready = ratings_of(item, rater, value, scale="nominal", weight=weight)
    by_rows = agreement(
        rows, scale="nominal", bootstrap=0, weights=dict(zip(item.tolist(), weight.tolist(), strict=True))
    )
    assert result(ready, bootstrap=0, seed=0)["gwet_ac"]["estimate"] == pytest.approx(
        by_rows["gwet_ac"]["estimate"], abs=1e-12
    )


@pytest.mark.parametrize(
    ("given", "more", "reason"),
    [
        (([7, 7], [1, 1], [1, 2]), {}, "item 7 was rated twice by 1"),
        (([7, 8], [1, 1], [1, 9]), {"levels": [1, 2]}, "9 is not among the levels 1, 2"),
        (([7, 7], [1, 2], [1, 2]), {"cluster": ["x", "y"]}, "item 7 has two clusters"),
        (([7, 7], [1, 2], [1, 2]), {"weight": [1, 2]}, "item 7 has two weights"),
        (([7, 7], [1, 2], ["1", "one"]), {}, "'one' is not a number"),
        (([7], [1, 2], [1, 2]), {}, "not of one length"),
    ],
)
def test_arrays_that_contradict_themselves_are_refused(given, more, reason):
    with pytest.raises(BadRatings, match=reason):
        ratings_of(*given, scale="ordinal", **more)


def test_no_rating_at_all_is_undefined_and_says_so():
    found = result(ratings_of([], [], [], scale="ordinal"), bootstrap=10, seed=0)
    assert found["krippendorff_alpha"]["note"] == "undefined: there are no ratings"
