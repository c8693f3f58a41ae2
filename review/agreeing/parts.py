"""Each part of a round with its figures, and beside the others: how often its readers differ, drawn toward the mean of all,
and whether that is more than chance. Pure; it loads SciPy.
"""

import numpy as np

from review.agreeing import measuring
from review.agreeing.cuts import CUTS, Part
from review.agreeing.measuring import answered_alike, part
from review.agreeing.table import Judged
from review.agreement.shares import Shares, shares, shrunken
from review.agreement.standing_out import compare


def cut(judged: Judged, by: str, seed: int) -> dict[str, dict[str, list[dict]]]:
    """{arm: {question: [parts]}}, each part its figures, its `key`, and `differs`; of two reviewers who give scores
    the one's minus the other's too (review.agreement.bland_altman).
    """
    parts = list(CUTS[by](judged))
    found: dict[str, dict[str, list[dict]]] = {}
    for arm in judged.arms():
        here = judged.in_arm(arm)
        # As numbers: a part has few of all judgements, and each is looked at once for every question.
        own = [(key, np.flatnonzero(rows & here)) for key, rows in parts]
        for question in judged.asked(arm):
            asked = [(key, rows) for key, rows in own if (judged.answers[question][rows] >= 0).any()]
            figures = [{"key": key} | part(judged, question, rows, seed) for key, rows in asked]
            for one, beside in zip(figures, differing(judged, question, asked), strict=True):
                one["differs"] = beside
            if by == "readers" and measuring.is_score(judged, question):
                for one, (_key, rows) in zip(figures, asked, strict=True):
                    one |= measuring.one_minus_other(judged, question, rows, seed)
            found.setdefault(arm, {})[question] = figures
    return found


def differing(judged: Judged, question: str, parts: list[Part]) -> list[dict | None]:
    """Of each part the share of its sessions on which readers differ: with an interval, drawn toward the mean of all, and
    whether it is higher than that of all others together by more than chance, adjusted for all that are compared. None
    where no session was answered by two.
    """
    return compared(judged, [answered_alike(judged, question, rows) for _key, rows in parts])


def compared(judged: Judged, parts: list[tuple[np.ndarray, np.ndarray]]) -> list[dict | None]:
    """`differing` of parts given as review.agreeing.measuring.answered_alike gives them: all that stand in one list."""
    sizes = [len(items) for items, _alike in parts]
    if not sum(sizes):
        return [None] * len(parts)
    items = np.concatenate([items for items, _alike in parts])
    hit = ~np.concatenate([alike for _items, alike in parts])
    group = np.repeat(np.arange(len(parts)), sizes)
    return _beside(shares(group, judged.client[items], hit, judged.weight[items], groups=len(parts)))


def _beside(found: Shares) -> list[dict | None]:
    drawn, compared = shrunken(found), compare(found)
    return [
        {
            "n": int(found.n[i]), "hits": int(found.hits[i]), "share": float(found.share[i]),
            "ci": None if np.isnan(found.low[i]) else [float(found.low[i]), float(found.high[i])],
            "shrunken": float(drawn[i]), "p": None if np.isnan(compared.p[i]) else float(compared.p[i]),
            "stands_out": bool(compared.stands_out[i]),
        } if found.n[i] else None
        for i in range(len(found.n))
    ]  # fmt: skip
