"""Resampling kinds of items instead of items changes no number."""

import numpy as np
import pytest

from review.agreement.collapsing import collapsed
from review.agreement.intervals import intervals
from review.agreement.measures import coefficients
from review.agreement.report import result
from review.agreement.table import Ratings


def table(scale: str, *, raters: int, weighed: bool, seed=5) -> Ratings:
    draw = np.random.default_rng(seed)
    codes = draw.integers(-1, 3, size=(400, raters))
    codes[:, 0] = np.abs(codes[:, 0])
    levels = ("a", "b", "c") if scale == "nominal" else (1.0, 2.0, 4.0)
    weights = draw.choice([0.5, 1.5], size=400) if weighed else None
    return Ratings(scale, codes, levels, True, draw.integers(30, size=400), True, weights)


@pytest.mark.parametrize("scale", ["nominal", "ordinal", "interval"])
@pytest.mark.parametrize("raters", [2, 5])
@pytest.mark.parametrize("weighed", [False, True])
def test_every_interval_is_that_of_the_whole_table(scale, raters, weighed):
    whole = table(scale, raters=raters, weighed=weighed)
    found, measure = coefficients(whole)
    own = 1.0 if whole.weights is None else whole.weights
    around = intervals(
        lambda w: measure(w * own), whole.clusters, unit="clusters", width=400, bootstrap=60, seed=3
    )
    told = result(whole, bootstrap=60, seed=3)
    for name in found:
        assert told[name]["ci"] == pytest.approx(around[name].ci, abs=1e-9), name


def test_there_are_as_many_items_behind_the_kinds_as_in_the_table():
    whole = table("nominal", raters=5, weighed=False)
    small, times = collapsed(whole, whoever=True)
    assert times.sum() == 400 and small.n_items < 400
    assert small.n_ratings < whole.n_ratings
    spread = np.repeat(np.arange(small.n_items), times.astype(int))
    assert (small.codes[spread] >= 0).sum() == whole.n_ratings
    assert np.array_equal(np.bincount(small.clusters, times, 30), np.bincount(whole.clusters, minlength=30))
