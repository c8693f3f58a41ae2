"""Ratings counted: items by levels, and what every coefficient needs of that."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse


@dataclass(frozen=True)
class Tally:
    """Counts of ratings, items by levels (sparse, float); `scores`: levels as numbers in 0..1; `clusters`: of each item
    the number of its cluster, where items are not each their own.
    """

    counts: sparse.csr_array
    scores: np.ndarray | None = None
    clusters: np.ndarray | None = None

    @classmethod
    def of(cls, counts, scores=None) -> "Tally":
        return cls(sparse.csr_array(np.asarray(counts, float)), scores)

    @cached_property
    def size(self) -> np.ndarray:
        """Ratings per item."""
        return np.asarray(self.counts.sum(axis=1)).ravel()

    @cached_property
    def paired(self) -> np.ndarray:
        """1.0 where an item has at least two ratings, else 0.0."""
        return (self.size >= 2).astype(float)

    @cached_property
    def shares(self) -> sparse.csr_array:
        return sparse.csr_array(self.counts.multiply(1 / self.size[:, None]))

    @property
    def n_items(self) -> int:
        return self.counts.shape[0]

    @property
    def n_levels(self) -> int:
        return self.counts.shape[1]

    def prevalence(self, weights: np.ndarray) -> np.ndarray:
        """Mean over items of the item's shares (Gwet 2014), one row for each row of item weights."""
        return (weights @ self.shares) / weights.sum(axis=1, keepdims=True)
