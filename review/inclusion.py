"""Which sessions are drawn, each with a chance that is known beforehand. Pure.

A part of every chance is the same for all: whatever the scores say, each session has at least that. The rest is in
proportion to the score, and none is above 1. The draw is systematic on a list in random order (Madow 1949; Hartley &
Rao 1962): of fixed size, without replacement, and with exactly these chances. Totals weighed by one over the chance
are then unbiased (Horvitz & Thompson 1952).
"""

from dataclasses import dataclass

import numpy as np

CERTAIN = 1 - 1e-9


@dataclass(frozen=True)
class Drawn:
    """`chosen`: positions, ascending; `by_chance`: of each of them, whether it is of the part that is alike for all."""

    chosen: np.ndarray
    by_chance: np.ndarray


def chances(scores: np.ndarray, n: int, *, random_share: float) -> np.ndarray:
    """The chance of each of the sessions to be among `n`; they add up to n. `scores`: above 0, one per session."""
    scores = np.asarray(scores, float)
    if not (scores > 0).all():
        raise ValueError("a session with no score would have no chance of its own")
    if n >= len(scores):
        return np.ones(len(scores))
    alike = random_share * n / len(scores)
    room = 1 - alike
    more = np.zeros(len(scores))
    free = np.ones(len(scores), bool)
    while True:
        left = n * (1 - random_share) - room * (~free).sum()
        more[free] = left * scores[free] / scores[free].sum()
        over = free & (more > room)
        if not over.any():
            return np.minimum(alike + more, 1.0)
        # What one cannot have more of goes to the others.
        more[over] = room
        free &= ~over


def draw(chances: np.ndarray, alike: float, *, rng: np.random.Generator) -> Drawn:
    """`alike`: the part of each chance that is the same for all. Each is of that part with exactly this chance."""
    certain = np.flatnonzero(chances >= CERTAIN)
    others = rng.permutation(np.flatnonzero(chances < CERTAIN))
    ends = chances[others].cumsum()
    n = round(float(ends[-1])) if len(ends) else 0
    if n:
        # The last session ends exactly at n, whatever was rounded on the way.
        ends *= n / ends[-1]
    hits = rng.random() + np.arange(n)
    place = np.minimum(np.searchsorted(ends, hits, side="right"), max(0, len(others) - 1))
    into = hits - (ends[place] - chances[others[place]])
    chosen = np.concatenate([certain, others[place]])
    by_chance = np.concatenate([rng.random(len(certain)) < alike, into < alike])
    order = np.argsort(chosen)
    return Drawn(chosen[order], by_chance[order])
