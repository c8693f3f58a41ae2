"""How varied the words are: distinct-n, and what it would be expected to be for so many words.

Distinct-n (Li et al. 2016) is the number of different runs of n words divided by the number of all. It falls with the
length of what is measured, so runs of different size cannot be compared by it. The expectation-adjusted distinct
(Liu et al. 2022) divides the number of different ones by the number that as many draws from a vocabulary of V would
give: D / (V (1 − ((V − 1) / V)^C)). Liu et al. take the vocabulary of a model; ours is held constant, so that runs
compare, and V is its n-th power for runs of n words.
"""

from math import expm1, log1p

import numpy as np

from synthesis.quality.sessions import SPEAKERS, Session
from synthesis.quality.words import words

VOCABULARY = 30_000
LENGTHS = (1, 2, 3)
MANY = 200_000  # runs of words kept as they come before the repeated ones among them are dropped


def expected_distinct(draws: int, possible: float) -> float:
    """How many different ones `draws` draws with replacement from `possible` give on average."""
    # As 1 − exp(C log(1 − 1/V)): the direct power loses every digit for large V.
    return -possible * expm1(draws * log1p(-1.0 / possible))


def adjusted(distinct: int, draws: int, n: int = 1, vocabulary: int = VOCABULARY) -> float | None:
    """Expectation-adjusted distinct-n; None of nothing."""
    return distinct / expected_distinct(draws, float(vocabulary) ** n) if draws else None


class Diversity:
    """Exact. Holds eight bytes for each different run of words, whatever the number of sessions."""

    def __init__(self, many: int = MANY):
        self._many = many
        self._numbers: dict[str, int] = {}
        self._seen = {(s, n): np.empty(0, np.uint64) for s in SPEAKERS for n in LENGTHS}
        self._waiting = {key: [] for key in self._seen}
        self._held = dict.fromkeys(self._seen, 0)
        self._total = dict.fromkeys(self._seen, 0)

    def add(self, session: Session) -> None:
        for turn in session.utterances:
            numbers = [self._numbers.setdefault(w, len(self._numbers) + 1) for w in words(turn["text"])]
            row = np.array(numbers, np.uint64)
            for n in LENGTHS:
                self._take((turn["speaker"], n), row, n)

    def _take(self, key: tuple[str, int], row: np.ndarray, n: int) -> None:
        if key not in self._seen or len(row) < n:
            return
        # Up to 2 million different words: three of their numbers fit into one of 64 bits.
        code = row[: len(row) - n + 1].copy()
        for start in range(1, n):
            code = (code << np.uint64(21)) | row[start : len(row) - n + 1 + start]
        self._waiting[key].append(code)
        self._total[key] += len(code)
        self._held[key] += len(code)
        if self._held[key] >= self._many:
            self._settle(key)

    def _settle(self, key) -> None:
        if self._waiting[key]:
            fresh = np.unique(np.concatenate(self._waiting[key]))
            self._seen[key] = np.union1d(self._seen[key], fresh)
            self._waiting[key], self._held[key] = [], 0

    def told(self) -> dict:
        """{speaker: {"1": {n, distinct, share, adjusted}, …}}: runs of one, two and three words."""
        found: dict[str, dict] = {speaker: {} for speaker in SPEAKERS}
        for speaker, n in self._seen:
            key = (speaker, n)
            self._settle(key)
            distinct, total = len(self._seen[key]), self._total[key]
            found[speaker][str(n)] = {
                "n": total,
                "distinct": distinct,
                "share": distinct / total if total else None,
                "adjusted": adjusted(distinct, total, n),
            }
        return found
