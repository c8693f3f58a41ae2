"""What is reported with every coefficient, and when nothing can be said at all."""

import numpy as np

from review.agreement.figure import Sample
from review.agreement.table import Ratings
from review.agreement.values import BadRatings
from review.agreement.wording import say as _


def head(ratings: Ratings) -> dict:
    return {
        "n_items": ratings.n_items,
        "n_raters": ratings.n_raters,
        "n_ratings": ratings.n_ratings,
        "n_clusters": ratings.n_clusters,
        "n_paired": ratings.n_paired,
        "n_paired_clusters": ratings.n_paired_clusters,
        "missing_share": float(ratings.missing_share),
    }


def too_little(ratings: Ratings) -> str:
    """Why nothing at all can be said, in words; empty when something can."""
    if not ratings.n_ratings:
        return _("undefined: there are no ratings")
    if ratings.n_raters < 2:
        return _("undefined: one rater only, agreement needs at least two")
    if not ratings.n_paired:
        return _("undefined: no overlap, no item was rated by two raters")
    if ratings.n_items < 2:
        return _("undefined: one item only, agreement needs at least two")
    if ratings.n_paired < 2:
        return _("undefined: only one item was rated by two or more raters, agreement needs at least two")
    return ""


def sample(ratings: Ratings, bootstrap: int, seed: int, kinds: np.ndarray | None = None) -> Sample:
    """`kinds`: of Ratings.kinds, where the measure takes these."""
    if bootstrap < 0:
        raise BadRatings("the number of resamples is below zero")
    unit = _("clusters") if ratings.clustered else _("items")
    return Sample(ratings.clusters, unit, bootstrap, seed, ratings.weights, kinds, ratings.n_telling)
