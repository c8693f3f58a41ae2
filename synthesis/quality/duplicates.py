"""Sessions that are the same, or nearly, within the run and against all earlier runs of the recipe.

Exact: the same words in the same order from the same speakers. Near: the sets of their runs of five words overlap by
80 % or more (Jaccard), estimated by MinHash (Broder 1997; datasketch) with 128 permutations, standard error at most
0.04. So that 10,000 sessions need no 50 million comparisons, only those are compared whose signatures agree in a whole
band (locality-sensitive hashing). Sessions of fewer than twenty words are compared exactly only.

A session's print is computed once and kept (synthesis.quality.facts); earlier prints pass in batches, so memory holds
those of the run alone: under 1 kB for each session.
"""

import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple

import numpy as np

from synthesis.quality.rates import rate
from synthesis.quality.sessions import Session
from synthesis.quality.words import grams, words

PERMUTATIONS = 128
NEAR = 0.8
RUN = 5
LEAST_WORDS = 20
SHOWN = 50
# With 9 bands of 13 numbers a pair of likeness 0.8 is hardly ever missed and one of 0.5 hardly ever compared; these are
# datasketch's own for this threshold (MinHashLSH), which a test holds to.
BANDS, ROWS = 9, 13


class Print(NamedTuple):
    """What of a session is compared. `whole`: digest of all that is said; `opening`: a checksum of its first words,
    None where nobody speaks; `signature`: 128 numbers of 32 bits, empty where it has too few words.
    """

    whole: bytes
    opening: int | None
    signature: bytes


def print_of(session: Session) -> Print:
    said = [words(turn["text"]) for turn in session.utterances]
    speakers = (turn["speaker"] for turn in session.utterances)
    whole = "\n".join(f"{who} {' '.join(text)}" for who, text in zip(speakers, said, strict=True)).encode()
    flat = [word for text in said for word in text]
    return Print(
        whole=blake2b(whole, digest_size=16).digest(),
        opening=zlib.crc32(" ".join(said[0]).encode()) if said else None,
        signature=_signature(flat) if len(flat) >= LEAST_WORDS else b"",
    )


@lru_cache(maxsize=1)
def _empty():
    """Drawing the permutations takes as long as the rest: each signature begins as a copy."""
    from datasketch import MinHash  # it loads SciPy

    return MinHash(PERMUTATIONS, seed=1, hashfunc=zlib.crc32)


def _signature(flat: list[str]) -> bytes:
    found = _empty().copy()
    found.update_batch({" ".join(run).encode() for run in grams(flat, RUN)})
    return found.hashvalues.astype("<u4").tobytes()


@dataclass
class Found:
    """`exact` and `near`: names of sessions with the earlier one that each is like; (name, of, likeness)."""

    exact: list[tuple[str, str]] = field(default_factory=list)
    near: list[tuple[str, str, float]] = field(default_factory=list)


class Duplicates:
    """Add the sessions of the run, then `compare` with earlier ones, batch after batch, the newest first."""

    def __init__(self):
        self._names: list[str] = []
        self._wholes: list[bytes] = []
        self._signatures = _Rows()
        self._openings: dict[int, int] = {}
        self._first: dict[bytes, int] = {}
        self._bands: _Bands | None = None
        # Of the earlier ones: how many, the newest of each whole that the run has too, the wholes of those that are
        # near, and for each session of the run the one most like it.
        self._earlier = 0
        self._same: dict[bytes, str] = {}
        self._compared: set[bytes] = set()
        self._likest: dict[int, tuple[float, str]] = {}

    def add(self, session: Session) -> None:
        self.take(session.name, print_of(session))

    def take(self, name: str, found: Print) -> None:
        if found.opening is not None:
            self._openings[found.opening] = self._openings.get(found.opening, 0) + 1
        self._first.setdefault(found.whole, len(self._names))
        self._names.append(name)
        self._wholes.append(found.whole)
        self._signatures.append(found.signature)

    def compare(self, earlier: Sequence[tuple[str, Print]]) -> None:
        """With sessions of earlier runs. After the first batch nothing more is added."""
        self._earlier += len(earlier)
        for name, found in earlier:
            if found.whole in self._first:
                self._same.setdefault(found.whole, name)
        long = [(name, found) for name, found in earlier if found.signature]
        if not long:
            return
        if self._bands is None:
            self._bands = _Bands(self._signatures.matrix())
        theirs = np.frombuffer(b"".join(found.signature for _name, found in long), "<u4")
        for at, mine, likeness in self._bands.near(theirs.reshape(-1, PERMUTATIONS)):
            name, found = long[at]
            if found.whole in self._compared:
                continue  # of earlier ones that are the same the newest stands for all
            self._compared.add(found.whole)
            for number, value in zip(mine.tolist(), likeness.tolist(), strict=True):
                self._likest[number] = max(self._likest.get(number, (0.0, "")), (value, name))

    def found(self) -> tuple[Found, Found]:
        """(within the run, against earlier ones); of a session that is like several the likest counts."""
        within, against = Found(), Found()
        matrix, bands = self._signatures.matrix(), _Buckets()
        for number, (name, whole) in enumerate(zip(self._names, self._wholes, strict=True)):
            if whole in self._same:
                against.exact.append((name, self._same[whole]))
            elif self._first[whole] != number:
                within.exact.append((name, self._names[self._first[whole]]))
            elif self._signatures.has(number):
                place, likest = against, self._likest.get(number, (0.0, ""))
                before = bands.sharing(number, matrix[number])
                for value, other in _near(matrix, number, before):
                    if (value, self._names[other]) > likest:
                        place, likest = within, (value, self._names[other])
                if likest[1]:
                    place.near.append((name, likest[1], round(likest[0], 2)))
        return within, against

    def told(self) -> dict:
        """{n, earlier, within | against: {exact, near: rate, pairs}, openings}; pairs are the first fifty."""
        n = len(self._names)
        told = {"n": n, "earlier": self._earlier, "near_from": NEAR}
        for name, place in zip(("within", "against"), self.found(), strict=True):
            pairs = [{"session": a, "of": b, "likeness": 1.0} for a, b in place.exact]
            pairs += [{"session": a, "of": b, "likeness": value} for a, b, value in place.near]
            told[name] = {
                "exact": rate(len(place.exact), n),
                "near": rate(len(place.near), n),
                "pairs": pairs[:SHOWN],
            }
        repeated = sum(times for times in self._openings.values() if times > 1)
        return told | {"same_opening_as_another": rate(repeated, n)}


class _Rows:
    """Signatures one below the other; a session that has none has a row of noughts."""

    def __init__(self):
        self._bytes, self._has = bytearray(), bytearray()

    def append(self, signature: bytes) -> None:
        self._bytes += signature or bytes(4 * PERMUTATIONS)
        self._has.append(bool(signature))

    def has(self, number: int) -> bool:
        return bool(self._has[number])

    def matrix(self) -> np.ndarray:
        return np.frombuffer(self._bytes, "<u4").reshape(-1, PERMUTATIONS)


# One number for each band: sums of its numbers by odd weights, modulo 2^64. Where two differ in the band they agree
# by chance once in 2^64.
_WEIGHTS = np.random.default_rng(1).integers(2**63, size=ROWS, dtype=np.uint64) * np.uint64(2) + np.uint64(1)


def band_keys(signatures: np.ndarray) -> np.ndarray:
    """(sessions, 128) to (sessions, bands)."""
    bands = (signatures[:, begin : begin + ROWS] for begin in range(0, BANDS * ROWS, ROWS))
    return np.stack([(band * _WEIGHTS).sum(axis=1, dtype=np.uint64) for band in bands], axis=1)


def _near(matrix: np.ndarray, number: int, others: Iterable[int]) -> list[tuple[float, int]]:
    others = np.fromiter(others, np.int64)
    likeness = (matrix[others] == matrix[number]).mean(axis=1) if len(others) else np.empty(0)
    return [(float(likeness[at]), int(others[at])) for at in np.flatnonzero(likeness >= NEAR)]


class _Buckets:
    """Sessions as they come, by the bands that they share with those before."""

    def __init__(self):
        self._buckets: list[dict[int, list[int]]] = [{} for _ in range(BANDS)]

    def sharing(self, number: int, signature: np.ndarray) -> set[int]:
        found: set[int] = set()
        keys = band_keys(signature[np.newaxis])[0].tolist()
        for buckets, key in zip(self._buckets, keys, strict=True):
            bucket = buckets.setdefault(key, [])
            found.update(bucket)
            bucket.append(number)
        return found


class _Bands:
    """All signatures of a run in the order of each band, so that a batch of others finds those that share one."""

    def __init__(self, matrix: np.ndarray):
        self._matrix = matrix
        keys = band_keys(matrix)
        self._orders = [np.argsort(keys[:, band]) for band in range(BANDS)]
        self._keys = [keys[order, band] for band, order in enumerate(self._orders)]

    def near(self, others: np.ndarray) -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
        """(number of the other one, numbers of the run's, likeness of each) of those that are near."""
        keys, shared = band_keys(others), {}
        for band, (mine, order) in enumerate(zip(self._keys, self._orders, strict=True)):
            begin = np.searchsorted(mine, keys[:, band], "left")
            end = np.searchsorted(mine, keys[:, band], "right")
            for at in np.flatnonzero(end > begin).tolist():
                shared.setdefault(at, []).append(order[begin[at] : end[at]])
        for at in sorted(shared):
            mine = np.unique(np.concatenate(shared[at]))
            likeness = (self._matrix[mine] == others[at]).mean(axis=1)
            if (near := likeness >= NEAR).any():
                yield at, mine[near], likeness[near]
