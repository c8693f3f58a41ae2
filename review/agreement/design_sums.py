"""Of an incomplete table of items by raters, the sums that the likelihood of a two-way random model needs.

y_ij = μ + item_i + rater_j + e_ij. Items with equally many ratings share their covariance matrix, so sums over them are all
that is looked at: a table of a million ratings costs as much per step of the search as one of a hundred.
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse


@dataclass(frozen=True)
class Sums:
    """Per batch (first axis) and, where there is one, number of ratings of an item (second axis): `items` their number,
    `by_rater` Σ b, `together` Σ b b', `total` Σ t, `total_by_rater` Σ t b, `total_squared` Σ t², with b the raters of an
    item (0 and 1) and t the sum of its ratings; `of_rater` Σ y of each rater, `squared` Σ y² of all.
    """

    k: np.ndarray
    items: np.ndarray
    by_rater: np.ndarray
    together: np.ndarray
    total: np.ndarray
    total_by_rater: np.ndarray
    total_squared: np.ndarray
    of_rater: np.ndarray
    squared: np.ndarray

    @property
    def n(self) -> np.ndarray:
        """Ratings."""
        return self.items @ self.k

    def __getitem__(self, rows) -> "Sums":
        others = (getattr(self, name)[rows] for name in list(self.__dataclass_fields__)[1:])
        return Sums(self.k, *others)


@dataclass(frozen=True)
class Design:
    """`columns`: items by (sums, flat), so that item weights @ columns are all sums at once."""

    k: np.ndarray
    raters: int
    columns: sparse.csr_array

    @property
    def width(self) -> int:
        return self.columns.shape[1]

    def sums(self, weights: np.ndarray) -> Sums:
        """Batch by items -> the sums of the items, each as often as it weighs."""
        flat = np.asarray(weights @ self.columns)
        batch, groups, r = len(flat), len(self.k), self.raters
        shapes = [(groups,), (groups, r), (groups, r, r), (groups,), (groups, r), (groups,), (r,), ()]
        ends = np.cumsum([int(np.prod(shape)) for shape in shapes])[:-1]
        return Sums(
            self.k,
            *(
                part.reshape(batch, *shape)
                for part, shape in zip(np.split(flat, ends, axis=1), shapes, strict=True)
            ),
        )


def design(scores: np.ndarray, centre: float | None = None) -> Design:
    """`scores`: items by raters, NaN where missing, every item with a rating; taken around `centre`, or their mean."""
    there = ~np.isnan(scores)
    y = np.where(there, scores - (np.nanmean(scores) if centre is None else centre), 0.0)
    b = there.astype(float)
    size = there.sum(axis=1)
    k, group = np.unique(size, return_inverse=True)
    items, raters, groups = *scores.shape, len(k)
    total = y.sum(axis=1)
    own = sparse.csr_array((np.ones(items), (np.arange(items), group)), shape=(items, groups))
    row, rater = np.nonzero(there)
    place = group[row] * raters + rater
    by_rater = sparse.csr_array((np.ones(len(row)), (row, place)), shape=(items, groups * raters))
    first, second = _pairs(there)
    at = (group[row[first]] * raters + rater[first]) * raters + rater[second]
    together = sparse.csr_array((np.ones(len(at)), (row[first], at)), shape=(items, groups * raters**2))
    blocks = [
        own, by_rater, together, own * total[:, None], by_rater * total[:, None], own * (total**2)[:, None],
        sparse.csr_array(y * b), sparse.csr_array((y**2).sum(axis=1)[:, None]),
    ]  # fmt: skip
    return Design(k.astype(float), raters, sparse.hstack(blocks, format="csr"))


def _pairs(there: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """All ordered pairs of ratings of one item, as places among all ratings, row by row."""
    size = there.sum(axis=1)
    start = np.concatenate([[0], size.cumsum()])[:-1]
    first = np.repeat(np.arange(size.sum()), np.repeat(size, size))
    ends = np.concatenate([[0], np.repeat(size, size).cumsum()])[:-1]
    within = np.arange(len(first)) - np.repeat(ends, np.repeat(size, size))
    second = np.repeat(np.repeat(start, size), np.repeat(size, size)) + within
    return first, second
