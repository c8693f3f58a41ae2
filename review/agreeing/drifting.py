"""Whether a reader's answers move away from those of the others over a round. Pure.

One observation is a session that others answered too: does she say what most of them say? Against the share of the whole
round a CUSUM (review.agreement.drift) looks for fewer, with the round's one chance of a false alarm shared among its
readers. Nothing follows of an alarm by itself: two who drift together raise it for the third.
"""

import numpy as np

from review.agreeing.cuts import periods
from review.agreeing.table import Judged
from review.agreement.drift import FALSE_ALARM, HORIZON, fewer_hits

FEWEST = 10  # observations


def readers(judged: Judged, arm: str, question: str) -> dict | None:
    """{"share": of all, "false_alarm", "horizon", "periods": names, "readers": [{"by", "n", "share", "since": day or None,
    "periods": [[n, same] of each]}]}; None where nobody can be compared.
    """
    own, same = observations(judged, arm, question)
    if not len(own):
        return None
    names = periods(judged)
    which = np.zeros(judged.n, np.int32)
    for number, (_name, rows) in enumerate(names):
        which[rows] = number
    order = np.lexsort((own, judged.at[own]))
    own, same = own[order], same[order]
    who = np.unique(judged.by[own])
    share, alarm = float(same.mean()), FALSE_ALARM / len(who)
    found = []
    for reader in who:
        hers = judged.by[own] == reader
        rows, hits = own[hers], same[hers]
        n = np.bincount(which[rows], minlength=len(names))
        there = np.bincount(which[rows], hits, minlength=len(names))
        found.append({
            "by": int(reader), "n": len(rows), "share": float(hits.mean()),
            "since": _since(judged.at[rows], hits, share, alarm),
            "periods": [[int(a), int(b)] for a, b in zip(n, there, strict=True)],
        })  # fmt: skip
    return {"share": share, "false_alarm": FALSE_ALARM, "horizon": HORIZON,
            "periods": [name for name, _rows in names], "readers": found}  # fmt: skip


def _since(days: np.ndarray, hits: np.ndarray, share: float, alarm: float) -> int | None:
    if len(hits) < FEWEST:
        return None
    last, hits = days[-HORIZON:], hits[-HORIZON:]
    course = fewer_hits([bool(hit) for hit in hits], min(max(share, 0.01), 0.99), alarm)
    return None if course.alarms_at is None else int(last[course.alarms_at])


def observations(judged: Judged, arm: str, question: str) -> tuple[np.ndarray, np.ndarray]:
    """(judgements of sessions that others answered too, with one answer that most of these gave; whether it is hers)."""
    given = judged.answers[question]
    rows = np.flatnonzero(judged.in_arm(arm) & (given >= 0))
    counts = np.zeros((len(judged.pk), len(judged.names["levels"][question])), np.int16)
    np.add.at(counts, (judged.of[rows], given[rows]), 1)
    others = counts[judged.of[rows]]
    others[np.arange(len(rows)), given[rows]] -= 1
    most = others.max(axis=1, initial=0)
    clear = (most > 0) & ((others == most[:, None]).sum(axis=1) == 1)
    return rows[clear], (others.argmax(axis=1) == given[rows])[clear]
