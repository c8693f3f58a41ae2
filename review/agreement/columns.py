"""The ratings of one dimension while a long table is read: numbers in arrays, so that millions of rows have room."""

from array import array
from dataclasses import dataclass, field

import numpy as np

from review.agreement.arrays import of_codes
from review.agreement.table import Ratings

# Bytes, measured with tests/review/agreement/test_long_tables.py: of a row while it is read and counted; of a name.
OF_A_ROW, OF_A_NAME = 100, 250
OF_THE_REST = 300_000_000  # the process without a table, and the arrays of the resamples


class Names(dict):
    """Texts numbered in the order in which they come."""

    def __missing__(self, name: str) -> int:
        self[name] = number = len(self)
        return number

    def ranks(self) -> np.ndarray:
        """Of each number the place of its name among all, sorted."""
        found = np.empty(len(self), np.int64)
        found[[self[name] for name in sorted(self)]] = np.arange(len(self))
        return found


@dataclass
class Columns:
    """One entry for each row, in the order of the file: numbers of names, -1 where there is none, and the line."""

    items: Names
    raters: Names
    clusters: Names
    weights: array = field(default_factory=lambda: array("d"))  # of each item, empty where none are given
    item: array = field(default_factory=lambda: array("i"))
    rater: array = field(default_factory=lambda: array("i"))
    level: array = field(default_factory=lambda: array("i"))
    cluster: array = field(default_factory=lambda: array("i"))
    line: array = field(default_factory=lambda: array("i"))

    def add(self, item: int, rater: int, level: int, cluster: int, line: int) -> None:
        self.item.append(item)
        self.rater.append(rater)
        self.level.append(level)
        self.cluster.append(cluster)
        self.line.append(line)

    def __len__(self) -> int:
        return len(self.item)

    def rated_before(self) -> tuple[int, int] | None:
        """(the first line that repeats an item and a rater, the line that they stood in first)."""
        line = _array(self.line)
        key = _array(self.item).astype(np.int64) * (len(self.raters) + 1) + _array(self.rater)
        return _first_repeat(key, line)

    def in_two_clusters(self) -> tuple[int, int] | None:
        """(the first line that names another cluster of its item, the line that named one first)."""
        cluster = _array(self.cluster)
        named = np.flatnonzero(cluster >= 0)
        item, line, cluster = _array(self.item)[named], _array(self.line)[named], cluster[named]
        order = np.argsort(item, kind="stable")
        starts = np.flatnonzero(np.diff(item[order], prepend=-1))
        first = np.repeat(order[starts], np.diff(np.append(starts, len(order))))
        apart = np.flatnonzero(cluster[order] != cluster[first])
        if not len(apart):
            return None
        worst = apart[line[order[apart]].argmin()]
        return int(line[order[worst]]), int(line[first[worst]])

    def bytes_of_table(self) -> int:
        """What the table of items by raters takes, and what is made of it."""
        there = _array(self.level) >= 0
        return 16 * len(np.unique(_array(self.item)[there])) * len(np.unique(_array(self.rater)[there]))

    def ratings(self, *, scale: str, levels: tuple, place: np.ndarray, declared: bool) -> Ratings:
        """`place`: of each number of a level its place among `levels`."""
        item, level = self.items.ranks()[_array(self.item)], _array(self.level)
        rater = self.raters.ranks()[_array(self.rater)]
        level = np.append(place, -1)[level]  # the last is that of -1
        cluster = _array(self.cluster)
        own = None
        if (cluster >= 0).any():
            of_item = np.full(len(self.items), -1)
            named = cluster >= 0
            of_item[item[named]] = self.clusters.ranks()[cluster[named]]
            # One without a cluster is its own, after all that have one.
            alone = len(self.clusters) + np.arange(len(self.items))
            own = np.where(of_item < 0, alone, of_item)[item]
        weight = np.frombuffer(self.weights, float)[_array(self.item)] if len(self.weights) else None
        names = [None] * len(self.items)  # never shown: what they could say wrong was found by its line
        return of_codes(
            (names, item), (names, rater), level, scale=scale, levels=levels, declared=declared, cluster=own,
            weight=weight,
        )  # fmt: skip


def _first_repeat(key: np.ndarray, line: np.ndarray) -> tuple[int, int] | None:
    order = np.argsort(key, kind="stable")
    again = np.flatnonzero(key[order][1:] == key[order][:-1])
    if not len(again):
        return None
    worst = again[line[order[again + 1]].argmin()]
    return int(line[order[worst + 1]]), int(line[order[worst]])


def _array(values: array) -> np.ndarray:
    return np.frombuffer(values, np.int32) if len(values) else np.zeros(0, np.int32)
