"""Ratings from a long CSV table `item,rater,value[,dimension][,cluster][,weight]`, one rating a line."""

import csv
import io
import math
from array import array
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from review.agreement.columns import OF_A_NAME, OF_A_ROW, OF_THE_REST, Columns, Names
from review.agreement.table import Ratings
from review.agreement.values import LARGEST, BadRatings, check_level, clean_levels, clean_name, clean_value

NEEDED, OPTIONAL = ("item", "rater", "value"), ("dimension", "cluster", "weight")
ONLY = "value"  # the dimension's name where the table has no such column

MEMORY = 2 * 1024**3  # bytes
SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}
LOOK_EVERY = 200_000  # rows


class BadTable(BadRatings):
    """A line of the table cannot be read; says which and why."""

    def __init__(self, line: int, reason: str):
        super().__init__(f"line {line}: {reason}")
        self.line = line


class TooMuch(BadRatings):
    """There is not the memory for it; says how much it would take."""

    def __init__(self, what: str, needed: float, allowed: int):
        def mb(size):
            return f"{math.ceil(size / 1024**2):,} MB"

        super().__init__(
            f"{what} would take about {mb(needed)} of memory, {mb(allowed)} are allowed (--memory)"
        )
        self.needed = needed


def read_levels(text: str | None, scale: str) -> tuple | None:
    """`a,b,c` as levels; quote a level that holds a comma."""
    return None if text is None else clean_levels(next(csv.reader([text]), []), scale)


@dataclass
class Table:
    """What a file holds: `columns` by dimension, `levels`: of each number of a level what it is."""

    scale: str
    declared: tuple | None
    columns: dict[str, Columns]
    levels: list

    def ratings(self, dimension: str) -> Ratings:
        """Raises TooMuch where its items and raters are so many that nothing could be made of them in memory."""
        own = self.columns[dimension]
        used = np.unique(np.frombuffer(own.level, np.int32))
        known = self.declared or tuple(sorted({self.levels[n] for n in used if n >= 0}))
        number = {level: n for n, level in enumerate(known)}
        place = np.array([number.get(level, -1) for level in self.levels], np.int64)
        return own.ratings(scale=self.scale, levels=known, place=place, declared=self.declared is not None)


def read_table(
    path: Path, *, scale: str, levels: Iterable | None = None, memory: int = MEMORY,
    told: Callable[[int, float], None] = lambda rows, share: None,
) -> Table:  # fmt: skip
    """The ratings of a file, row by row: it is never in memory whole. `memory`: bytes that all of it may take; `told`: is
    given rows and the share of the file now and then. Raises BadTable, naming the first line that is wrong, and TooMuch.
    """
    reader = _Reader(scale, clean_levels(levels, scale), path.stat().st_size, memory, told)
    with path.open("rb") as raw:
        try:
            reader.read(raw)
        except UnicodeDecodeError:
            raise BadTable(_undecodable(path), "not valid UTF-8") from None
        except BadTable as reason:
            reader.refuse_contradictions(before=reason.line)
            raise
    reader.refuse_contradictions()
    for dimension, columns in reader.found.items():
        if (needed := OF_THE_REST + columns.bytes_of_table()) > memory:
            what = f"{dimension}: a table of its items by its raters"
            raise TooMuch(what, needed, memory)
    return Table(scale, reader.levels, reader.found, reader.values)


class _Reader:
    def __init__(self, scale, levels, size, memory, told):
        self.scale, self.levels, self.size, self.memory, self.told = scale, levels, max(1, size), memory, told
        self.items, self.raters, self.clusters = Names(), Names(), Names()
        self.weights = array("d")  # of each item
        self.found: dict[str, Columns] = {}
        self.values: list = []  # by number
        self._number: dict = {None: -1}  # of a value
        self._by_text: dict[str, int] = {}  # of what stands in the file, cleaned once

    def read(self, raw) -> None:
        lines = _lines(raw)
        first, header = next(lines, (1, None))
        if header is None:
            raise BadTable(1, "the file is empty")
        columns = _columns(first, header)
        width, places = len(header), [columns[name] for name in NEEDED]
        dimension_at, cluster_at, weight_at = map(columns.get, OPTIONAL)
        rows = 0
        for line, cells in lines:
            if len(cells) != width:
                raise BadTable(line, f"{len(cells)} cells where the header has {width}")
            item, rater, value = (clean_name(cells[place]) for place in places)
            dimension = ONLY if dimension_at is None else clean_name(cells[dimension_at])
            if not item or not rater or not dimension:
                blank = "item" if not item else "rater" if not rater else "dimension"
                raise BadTable(line, f"{blank} is blank")
            cluster = "" if cluster_at is None else clean_name(cells[cluster_at])
            if weight_at is not None:
                self._weigh(item, cells[weight_at].strip(), line)
            own = self.found.get(dimension)
            if own is None:
                own = self.found[dimension] = Columns(self.items, self.raters, self.clusters, self.weights)
            level = self._by_text.get(value)
            if level is None:
                # Told with the row, as an item rated twice is what is wrong with it first.
                own.add(
                    self.items[item], self.raters[rater], -1, self.clusters[cluster] if cluster else -1, line
                )
                level = self._level(value, line)
                own.level[-1] = level
            else:
                own.add(
                    self.items[item],
                    self.raters[rater],
                    level,
                    self.clusters[cluster] if cluster else -1,
                    line,
                )
            rows += 1
            if rows % LOOK_EVERY == 0:
                self._look(rows, raw.tell() / self.size)
        if not rows:
            raise BadTable(first, "no ratings below the header")
        self._look(rows, 1.0)

    def _weigh(self, item: str, text: str, line: int) -> None:
        """One over the item's chance of being chosen: the same on each of its lines."""
        try:
            weight = float(text)
        except ValueError:
            weight = math.nan
        if not 0 < weight <= LARGEST:
            raise BadTable(line, f"weight: {text!r} is not a number above zero")
        number = self.items[item]
        if number == len(self.weights):
            self.weights.append(weight)
        elif self.weights[number] != weight:
            raise BadTable(line, f"item {item} has weight {weight:g} and {self.weights[number]:g}")

    def _level(self, text: str, line: int) -> int:
        try:
            value = clean_value(text, self.scale)
            check_level(value, self.levels)
        except BadRatings as reason:
            raise BadTable(line, f"value: {reason}") from reason
        if value not in self._number:
            self._number[value] = len(self.values)
            self.values.append(value)
        self._by_text[text] = self._number[value]
        return self._number[value]

    def _look(self, rows: int, share: float) -> None:
        """Whether all of it will have room, by what there is of it so far."""
        names = len(self.items) + len(self.raters) + len(self.clusters) + 2 * len(self._by_text)
        needed = OF_THE_REST + (rows * OF_A_ROW + names * OF_A_NAME) / max(share, 1e-9)
        if needed > self.memory:
            raise TooMuch(f"about {rows / max(share, 1e-9):,.0f} rows", needed, self.memory)
        self.told(rows, share)

    def refuse_contradictions(self, before: float = math.inf) -> None:
        """What only shows when rows are held beside one another: the first of these, up to and with that line."""
        wrong = []
        for dimension, own in self.found.items():
            where = f" on {dimension}" if dimension != ONLY or len(self.found) > 1 else ""
            if again := own.rated_before():
                wrong.append((again[0], 0, own, again[1], where))
            if apart := own.in_two_clusters():
                wrong.append((apart[0], 1, own, apart[1], where))
        wrong = [one for one in wrong if one[0] <= before]
        if not wrong:
            return
        line, kind, own, first, where = min(wrong, key=lambda one: one[:2])
        here, there = own.line.index(line), own.line.index(first)
        item = _name(self.items, own.item[here])
        if kind == 0:
            rater = _name(self.raters, own.rater[here])
            raise BadTable(line, f"item {item} was already rated by {rater}{where} in line {first}")
        one, other = (_name(self.clusters, own.cluster[place]) for place in (here, there))
        raise BadTable(line, f"item {item} is in cluster {one} and in {other}")


def _name(names: Names, number: int) -> str:
    return next(name for name, own in names.items() if own == number)


def _lines(raw):
    """(number of the line on which a record starts, its cells); blank lines are skipped."""
    reader = csv.reader(io.TextIOWrapper(raw, encoding="utf-8-sig", newline=""), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as fault:
            raise BadTable(line, f"not valid CSV, {fault}") from fault
        if cells is None:
            return
        if any(cell.strip() for cell in cells):
            yield line, cells


def _undecodable(path: Path) -> int:
    """The first line that is not UTF-8; no line ends within a letter."""
    with path.open("rb") as raw:
        for number, line in enumerate(raw, start=1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                return number
    raise AssertionError("a file that could not be read line by line can be")


def _columns(line: int, header: list[str]) -> dict[str, int]:
    names = [name.strip() for name in header]
    for name in names:
        if name not in NEEDED + OPTIONAL:
            other = next((one for one in SEPARATORS if len(names) == 1 and one in name), "")
            hint = f"; cells are separated by commas here, not by {SEPARATORS[other]}" if other else ""
            raise BadTable(line, f"unknown column {name!r}; known are {', '.join(NEEDED + OPTIONAL)}{hint}")
        if names.count(name) > 1:
            raise BadTable(line, f"column {name} is there twice")
    for name in NEEDED:
        if name not in names:
            raise BadTable(line, f"column {name} is missing")
    return {name: place for place, name in enumerate(names)}
