"""Drawing how often each kind of item comes up is drawing items; and kinds lose nothing."""

import numpy as np
import pytest

from review.agreement.drawing import Clusters
from review.agreement.measures import coefficients, icc_coefficients
from review.agreement.report import WHOEVER_RATED
from review.agreement.table import tabulate
from tests.review.agreement.test_intervals import noisy


@pytest.mark.parametrize("scale", ["nominal", "ordinal", "interval"])
@pytest.mark.parametrize("raters", [2, 4])
def test_a_table_of_kinds_gives_the_coefficients_of_the_table_of_items(scale, raters):
    ratings = tabulate(noisy(50, raters=raters), scale=scale, levels=[0, 1, 2, 3])
    drawn = np.random.default_rng(2).integers(0, 4, size=(6, 50)).astype(float)
    for by_rater in (True, False):
        kinds, of_item = ratings.kinds(by_rater=by_rater)
        assert kinds.n_items < ratings.n_items
        of_kinds = Clusters.of(ratings.clusters, of_item)
        amount = np.array([np.bincount(of_item, row, kinds.n_items) for row in drawn])
        makers = [coefficients, icc_coefficients] if by_rater and scale == "interval" else [coefficients]
        for make in makers:
            of_items, found = make(ratings)[1](drawn), make(kinds)[1](amount)
            for name in found if by_rater else WHOEVER_RATED:
                assert found[name] == pytest.approx(of_items[name], abs=1e-12), name
        assert of_kinds.whole().sum() == 50


def test_who_gave_which_rating_is_kept_where_it_counts():
    ratings = tabulate([("a", 1, "x", None), ("a", 2, "y", None), ("b", 1, "y", None), ("b", 2, "x", None)],
                       scale="nominal")  # fmt: skip
    assert ratings.kinds(by_rater=True)[0].n_items == 2
    assert ratings.kinds(by_rater=False)[0].n_items == 1


def test_kinds_are_drawn_as_often_as_items_would_be():
    kinds = np.repeat([0, 1, 2], [60, 30, 10])
    together = Clusters.of(np.arange(100), kinds)
    assert together.times.tolist() == [60, 30, 10]
    [drawn] = together.drawn(np.random.default_rng(0), 20_000, 20_000)
    share = np.array([0.6, 0.3, 0.1])
    assert (drawn.sum(axis=1) == 100).all()
    assert drawn.mean(axis=0) == pytest.approx(100 * share, abs=0.15)
    covariance = 100 * (np.diag(share) - np.outer(share, share))
    assert np.cov(drawn.T) == pytest.approx(covariance, abs=0.6)


def test_a_weighed_item_counts_for_its_weight_and_no_two_weights_are_put_together():
    weights = np.array([2.0, 2.0, 0.5, 0.5])
    clusters = Clusters.of(np.arange(4), np.array([0, 0, 0, 1]), weights)
    assert clusters.times.tolist() == [1, 2, 1]
    assert clusters.whole().tolist() == [[4.5, 0.5]]


def test_every_cluster_is_left_out_once():
    clusters = Clusters.of(np.array([0, 0, 1, 2]), np.array([0, 1, 1, 1]))
    [rows] = clusters.left_out(at_once=10)
    assert rows.tolist() == [[0, 2], [1, 2], [1, 2]]
    alone = Clusters.of(np.arange(3), np.array([0, 1, 1]))
    batches = np.concatenate(list(alone.left_out(at_once=2)))
    assert batches.tolist() == [[0, 2], [1, 1], [1, 1]]
