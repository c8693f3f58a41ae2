"""Whether hits become rarer, or errors lean to one side, over time: a cumulative sum with a stated rate of false alarms.

Bernoulli CUSUM (Reynolds & Stoumbos 1999, Journal of Quality Technology 31): each event adds `up`, each other
observation takes `down` away, never under 0; it alarms at the limit. Steps are whole numbers, so the run of the sum is
a small Markov chain, and the limit follows from it exactly: no simulation, no normal approximation.

Deviations of either sign are counted by sign alone (above or below the final word; those that meet it say nothing of a
lean), each side with half of the rate of false alarms. Pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import log

import numpy as np

HORIZON = 100  # observations
FALSE_ALARM = 0.05  # of a false alarm within the horizon
ODDS = 3.0  # the change that is looked for: so many times the odds of an event
_FINEST = 8  # the largest step


@dataclass(frozen=True)
class Chart:
    """In control an event comes with `chance`; with it the sum reaches `limit` within HORIZON observations with the
    probability `false_alarm` at most, and with exactly `exact`.
    """

    chance: float
    up: int
    down: int
    limit: int
    false_alarm: float
    exact: float


@dataclass(frozen=True)
class Course:
    """The sum after each observation; `alarms_at`: the first that reached the limit, counted from 0, or None."""

    chart: Chart
    sums: tuple[int, ...]
    alarms_at: int | None


@lru_cache(maxsize=256)
def chart(chance: float, false_alarm: float = FALSE_ALARM) -> Chart:
    """The lowest limit that keeps the rate of false alarms. `chance`: of an event in control, above 0 and under 1."""
    if not 0 < chance < 1:
        raise ValueError("the chance of an event in control lies between 0 and 1")
    changed = ODDS * chance / (1 - chance + ODDS * chance)
    ratio = Fraction(log(changed / chance) / log((1 - chance) / (1 - changed))).limit_denominator(_FINEST)
    up, down = max(1, ratio.numerator), ratio.denominator
    limit = up
    while (exact := chance_of_alarm(chance, up, down, limit)) > false_alarm:
        limit += 1
    return Chart(chance, up, down, limit, false_alarm, exact)


def chance_of_alarm(chance: float, up: int, down: int, limit: int, within: int = HORIZON) -> float:
    """The exact probability that the sum reaches the limit within so many observations."""
    at = np.zeros(limit)
    at[0] = 1.0
    states = np.arange(limit)
    lower, higher = np.maximum(states - down, 0), states + up
    inside = higher < limit
    for _ in range(within):
        after = np.zeros(limit)
        np.add.at(after, lower, at * (1 - chance))
        np.add.at(after, higher[inside], at[inside] * chance)
        at = after
    return float(1 - at.sum())


def follow(events: Sequence[bool], rule: Chart) -> Course:
    """In the order observed."""
    total, sums = 0, []
    for event in events:
        total = max(0, total + (rule.up if event else -rule.down))
        sums.append(total)
    reached = np.flatnonzero(np.array(sums, int) >= rule.limit)
    return Course(rule, tuple(sums), int(reached[0]) if len(reached) else None)


def fewer_hits(hits: Sequence[bool], share: float, false_alarm: float = FALSE_ALARM) -> Course:
    """Misses against a reader whose share of hits is `share`; for a better one false alarms are rarer still."""
    return follow([not hit for hit in hits], chart(round(1 - share, 6), false_alarm))


def leaning(deviations: Sequence[float], false_alarm: float = FALSE_ALARM) -> tuple[Course, Course]:
    """(above, below), over those that are not 0: in control each side is as likely as the other."""
    signs = [value > 0 for value in deviations if value]
    rule = chart(0.5, false_alarm / 2)
    return follow(signs, rule), follow([not above for above in signs], rule)
