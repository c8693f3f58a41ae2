"""How often drafts are accepted, edited and rejected, and how long a judgement takes, by what the sessions are. Pure."""

import numpy as np

from review.agreeing.cuts import CUTS, Part
from review.agreeing.questions import MISTAKE, VERDICTS
from review.agreeing.table import Judged
from review.agreement.shares import Shares, shares, shrunken
from review.agreement.standing_out import compare

BY = ("all", "pair", "recipe", "model", "time")
# The time of one reader alone is for her and nobody else (methods.md §3).
FEWEST_READERS = 2


def rates(judged: Judged) -> dict[str, dict]:
    """{by: {"verdicts": [parts], "mistakes": {arm: [parts]}, "seconds": {arm: [parts]}}}."""
    found = {}
    for by in BY:
        parts = [("", np.ones(judged.n, bool))] if by == "all" else list(CUTS[by](judged))
        found[by] = {
            "verdicts": _verdicts(judged, parts),
            "mistakes": {arm: _mistakes(judged, arm, parts) for arm in judged.arms()},
            "seconds": {arm: _seconds(judged, arm, parts) for arm in judged.arms()},
        }
    return found


def _verdicts(judged: Judged, parts: list[Part]) -> list[dict]:
    """Of judgements with the draft: the share of each verdict. Several of one client's sessions are more alike than
    others: the intervals count them so.
    """
    given = judged.answers.get("verdict")
    if given is None or not (given >= 0).any():
        return []
    levels = judged.names["levels"]["verdict"]
    own = [(key, rows & (given >= 0)) for key, rows in parts]
    found = [{"key": key, "n": int(rows.sum()), "sessions": _sessions(judged, rows)} for key, rows in own]
    for verdict in VERDICTS:
        told = _shares(judged, own, given == levels.index(verdict))
        for one, share in zip(found, told, strict=True):
            one[verdict] = share
    return [one for one in found if one["n"]]


def _mistakes(judged: Judged, arm: str, parts: list[Part]) -> list[dict]:
    """Of judgements in one arm: the share that finds a mistake."""
    given = judged.answers.get(MISTAKE)
    if given is None:
        return []
    there = judged.in_arm(arm) & (given >= 0)
    own = [(key, rows & there) for key, rows in parts]
    yes = given == judged.names["levels"][MISTAKE].index("yes")
    found = [
        {"key": key, "n": int(rows.sum()), "sessions": _sessions(judged, rows), "yes": share}
        for (key, rows), share in zip(own, _shares(judged, own, yes), strict=True)
    ]
    return [one for one in found if one["n"]]


def _sessions(judged: Judged, rows: np.ndarray) -> int:
    return len(np.unique(judged.of[rows]))


def _shares(judged: Judged, parts: list[Part], hit: np.ndarray) -> list[dict | None]:
    which = [np.flatnonzero(rows) for _key, rows in parts]
    if not sum(map(len, which)):
        return [None] * len(parts)
    rows = np.concatenate(which)
    group = np.repeat(np.arange(len(parts)), [len(one) for one in which])
    item = judged.of[rows]
    return told(shares(group, judged.client[item], hit[rows], judged.weight[item], groups=len(parts)))


def told(found: Shares) -> list[dict | None]:
    drawn, compared = shrunken(found), compare(found)
    return [
        {
            "hits": int(found.hits[i]), "n": int(found.n[i]), "clients": int(found.clients[i]),
            "share": float(found.share[i]),
            "ci": None if np.isnan(found.low[i]) else [float(found.low[i]), float(found.high[i])],
            "shrunken": float(drawn[i]), "stands_out": bool(compared.stands_out[i]),
        } if found.n[i] else None
        for i in range(len(found.n))
    ]  # fmt: skip


def _seconds(judged: Judged, arm: str, parts: list[Part]) -> list[dict]:
    """Median and quartiles of the seconds that Label Studio counted on a judgement; never of one reader alone."""
    there = judged.in_arm(arm) & ~np.isnan(judged.seconds)
    found = []
    for key, rows in parts:
        own = rows & there
        readers = len(np.unique(judged.by[own]))
        if readers < FEWEST_READERS:
            continue
        low, middle, high = (float(one) for one in np.percentile(judged.seconds[own], (25, 50, 75)))
        found.append({"key": key, "n": int(own.sum()), "readers": readers,
                      "quartiles": [low, middle, high]})  # fmt: skip
    return found
