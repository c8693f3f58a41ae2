"""How long sessions are: turns of a session, words of a turn by speaker."""

from collections import Counter

from synthesis.quality.sessions import SPEAKERS, Session
from synthesis.quality.words import words

QUANTILES = {"p5": 0.05, "median": 0.5, "p95": 0.95}


def turns_of(session: Session) -> list[tuple[str, int]]:
    """(speaker, number of words) of each turn."""
    return [(turn["speaker"], len(words(turn["text"]))) for turn in session.utterances]


class Lengths:
    def __init__(self):
        self._turns: Counter = Counter()
        self._words: dict[str, Counter] = {speaker: Counter() for speaker in SPEAKERS}

    def add(self, session: Session) -> None:
        self.take(turns_of(session))

    def take(self, turns: list[tuple[str, int]]) -> None:
        """`turns_of` a session."""
        self._turns[len(turns)] += 1
        for speaker, n in turns:
            self._words.setdefault(speaker, Counter())[n] += 1

    def told(self) -> dict:
        """{turns, words: {speaker}}, each as `distribution`."""
        found = {speaker: distribution(counts) for speaker, counts in self._words.items()}
        return {"turns": distribution(self._turns), "words": found}


def distribution(counts: Counter) -> dict:
    """n, mean, least, most and quantiles of counted whole numbers, exact (nearest rank); `counts`: {value: times}."""
    n = sum(counts.values())
    if not n:
        return {"n": 0, "mean": None, "least": None, "most": None, **dict.fromkeys(QUANTILES), "counts": {}}
    ordered = sorted(counts)
    quantiles = {}
    for name, share in QUANTILES.items():
        passed = 0
        for value in ordered:
            passed += counts[value]
            if passed >= share * n:
                quantiles[name] = value
                break
    mean = sum(value * times for value, times in counts.items()) / n
    times = {str(value): counts[value] for value in ordered}
    return {"n": n, "mean": mean, "least": ordered[0], "most": ordered[-1], **quantiles, "counts": times}
