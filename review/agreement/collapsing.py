"""A table with each kind of item once: of a hundred thousand sessions and three answers there are few kinds.

Coefficients that look at how often a level was given, whoever gave it, are sums over items of something that depends on
the item's counts alone. Items of one cluster with the same counts and the same weight add the same, in every resample,
as a resample draws clusters; so one of them stands for all, and its weight is multiplied by their number. The numbers
are those of the whole table to rounding; a thousand resamples cost milliseconds.
"""

import numpy as np

from review.agreement.table import Ratings

# What depends on counts alone; whatever asks which rater said it is measured on the whole table.
BY_COUNTS = {"percent_agreement", "krippendorff_alpha", "gwet_ac", "fleiss_kappa", "brennan_prediger"}


def collapsed(ratings: Ratings, *, whoever: bool) -> tuple[Ratings, np.ndarray]:
    """(the table of kinds, how many items each stands for). `whoever`: it does not matter who gave a rating; columns are
    no raters then, but a kind's ratings in order.
    """
    kinds = ratings.codes
    if whoever:
        most = int((kinds >= 0).sum(axis=1).max()) if ratings.n_items else 0
        kinds = np.sort(kinds, axis=1)[:, ratings.n_raters - most :]
    keys = [ratings.clusters[:, None], kinds]
    if ratings.weights is not None:
        keys.append(np.unique(ratings.weights, return_inverse=True)[1][:, None])
    key = _numbered(np.hstack([np.asarray(part, np.int64) for part in keys]))
    _, first, times = np.unique(key, return_index=True, return_counts=True)
    weights = None if ratings.weights is None else ratings.weights[first]
    small = Ratings(
        ratings.scale, kinds[first], ratings.levels, ratings.declared, ratings.clusters[first],
        ratings.clustered, weights,
    )  # fmt: skip
    return small, times.astype(float)


def _numbered(table: np.ndarray) -> np.ndarray:
    """One number for each row, equal where rows are; columns are folded in one by one, so that no number overflows."""
    found = np.zeros(len(table), np.int64)
    for column in table.T:
        low = column.min() if len(column) else 0
        found = found * (column.max() - low + 1 if len(column) else 1) + (column - low)
        found = np.unique(found, return_inverse=True)[1].astype(np.int64)
    return found
