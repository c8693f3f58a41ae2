"""A round cut into parts: by mistake, recipe, model, time, and by which two reviewers read. Pure."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import combinations

import numpy as np

from review.agreeing.table import MISSING, Judged

# A round judged within so many days is cut into weeks, a longer one into months.
WEEKS_UP_TO = 70

Part = tuple[str, np.ndarray]  # what it is called inside, and a mask of its judgements


def by_pair(judged: Judged) -> Iterator[Part]:
    """By the mistake that a session was to show; one that was to show several is in each of their parts."""
    pairs = judged.names["pair"]
    for number, pair in [*enumerate(pairs), (MISSING, "")]:
        sessions = judged.pair == number
        if number != MISSING:
            sessions[judged.also_of[judged.also_pair == number]] = True
        if sessions.any():
            yield str(pair), sessions[judged.of]


def by_recipe(judged: Judged) -> Iterator[Part]:
    for number, recipe in enumerate(judged.names["recipe"]):
        yield recipe, (judged.recipe == number)[judged.of]


def by_model(judged: Judged) -> Iterator[Part]:
    for number, model in enumerate(judged.names["model"]):
        yield model, (judged.model == number)[judged.of]


def by_time(judged: Judged) -> Iterator[Part]:
    """By when the last of a session's readers judged it: 2026-W47, or 2026-11 where it went on for months."""
    yield from periods(judged)


def periods(judged: Judged) -> list[Part]:
    if not judged.n:
        return []
    last = np.zeros(len(judged.pk), np.int64)
    np.maximum.at(last, judged.of, judged.at)
    days = last[judged.of]
    name = week if days.max() - days.min() <= WEEKS_UP_TO else month
    first = int(days.min())
    called = [name(day) for day in range(first, int(days.max()) + 1)]
    there = np.bincount(days - first) > 0
    order = sorted({period for period, any_ in zip(called, there, strict=True) if any_})
    number = {period: n for n, period in enumerate(order)}
    which = np.array([number.get(period, -1) for period in called])[days - first]
    return [(period, which == n) for n, period in enumerate(order)]


def date_of(day: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=day)


def week(day: int) -> str:
    year, number, _weekday = date_of(day).isocalendar()
    return f"{year}-W{number:02d}"


def month(day: int) -> str:
    return date_of(day).strftime("%Y-%m")


def by_readers(judged: Judged) -> Iterator[Part]:
    """By each two who read a session in common: "1+2", their numbers in names["by"]."""
    read = np.zeros((len(judged.pk), len(judged.names["by"])), bool)
    read[judged.of, judged.by] = True
    shared = read.T.astype(np.float32) @ read.astype(np.float32)
    for one, other in combinations(range(read.shape[1]), 2):
        if shared[one, other]:
            both = read[:, one] & read[:, other]
            yield f"{one}+{other}", both[judged.of] & ((judged.by == one) | (judged.by == other))


CUTS: dict[str, Callable[[Judged], Iterator[Part]]] = {
    "pair": by_pair, "recipe": by_recipe, "model": by_model, "time": by_time, "readers": by_readers,
}  # fmt: skip
