"""The sessions behind a number: those of one part, the ones on which readers lie furthest apart first. Pure."""

from dataclasses import dataclass

import numpy as np

from review.agreeing.cuts import CUTS, by_readers
from review.agreeing.table import MISSING, Judged
from review.agreeing.worst import FOUND, apart, overall

PAGE = 20


@dataclass(frozen=True)
class Wanted:
    """`part`: (of review.agreeing.cuts.CUTS or "named", its key); `question`: by whose answers they are ordered; `answers`:
    what two readers said, the one and the other; `everyone`: also sessions that one reader read.
    """

    arm: str
    question: str = ""
    part: tuple[str, str] | None = None
    answers: tuple[str, str] | None = None
    everyone: bool = False


def rows_of(judged: Judged, wanted: Wanted) -> np.ndarray:
    """The judgements of the part, as a mask; none where there is no such part."""
    rows = judged.in_arm(wanted.arm)
    if wanted.part is None:
        return rows
    by, key = wanted.part
    if by == "named":
        return rows & named(judged, key)[judged.of]
    if by == "readers" and "+" in key:
        return rows & dict(by_readers(judged)).get(key, np.zeros(judged.n, bool))
    parts = CUTS[by](judged) if by in CUTS else ()
    return rows & next((mask for name, mask in parts if name == key), np.zeros(judged.n, bool))


def named(judged: Judged, key: str) -> np.ndarray:
    """Of each session whether any reader named this mistake."""
    pairs = [str(pair) for pair in judged.names["pair"]]
    number = pairs.index(key) if key in pairs else MISSING
    found = np.zeros(len(judged.pk), bool)
    if key == "" or number != MISSING:
        found[judged.of[judged.found_of[judged.found_pair == number]]] = True
    return found


def sessions(judged: Judged, wanted: Wanted) -> tuple[np.ndarray, np.ndarray]:
    """(numbers of sessions, how far apart their readers are, NaN where one read it), the worst first."""
    rows = rows_of(judged, wanted)
    each = apart(judged, rows)
    score = overall(each, len(judged.pk))
    if wanted.question in each:
        score = each[wanted.question]
    elif wanted.question:
        score = np.full(len(judged.pk), np.nan)
    there = np.zeros(len(judged.pk), bool)
    there[judged.of[rows]] = True
    if wanted.question and wanted.question != FOUND:
        answered = np.zeros(len(judged.pk), bool)
        given = judged.answers.get(wanted.question, np.full(judged.n, MISSING))
        answered[judged.of[rows & (given >= 0)]] = True
        there &= answered
    if wanted.answers:
        there &= _said_both(judged, rows, wanted)
    if not wanted.everyone:
        there &= ~np.isnan(score)
    found = np.flatnonzero(there)
    order = np.lexsort((judged.position[found], -np.nan_to_num(score[found], nan=-1.0)))
    return found[order], score[found[order]]


def _said_both(judged: Judged, rows: np.ndarray, wanted: Wanted) -> np.ndarray:
    """Sessions of which one reader gave the one answer and another the other."""
    levels = [str(level) for level in judged.names["levels"].get(wanted.question, ())]
    if not set(wanted.answers) <= set(levels):
        return np.zeros(len(judged.pk), bool)
    given = judged.answers[wanted.question]
    one, other = (
        np.bincount(judged.of[rows & (given == levels.index(level))], minlength=len(judged.pk))
        for level in wanted.answers
    )
    same = wanted.answers[0] == wanted.answers[1]
    return one >= 2 if same else (one > 0) & (other > 0)
