"""How much better a novice finds the mistakes of a session after reading an explanation. Pure.

S = location + mistakes, each an F1 over sets with F1(∅, ∅) = 1 and F1(∅, x) = 0 (methods §6); the reward is S(after) −
S(before), which is ΔLoc + ΔCls of the published growth reward (arXiv 2508.09042 v3). Unlike there, a session without
a mistake counts as any other, several mistakes are a set, and an answer that cannot be read is wrong, not left out.
"""

from collections.abc import Collection, Iterable, Mapping

from synthesis.shapes.novice import Score, Scored

NOTHING = Score(location=0.0, mistakes=0.0)


def overlap(found: Collection, true: Collection) -> float:
    """F1 of two sets; two empty ones agree."""
    found, true = set(found), set(true)
    if not found and not true:
        return 1.0
    return round(2 * len(found & true) / (len(found) + len(true)), 6)


def scored(answer: list[dict] | None, truth: Iterable[Mapping]) -> Scored:
    """`answer` and `truth`: findings with `utterances` and `mistake`; None is an answer that nobody could read."""
    if answer is None:
        return Scored(findings=None, score=NOTHING)
    truth = list(truth)
    score = Score(
        location=overlap(_turns(answer), _turns(truth)), mistakes=overlap(_keys(answer), _keys(truth))
    )
    return Scored(findings=answer, score=score)


def gain(before: Scored, after: Scored) -> float:
    """From -2 to 2."""
    return round(after.score.total - before.score.total, 6)


def against_intended(novice: dict, intended: Collection[str]) -> dict[str, float]:
    """The same answers against what the counsellor was asked to show: which mistakes only, as nobody meant a turn.

    `novice` is that part of an instance's content, `intended` the keys of its mistakes: empty for good practice.
    A prompt is no gold label; this says how far answers follow the prompt. It is worked out when it is asked for
    and never stored with the session, whose content must not tell what was meant. The rewards are from -1 to 1.
    """
    found = {
        name: _named(novice[name]["findings"], intended) for name in ("before", "after", "after_as_published")
    }
    return {
        **found,
        "reward": round(found["after"] - found["before"], 6),
        "reward_as_published": round(found["after_as_published"] - found["before"], 6),
    }


def _named(findings: list[dict] | None, intended: Collection[str]) -> float:
    return 0.0 if findings is None else overlap(_keys(findings), intended)


def _turns(findings: Iterable[Mapping]) -> set[int]:
    return {number for finding in findings for number in finding["utterances"]}


def _keys(findings: Iterable[Mapping]) -> set[str]:
    return {finding["mistake"] for finding in findings}
