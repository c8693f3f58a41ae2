"""From scores to pairs: which reply of two is preferred, by how much, and why some two make no pair. Pure, and exact:
scores are whole numbers, and what is reckoned from them is rounded once, at the end.
"""

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations

from synthesis.shapes.preference import (
    CLOSE,
    ORDER,
    PRINCIPLES,
    SAFETY,
    SAME,
    TIE,
    UNRATED,
    Dropped,
    Pair,
    Rating,
    Rule,
)

Scores = dict[str, int]
# Digits that are kept of means and gaps.
DIGITS = 4


def paired(texts: dict[int, str], ratings: Sequence[Rating], rule: Rule) -> tuple[list[Pair], list[Dropped]]:
    """Every two of the replies `texts` {number: words}, once. A gap is taken over the judges who read both: of another
    judge's severity a difference says nothing. Where a judge prefers one in one order and the other in the other, it
    prefers neither.
    """
    pairs, dropped = [], []
    for a, b in combinations(sorted(texts), 2):
        found = _compared(a, b, ratings, rule)
        if _same(texts[a], texts[b]):
            dropped.append(Dropped(replies=[a, b], why=SAME, gap=None))
        elif found is None:
            dropped.append(Dropped(replies=[a, b], why=UNRATED, gap=None))
        elif (gap := found[0]) and abs(gap) >= Fraction(str(rule.margin)):
            pairs.append(_pair(a, b, gap, ratings))
        else:
            why = CLOSE if gap else ORDER if found[1] else TIE
            dropped.append(Dropped(replies=[a, b], why=why, gap=_rounded(abs(gap))))
    return pairs, dropped


def means(n: int, ratings: Sequence[Rating]) -> dict[str, float]:
    """Of each principle the mean over all readings of reply n; empty where nobody rated it."""
    given = [scores for rating in ratings if (scores := _of(rating, n))]
    if not given:
        return {}
    return {p: _rounded(Fraction(sum(one[p] for one in given), len(given))) for p in PRINCIPLES}


def total(scores: Scores, rule: Rule) -> Fraction:
    """The weighted mean, or the weighted sum."""
    weights = {p: Fraction(str(rule.weights[p])) for p in PRINCIPLES}
    summed = sum(weights[p] * scores[p] for p in PRINCIPLES)
    return summed if rule.on == "sum" else summed / sum(weights.values())


def _of(rating: Rating, n: int) -> Scores | None:
    return rating.scores[rating.order.index(n)] if n in rating.order else None


def _same(one: str, other: str) -> bool:
    return one.casefold().split() == other.casefold().split()


def _compared(a: int, b: int, ratings: Sequence[Rating], rule: Rule) -> tuple[Fraction, bool] | None:
    """(the gap, above 0 where a is better; whether a judge's preference hangs on the order), or None."""
    by_judge: dict[str, list[Fraction]] = {}
    for rating in _both(a, b, ratings):
        gap = total(_of(rating, a), rule) - total(_of(rating, b), rule)
        by_judge.setdefault(rating.judge, []).append(gap)
    if not by_judge:
        return None
    turned = {judge for judge, gaps in by_judge.items() if min(gaps) < 0 < max(gaps)}
    gaps = [Fraction(0) if judge in turned else sum(of) / len(of) for judge, of in by_judge.items()]
    return sum(gaps, Fraction(0)) / len(gaps), bool(turned)


def _both(a: int, b: int, ratings: Sequence[Rating]) -> list[Rating]:
    return [rating for rating in ratings if a in rating.order and b in rating.order]


def _pair(a: int, b: int, gap: Fraction, ratings: Sequence[Rating]) -> Pair:
    chosen, rejected = (a, b) if gap > 0 else (b, a)
    margins = _margins(chosen, rejected, ratings)
    worse = [p for p in PRINCIPLES if margins[p] < 0]
    return Pair(
        chosen=chosen,
        rejected=rejected,
        gap=_rounded(abs(gap)),
        margins={p: _rounded(margin) for p, margin in margins.items()},
        worse_on=worse,
        safety_inversion=SAFETY in worse,
    )


def _margins(chosen: int, rejected: int, ratings: Sequence[Rating]) -> dict[str, Fraction]:
    read = _both(chosen, rejected, ratings)
    return {
        p: Fraction(sum(_of(one, chosen)[p] - _of(one, rejected)[p] for one in read), len(read))
        for p in PRINCIPLES
    }


def _rounded(value: Fraction) -> float:
    return float(round(value, DIGITS))


def pairs_by(content: dict, rule: Rule) -> list[dict]:
    """The pairs that another rule makes of the scores an instance keeps: no model is asked again for it."""
    texts = {one["n"]: one["text"] for one in content["replies"]}
    ratings = [Rating.model_validate(one) for one in content["ratings"]]
    return [pair.model_dump() for pair in paired(texts, ratings, rule)[0]]


def apart(content: dict, chosen: int, rejected: int) -> dict:
    """How far apart the judges find these two, by the rule of the instance: {"gap", "margins"}, above 0 where they agree
    that the chosen one is better. Empty where no judge read both.
    """
    ratings = [Rating.model_validate(one) for one in content.get("ratings", [])]
    found = _compared(chosen, rejected, ratings, Rule.model_validate(content["rule"]))
    if found is None:
        return {}
    margins = _margins(chosen, rejected, ratings)
    return {"gap": _rounded(found[0]), "margins": {p: _rounded(margin) for p, margin in margins.items()}}


def pair_rows(content: dict, rule: Rule | None = None) -> list[dict]:
    """The kept pairs, or those by another rule, in the shape that `exports/formats/preference.py` writes: prompt, chosen
    and rejected as messages; with what each was rated, the gap and whether the chosen one is the less safe. Who settled it
    is for the exporter.
    """
    prompt = _prompt(content)
    by_number = {one["n"]: one for one in content["replies"]}
    pairs = pairs_by(content, rule) if rule else content["pairs"]
    return [_pair_row(prompt, by_number, pair) for pair in pairs]


def _prompt(content: dict) -> list[dict]:
    return [{"role": "user", "content": one["text"]} for one in content["utterances"]]


def _pair_row(prompt: list[dict], replies: dict[int, dict], pair: dict) -> dict:
    row: dict = {"prompt": prompt}
    for side in ("chosen", "rejected"):
        reply = replies[pair[side]]
        row[side] = [{"role": "assistant", "content": reply["text"]}]
        row[f"{side}_model"] = reply["model"]
        row[f"{side}_ratings"] = reply["scores"]
    told = {name: pair[name] for name in ("gap", "margins", "worse_on", "safety_inversion")}
    return row | {"source": "judges' ratings", **told}


def rating_rows(content: dict) -> list[dict]:
    """One row for each reply that a judge rated at one reading: prompt, reply, the score of every principle, by whom."""
    prompt = _prompt(content)
    texts = {one["n"]: one["text"] for one in content["replies"]}
    return [
        {
            "prompt": prompt,
            "reply": [{"role": "assistant", "content": texts[n]}],
            "ratings": scores,
            "why": why,
            "judge": rating["model"],
            "reading": rating["reading"],
            "shown_as": place,
        }
        for rating in content["ratings"]
        for place, (n, scores, why) in enumerate(
            zip(rating["order"], rating["scores"], rating["why"], strict=True), start=1
        )
    ]
