"""What is drawn anew in a bootstrap, or left out in a jackknife: clusters, by how many items of each kind they hold.

Two items are of one kind when no coefficient can tell them apart: the same ratings. A coefficient is a function of how
much of each kind there is, so of clusters that hold the same it matters only how often one of them is drawn. Where
every item is its own cluster, drawing items with replacement is drawing how often each kind comes up, multinomially:
exactly the same distribution, and of ten thousand items there are some hundred kinds.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import sparse

CELLS = 4_000_000  # numbers held at once per array


@dataclass(frozen=True)
class Clusters:
    """`held`: clusters by kinds, how much of each kind (sparse; None: each item is a kind, and its cluster is in
    `of_item`). `times`: how many clusters hold exactly this, where they were put together.
    """

    count: int
    held: sparse.csr_array | None
    times: np.ndarray | None = None
    of_item: np.ndarray | None = None

    @classmethod
    def of(cls, clusters: np.ndarray, kinds: np.ndarray | None = None, weights=None) -> "Clusters":
        """`clusters`: each item's, 0..G-1; `kinds`: each item's, 0..K-1; `weights`: what each item counts for."""
        count = int(clusters.max()) + 1
        if kinds is None:
            return cls(count, None, of_item=clusters)
        n, width = len(clusters), int(kinds.max()) + 1
        weights = np.ones(n) if weights is None else weights
        if count == n:
            return cls(count, *_put_together(kinds, weights, width))
        held = sparse.coo_array((weights, (clusters, kinds)), shape=(count, width)).tocsr()
        return cls(count, held)

    @property
    def width(self) -> int:
        return len(self.of_item) if self.held is None else self.held.shape[1]

    def weights(self, drawn: np.ndarray) -> np.ndarray:
        """What a measure is given: for each row of how often every cluster is there, how much there is of each kind."""
        return drawn[:, self.of_item] if self.held is None else drawn @ self.held

    def whole(self) -> np.ndarray:
        times = np.ones(self.count) if self.times is None else self.times.astype(float)
        return self.weights(times[None, :])

    def drawn(self, rng: np.random.Generator, resamples: int, at_once: int) -> Iterator[np.ndarray]:
        """Resamples of as many clusters as there are, in batches."""
        for start in range(0, resamples, at_once):
            yield self.weights(self._draw(rng, min(at_once, resamples - start)))

    def left_out(self, at_once: int, most: int = 0) -> Iterator[np.ndarray]:
        """All clusters but one, for each of them in turn; where there are more than `most`, so many parts of alike size
        are left out instead.
        """
        times = np.ones(self.count, int) if self.times is None else self.times
        owner = np.repeat(np.arange(len(times)), times)
        parts = self.count if not most else min(most, self.count)
        of_part = (np.arange(self.count) % parts, owner)
        out = sparse.coo_array((np.ones(self.count), of_part), shape=(parts, len(times))).tocsr()
        for start in range(0, parts, at_once):
            yield self.weights(times - out[start : start + at_once].toarray())

    def _draw(self, rng, resamples: int) -> np.ndarray:
        if self.times is not None:
            return rng.multinomial(self.count, self.times / self.count, size=resamples).astype(float)
        drawn = rng.integers(self.count, size=(resamples, self.count))
        drawn += self.count * np.arange(resamples)[:, None]
        counted = np.bincount(drawn.ravel(), minlength=resamples * self.count)
        return counted.reshape(resamples, self.count).astype(float)


def _put_together(kinds, weights, width: int) -> tuple[sparse.csr_array, np.ndarray]:
    """(held, times) of clusters of one item each."""
    worth, which = np.unique(weights, return_inverse=True)
    alike, times = np.unique(kinds * len(worth) + which, return_counts=True)
    entries = (worth[alike % len(worth)], (np.arange(len(alike)), alike // len(worth)))
    return sparse.coo_array(entries, shape=(len(alike), width)).tocsr(), times
