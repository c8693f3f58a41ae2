"""How varied the words are: distinct-n, and what it would be expected to be for so many words.

Distinct-n (Li et al. 2016) is the number of different runs of n words divided by the number of all. It falls with the
length of what is measured, so runs of different size cannot be compared by it. The expectation-adjusted distinct
(Liu et al. 2022) divides the number of different ones by the number that as many draws from a vocabulary of V would
give: D / (V (1 − ((V − 1) / V)^C)). Liu et al. take the vocabulary of a model; ours is held constant, so that runs
compare, and V is its n-th power for runs of n words.
"""

import tempfile
from functools import lru_cache
from hashlib import blake2b
from math import expm1, log1p

import numpy as np

from synthesis.quality.lengths import turns_of
from synthesis.quality.sessions import SPEAKERS, Session
from synthesis.quality.words import words

VOCABULARY = 30_000
LENGTHS = (1, 2, 3)
MANY = 200_000  # runs of words that wait in memory, of each kind, before they go to a file
RANGES = 64
_PLACE = {speaker: place for place, speaker in enumerate(SPEAKERS)}
_ODD = np.uint64(0x9E3779B97F4A7C15)


def expected_distinct(draws: int, possible: float) -> float:
    """How many different ones `draws` draws with replacement from `possible` give on average."""
    # As 1 − exp(C log(1 − 1/V)): the direct power loses every digit for large V.
    return -possible * expm1(draws * log1p(-1.0 / possible))


def adjusted(distinct: int, draws: int, n: int = 1, vocabulary: int = VOCABULARY) -> float | None:
    """Expectation-adjusted distinct-n; None of nothing."""
    return distinct / expected_distinct(draws, float(vocabulary) ** n) if draws else None


@lru_cache(maxsize=50_000)
def _number(word: str) -> bytes:
    return blake2b(word.encode(), digest_size=8).digest()


def numbers_of(session: Session) -> bytes:
    """All that is said, each word as a number of 64 bits."""
    return b"".join(_number(word) for turn in session.utterances for word in words(turn["text"]))


class _Distinct:
    """How many different numbers of 64 bits there are among very many. What is too much for memory goes to a file, in
    sorted parts; in the end they are compared range by range, and the numbers are spread evenly over the ranges.
    """

    def __init__(self, many: int):
        self._many = many
        self._here = np.empty(0, np.uint64)
        self._file = None
        self._parts: list[
            np.ndarray
        ] = []  # where in the file each range of a part begins, and where the last ends

    def add(self, numbers: np.ndarray) -> None:
        self._here = np.union1d(self._here, numbers)
        if len(self._here) >= self._many:
            self._put_away()

    def count(self) -> int:
        if self._file is None:
            return len(self._here)
        self._put_away()
        return sum(len(np.unique(np.concatenate(list(self._range(at))))) for at in range(RANGES))

    def _put_away(self) -> None:
        if self._file is None:
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed with this object
        begins = np.arange(RANGES, dtype=np.uint64) * np.uint64(2**64 // RANGES)
        self._file.seek(0, 2)
        there = self._file.tell() // 8
        self._parts.append(np.append(np.searchsorted(self._here, begins), len(self._here)) + there)
        self._file.write(self._here.tobytes())
        self._here = np.empty(0, np.uint64)

    def _range(self, at: int):
        for part in self._parts:
            self._file.seek(8 * int(part[at]))
            yield np.frombuffer(self._file.read(8 * int(part[at + 1] - part[at])), np.uint64)


class Diversity:
    """Exact, but that two words would be one by chance once in some million runs of a million different words: each is
    held as a number of 64 bits. Memory does not grow with the sessions (`_Distinct`).
    """

    def __init__(self, many: int = MANY):
        self._many = many
        self._distinct = {(s, n): _Distinct(many) for s in SPEAKERS for n in LENGTHS}
        self._total = dict.fromkeys(self._distinct, 0)
        self._turns: list[tuple[str, int]] = []
        self._words: list[np.ndarray] = []
        self._waiting = 0

    def add(self, session: Session) -> None:
        self.take(turns_of(session), numbers_of(session))

    def take(self, turns: list[tuple[str, int]], numbers: bytes) -> None:
        """`turns_of` a session and `numbers_of` its words."""
        self._turns += turns
        self._words.append(np.frombuffer(numbers, "<u8"))
        self._waiting += len(self._words[-1])
        if self._waiting >= self._many:
            self._settle()

    def _settle(self) -> None:
        if not self._waiting:
            return
        row = np.concatenate(self._words)
        lengths = [n for _speaker, n in self._turns]
        turn = np.repeat(np.arange(len(lengths)), lengths)
        who = np.repeat([_PLACE.get(speaker, -1) for speaker, _n in self._turns], lengths)
        code = row
        for n in LENGTHS:
            if n > 1:
                code = code[:-1] * _ODD + row[n - 1 :]
            whole = turn[: len(code)] == turn[n - 1 :]  # it does not run from one turn into the next
            for speaker in SPEAKERS:
                found = code[whole & (who[: len(code)] == _PLACE[speaker])]
                self._total[speaker, n] += len(found)
                self._distinct[speaker, n].add(found)
        self._turns, self._words, self._waiting = [], [], 0

    def told(self) -> dict:
        """{speaker: {"1": {n, distinct, share, adjusted}, …}}: runs of one, two and three words."""
        self._settle()
        found: dict[str, dict] = {speaker: {} for speaker in SPEAKERS}
        for (speaker, n), seen in self._distinct.items():
            distinct, total = seen.count(), self._total[speaker, n]
            found[speaker][str(n)] = {
                "n": total,
                "distinct": distinct,
                "share": distinct / total if total else None,
                "adjusted": adjusted(distinct, total, n),
            }
        return found
