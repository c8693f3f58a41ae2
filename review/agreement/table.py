"""Ratings of one dimension as a table of items by raters."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy import sparse

from review.agreement.tally import Tally
from review.agreement.values import BadRatings, check_level, clean_levels, clean_value


@dataclass(frozen=True)
class Ratings:
    """One dimension: `codes` (items by raters) index `levels`, -1 where a rating is missing."""

    scale: str
    codes: np.ndarray
    levels: tuple
    declared: bool
    clusters: np.ndarray  # the cluster's number, per item
    clustered: bool
    # Of each item, where they were chosen with unequal chances: one over its chance, 1 in the mean.
    weights: np.ndarray | None = None
    items: tuple = ()  # what the rows and columns of `codes` are called
    raters: tuple = ()

    @property
    def n_items(self) -> int:
        return self.codes.shape[0]

    @property
    def n_raters(self) -> int:
        return self.codes.shape[1]

    @property
    def n_ratings(self) -> int:
        return int((self.codes >= 0).sum())

    @property
    def n_clusters(self) -> int:
        return len(np.unique(self.clusters))

    @property
    def missing_share(self) -> float:
        cells = self.n_items * self.n_raters
        return 1 - self.n_ratings / cells if cells else 0.0

    @cached_property
    def paired(self) -> np.ndarray:
        """Of each item whether it has at least two ratings."""
        return (self.codes >= 0).sum(axis=1) >= 2

    @property
    def n_paired(self) -> int:
        """Items with at least two ratings."""
        return int(self.paired.sum())

    @property
    def n_paired_clusters(self) -> int:
        """Clusters that hold such an item: what an interval of agreement rests on."""
        return len(np.unique(self.clusters[self.paired]))

    @property
    def n_telling(self) -> int:
        """As many of these as would tell as much if all items had been chosen alike (Kish 1965), never rounded up."""
        if self.weights is None:
            return self.n_paired_clusters
        return telling(self.clusters[self.paired], self.weights[self.paired])

    @property
    def evenness(self) -> float:
        """This share of the items with two ratings or more would tell as much, chosen alike (Kish 1965); 1: all were."""
        if self.weights is None or not self.n_paired:
            return 1.0
        own = self.weights[self.paired]
        return float(own.sum() ** 2 / (len(own) * (own**2).sum()))

    @property
    def n_observed(self) -> int:
        """Levels that were used."""
        return len(np.unique(self.codes[self.codes >= 0]))

    @property
    def n_effective(self) -> float:
        """How many items chosen alike would tell about as much (Kish 1965)."""
        return self.n_items if self.weights is None else float(self.n_items**2 / (self.weights**2).sum())

    @cached_property
    def scores(self) -> np.ndarray | None:
        """The levels moved and stretched onto 0..1; only ratio alpha depends on origin, nothing on unit."""
        if self.scale == "nominal":
            return None
        values = np.array(self.levels, float)
        span = values.max() - values.min() if len(values) > 1 else 0.0
        return (values - values.min()) / span if span else np.zeros(len(values))

    @cached_property
    def tally(self) -> Tally:
        rows, columns = np.nonzero(self.codes >= 0)
        entries = (np.ones(len(rows)), (rows, self.codes[rows, columns]))
        counts = sparse.coo_array(entries, shape=(self.n_items, len(self.levels))).tocsr()
        counts.sum_duplicates()
        return Tally(counts, self.scores, self.clusters if self.clustered else None)

    def kinds(self, *, by_rater: bool) -> tuple["Ratings", np.ndarray]:
        """(a table of one row for each kind of item, each item's kind): items of one kind have the same ratings, and where
        not `by_rater`, whoever gave which.
        """
        codes = self.codes if by_rater else np.sort(self.codes, axis=1)[:, ::-1]
        first, of_item = _alike(codes, len(self.levels))
        kinds = replace(
            self, codes=codes[first], clusters=np.arange(len(first)), clustered=False, weights=None, items=()
        )
        return kinds, of_item

    def prevalence(self) -> dict:
        """Share of each level: the mean over items of the item's own shares."""
        if not self.n_items:
            return dict.fromkeys(self.levels, 0.0)
        weights = np.ones(self.n_items) if self.weights is None else self.weights
        shares = self.tally.prevalence(weights[None, :])[0]
        return {level: float(share) for level, share in zip(self.levels, shares, strict=True)}


def tabulate(
    rows: Iterable[tuple], *, scale: str, levels: Iterable | None = None, weights: Mapping | None = None
) -> Ratings:
    """Ratings from rows (item, rater, value or None, cluster or None) of one dimension. `weights`: {item: one over the
    chance with which it was chosen}, 1 where it is not named.

    Items and raters without a single rating are left out of the table. An item without a cluster is its own.
    The order of rows never matters. Raises BadRatings.
    """
    declared = clean_levels(levels, scale)
    cells, cluster_of = {}, {}
    for item, rater, raw, cluster in rows:
        value = clean_value(raw, scale)
        check_level(value, declared)
        if (item, rater) in cells:
            raise BadRatings(f"item {item} was rated twice by {rater}")
        cells[item, rater] = value
        if cluster not in (None, "") and cluster_of.setdefault(item, cluster) != cluster:
            raise BadRatings(f"item {item} is in two clusters, {cluster_of[item]} and {cluster}")
    rated = {key: value for key, value in cells.items() if value is not None}
    items = sorted({item for item, _ in rated}, key=str)
    raters = sorted({rater for _, rater in rated}, key=str)
    known = declared or tuple(sorted(set(rated.values())))
    code = {level: number for number, level in enumerate(known)}
    row, column = ({key: number for number, key in enumerate(keys)} for keys in (items, raters))
    codes = np.full((len(items), len(raters)), -1, smallest_integer(len(known)))
    for (item, rater), value in rated.items():
        codes[row[item], column[rater]] = code[value]
    own = {item: ("item", str(item)) for item in items}
    keys = [("cluster", str(cluster_of[item])) if item in cluster_of else own[item] for item in items]
    number = {key: n for n, key in enumerate(sorted(set(keys)))}
    clusters = np.array([number[key] for key in keys], int)
    weighted = in_the_mean_1(np.array([(weights or {}).get(item, 1.0) for item in items]))
    names = {"items": tuple(items), "raters": tuple(raters)}
    return Ratings(scale, codes, known, declared is not None, clusters, bool(cluster_of), weighted, **names)


def telling(clusters: np.ndarray, weights: np.ndarray) -> int:
    """How many clusters of items chosen alike would tell as much (Kish 1965), never rounded up."""
    if not len(clusters):
        return 0
    alike = weights.sum() ** 2 / (weights**2).sum() / len(weights)
    return int(len(np.unique(clusters)) * alike + 1e-9)


def smallest_integer(levels: int) -> type:
    """Of the types that hold the number of each level, and -1."""
    return np.int16 if levels < 2**15 else np.int32


def _alike(codes: np.ndarray, levels: int) -> tuple[np.ndarray, np.ndarray]:
    """(the first of each kind of row, the kind of each row)."""
    base, width = levels + 1, codes.shape[1]
    if width * np.log2(base) < 62:  # a row as one number
        keys = (codes.astype(np.int64) + 1) @ base ** np.arange(width, dtype=np.int64)
        _keys, first, of_row = np.unique(keys, return_index=True, return_inverse=True)
    else:
        _keys, first, of_row = np.unique(codes, axis=0, return_index=True, return_inverse=True)
    return first, of_row.ravel()


def in_the_mean_1(weights: np.ndarray) -> np.ndarray | None:
    """None where all are alike: then nothing is weighed, and figures are the same to the last digit."""
    if not len(weights) or weights.min() == weights.max():
        return None
    return weights * len(weights) / weights.sum()
