"""How different two levels are: d(c, k), with d(c, c) = 0. Every coefficient is two sums over it."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

BLOCK = 1000


class Difference:
    def within(self, counts: sparse.csr_array) -> np.ndarray:
        """Per item: the sum of d over all ordered pairs of its ratings."""
        raise NotImplementedError

    def toward(self, shares: np.ndarray) -> np.ndarray:
        """Per level c: the sum over k of d(c, k) shares[..., k]."""
        raise NotImplementedError

    def between(self, left: np.ndarray, right: np.ndarray) -> np.ndarray:
        """The sum over c and k of d(c, k) left[..., c] right[..., k]."""
        return (left * self.toward(right)).sum(axis=-1)


class Nominal(Difference):
    """1 between any two levels."""

    def within(self, counts):
        size = np.asarray(counts.sum(axis=1)).ravel()
        return size**2 - np.asarray(counts.multiply(counts).sum(axis=1)).ravel()

    def toward(self, shares):
        return shares.sum(axis=-1, keepdims=True) - shares


@dataclass(frozen=True)
class Squared(Difference):
    """The squared distance of the levels' scores; scores in 0..1 give d as in quadratic weights."""

    scores: np.ndarray

    def within(self, counts):
        # Around the item's own mean, so that an item on which all agree gives no rounding residue.
        items = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
        size = np.asarray(counts.sum(axis=1)).ravel()
        mean = (counts @ self.scores) / np.maximum(size, 1)
        spread = counts.data * (self.scores[counts.indices] - mean[items]) ** 2
        return 2 * size * np.bincount(items, spread, minlength=counts.shape[0])

    def toward(self, shares):
        s = self.scores
        total, first, second = (shares @ power for power in (np.ones_like(s), s, s**2))
        return second[..., None] - 2 * s * first[..., None] + s**2 * total[..., None]


@dataclass(frozen=True)
class Tabled(Difference):
    """Any symmetric table of differences, levels by levels."""

    table: np.ndarray

    def within(self, counts):
        total = np.zeros(counts.shape[0])
        for start in range(0, len(total), BLOCK):
            block = counts[start : start + BLOCK].toarray()
            total[start : start + BLOCK] = ((block @ self.table) * block).sum(axis=1)
        return total

    def toward(self, shares):
        return shares @ self.table.T


def ratio(levels) -> Tabled:
    """((c - k) / (c + k))^2 for levels of at least zero (Krippendorff 2011)."""
    values = np.array(levels, float)
    apart = np.abs(values[:, None] - values[None, :])
    total = values[:, None] + values[None, :]
    return Tabled(np.divide(apart, total, out=np.zeros_like(apart), where=total > 0) ** 2)
