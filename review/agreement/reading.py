"""Ratings from a long CSV table `item,rater,value[,dimension][,cluster]`, one rating a line."""

import csv
import io
from collections.abc import Iterable
from pathlib import Path

from review.agreement.values import BadRatings, check_level, clean_levels, clean_value

NEEDED, OPTIONAL = ("item", "rater", "value"), ("dimension", "cluster")
ONLY = "value"  # the dimension's name where the table has no such column

Row = tuple[str, str, object, str | None]


class BadTable(BadRatings):
    """A line of the table cannot be read; says which and why."""

    def __init__(self, line: int, reason: str):
        super().__init__(f"line {line}: {reason}")
        self.line = line


def read_levels(text: str | None, scale: str) -> tuple | None:
    """`a,b,c` as levels; quote a level that holds a comma."""
    return None if text is None else clean_levels(next(csv.reader([text]), []), scale)


def read_table(path: Path, *, scale: str, levels: Iterable | None = None) -> dict[str, list[Row]]:
    """Rows (item, rater, value or None, cluster or None) by dimension, as in the file. Raises BadTable."""
    levels = clean_levels(levels, scale)
    lines = _lines(path.read_bytes())
    first, header = next(lines, (1, None))
    if header is None:
        raise BadTable(1, "the file is empty")
    columns = _columns(first, header)
    found, seen, cluster_of = {}, {}, {}
    for line, cells in lines:
        if len(cells) != len(header):
            raise BadTable(line, f"{len(cells)} cells where the header has {len(header)}")
        row = {name: cells[place].strip() for name, place in columns.items()}
        for name in ("item", "rater", "dimension"):
            if not row.get(name, "-"):
                raise BadTable(line, f"{name} is blank")
        item, rater, dimension = row["item"], row["rater"], row.get("dimension", ONLY)
        before = seen.setdefault((item, rater, dimension), line)
        if before != line:
            where = f" on {dimension}" if "dimension" in columns else ""
            raise BadTable(line, f"item {item} was already rated by {rater}{where} in line {before}")
        cluster = row.get("cluster") or None
        if cluster and cluster_of.setdefault((item, dimension), cluster) != cluster:
            raise BadTable(line, f"item {item} is in cluster {cluster} and in {cluster_of[item, dimension]}")
        try:
            value = clean_value(row["value"], scale)
            check_level(value, levels)
        except BadRatings as reason:
            raise BadTable(line, f"value: {reason}") from reason
        found.setdefault(dimension, []).append((item, rater, value, cluster))
    if not found:
        raise BadTable(first, "no ratings below the header")
    return found


def _lines(raw: bytes):
    """(number of the line on which a record starts, its cells); blank lines are skipped."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise BadTable(fault.object[: fault.start].count(b"\n") + 1, "not valid UTF-8") from fault
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
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


def _columns(line: int, header: list[str]) -> dict[str, int]:
    names = [name.strip() for name in header]
    for name in names:
        if name not in NEEDED + OPTIONAL:
            raise BadTable(line, f"unknown column {name!r}; known are {', '.join(NEEDED + OPTIONAL)}")
        if names.count(name) > 1:
            raise BadTable(line, f"column {name} is there twice")
    for name in NEEDED:
        if name not in names:
            raise BadTable(line, f"column {name} is missing")
    return {name: place for place, name in enumerate(names)}
