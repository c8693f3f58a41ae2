"""Sessions that are the same, or nearly, within the run and against earlier runs of the recipe.

Exact: the same words in the same order from the same speakers. Near: the sets of their runs of five words overlap by
80 % or more (Jaccard), estimated by MinHash (Broder 1997) with 128 permutations, standard error at most 0.04, and
found by locality-sensitive hashing (datasketch), so that 10,000 sessions need no 50 million comparisons. Sessions of
fewer than twenty words are compared exactly only.

`similar` is a slot for a comparison by meaning; nothing fills it as shipped, as embeddings need a model of their own.
"""

import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b

from synthesis.quality.sessions import Session
from synthesis.quality.words import grams, words

PERMUTATIONS = 128
NEAR = 0.8
RUN = 5
LEAST_WORDS = 20
SHOWN = 50


@dataclass
class Found:
    """`exact` and `near`: names of sessions with the earlier one that each is like; (name, of, likeness)."""

    exact: list[tuple[str, str]] = field(default_factory=list)
    near: list[tuple[str, str, float]] = field(default_factory=list)


class Duplicates:
    """Add earlier sessions first (`earlier=True`), then those of the run. Holds about 3 kB for each session."""

    def __init__(self):
        from datasketch import MinHashLSH  # it loads SciPy

        self._lsh = MinHashLSH(threshold=NEAR, num_perm=PERMUTATIONS)
        self._signatures: dict[str, object] = {}
        self._first: dict[bytes, str] = {}
        self._earlier: set[str] = set()
        self._openings: dict[int, int] = {}
        self.within, self.against = Found(), Found()
        self.n = 0

    def add(self, session: Session, *, earlier: bool = False) -> None:
        said = [words(turn["text"]) for turn in session.utterances]
        speakers = [turn["speaker"] for turn in session.utterances]
        whole = "\n".join(
            f"{who} {' '.join(text)}" for who, text in zip(speakers, said, strict=True)
        ).encode()
        if earlier:
            self._earlier.add(session.name)
        else:
            self.n += 1
            if said:
                opening = zlib.crc32(" ".join(said[0]).encode())
                self._openings[opening] = self._openings.get(opening, 0) + 1
        if (first := self._first.setdefault(_digest(whole), session.name)) != session.name:
            if not earlier:
                self._place(first).exact.append((session.name, first))
            return
        flat = [word for text in said for word in text]
        if len(flat) < LEAST_WORDS:
            return
        signature = _signature(flat)
        if not earlier:
            alike = [(self._signatures[name].jaccard(signature), name) for name in self._lsh.query(signature)]
            alike = [(value, name) for value, name in alike if value >= NEAR]
            if alike:
                value, name = max(alike)
                self._place(name).near.append((session.name, name, round(float(value), 2)))
        self._signatures[session.name] = signature
        self._lsh.insert(session.name, signature, check_duplication=False)

    def _place(self, name: str) -> Found:
        return self.against if name in self._earlier else self.within

    def told(self) -> dict:
        """{n, earlier, within | against: {exact, near: rate, pairs}, openings}; pairs are the first fifty."""
        from synthesis.quality.rates import rate

        found = {"n": self.n, "earlier": len(self._earlier), "near_from": NEAR}
        for name, place in (("within", self.within), ("against", self.against)):
            pairs = [{"session": a, "of": b, "likeness": 1.0} for a, b in place.exact]
            pairs += [{"session": a, "of": b, "likeness": value} for a, b, value in place.near]
            found[name] = {
                "exact": rate(len(place.exact), self.n),
                "near": rate(len(place.near), self.n),
                "pairs": pairs[:SHOWN],
            }
        repeated = sum(times for times in self._openings.values() if times > 1)
        found["same_opening_as_another"] = rate(repeated, self.n)
        return found


def _digest(whole: bytes) -> bytes:
    return blake2b(whole, digest_size=16).digest()


@lru_cache(maxsize=1)
def _empty():
    """Drawing the permutations takes as long as the rest: each signature begins as a copy."""
    from datasketch import MinHash

    return MinHash(PERMUTATIONS, seed=1, hashfunc=zlib.crc32)


def _signature(flat: list[str]):
    found = _empty().copy()
    found.update_batch({" ".join(run).encode() for run in grams(flat, RUN)})
    return found


# {name of a session: text} to [(name, name, likeness)]; filled where an installation has a model for it.
similar: Callable[[dict[str, str]], list[tuple[str, str, float]]] | None = None
