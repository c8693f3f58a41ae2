"""Known answers to one session, and whether a judgement is among them. Pure.

Every answer is a set: several verdicts, several sets of mistakes, several levels may be right.

    {"verdict": {"accepted": ["accept", "edit"], "why": text},
     "findings": {"accepted": [[{"mistake": key, "turns": [3, 5], "severities": [1, 2]}]], "why": text},
     "dimensions": {key: {"accepted": ["4", "5"], "why": text}}}

A set of mistakes may be empty: nothing is wrong. Turns count from 1. `severities` may be empty: not asked. Of the
dimensions those are named whose levels are known; at least the verdict and the findings are.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from review.standing import Found

VERDICT, FINDINGS = "verdict", "findings"
DIMENSION = "dimension:"
VERDICTS = ("accept", "edit", "reject")
SEVERITIES = range(4)


class BadAnswers(ValueError):
    """These are no answers to this session; the message says what is missing. Nothing was changed."""


@dataclass(frozen=True)
class Given:
    """What somebody judged, as far as known answers go."""

    verdict: str
    findings: tuple[Found, ...] = ()
    levels: dict[str, str] = field(default_factory=dict)


def check(
    answers: dict, *, mistakes: Collection[str], levels: dict[str, Collection[str]], turns: Collection[int]
) -> None:
    """`mistakes`: keys that can be named; `levels`: {dimension: its levels}; `turns`: the counsellor's.

    Raises BadAnswers.
    """
    verdict, findings = answers[VERDICT], answers[FINDINGS]
    if not verdict["accepted"] or set(verdict["accepted"]) - set(VERDICTS):
        raise BadAnswers(_("Say which verdicts are accepted."))
    if not findings["accepted"]:
        raise BadAnswers(_("Say which mistakes are accepted, or that there is none."))
    for found in findings["accepted"]:
        _check_set(found, mistakes, turns)
    for name, accepted in answers["dimensions"].items():
        if name not in levels or not accepted["accepted"] or set(accepted["accepted"]) - set(levels[name]):
            raise BadAnswers(_("A level is not in this rubric version: %s") % name)
    for part in (verdict, findings, *answers["dimensions"].values()):
        if not part["why"].strip():
            raise BadAnswers(
                _("Give the reason for every answer: whoever judges the session in training reads it.")
            )


def _check_set(found: list[dict], mistakes, turns) -> None:
    named = [one["mistake"] for one in found]
    if len(set(named)) < len(named) or set(named) - set(mistakes):
        raise BadAnswers(_("A set of mistakes names each once, and only those of this guideline version."))
    for one in found:
        if not one["turns"] or set(one["turns"]) - set(turns):
            raise BadAnswers(_("Say at which of the counsellor's turns a mistake may be marked."))
        if set(one["severities"]) - set(SEVERITIES):
            raise BadAnswers(_("How serious a mistake is goes from 0 to 3."))


def aspects(answers: dict) -> list[str]:
    return [VERDICT, FINDINGS, *(DIMENSION + key for key in answers["dimensions"])]


def hits(given: Given, answers: dict) -> dict[str, bool]:
    """{aspect: whether what was given is among the accepted}; of the dimensions, those that were rated."""
    found = {
        VERDICT: given.verdict in answers[VERDICT]["accepted"],
        FINDINGS: any(_fits(given.findings, accepted) for accepted in answers[FINDINGS]["accepted"]),
    }
    for key, accepted in answers["dimensions"].items():
        if key in given.levels:
            found[DIMENSION + key] = given.levels[key] in accepted["accepted"]
    return found


def _fits(findings: Iterable[Found], accepted: list[dict]) -> bool:
    """The same mistakes, each marked at its accepted turns, at one of them at least, and at no other."""
    marked: dict[str, set[int]] = {}
    for found in findings:
        marked.setdefault(found.mistake, set()).update(found.utterances)
    allowed = {one["mistake"]: set(one["turns"]) for one in accepted}
    return marked.keys() == allowed.keys() and all(
        turns and turns <= allowed[mistake] for mistake, turns in marked.items()
    )


def severity_biases(given: Given, answers: dict) -> list[int]:
    """How far above (or, negative, below) the nearest accepted severity each mistake was put, in the order given; only
    where her mistakes are an accepted set whose severities are known.
    """
    for accepted in answers[FINDINGS]["accepted"]:
        if _fits(given.findings, accepted):
            known = {one["mistake"]: one["severities"] for one in accepted}
            return [
                min((one.severity - right for right in known[one.mistake]), key=abs)
                for one in given.findings
                if known[one.mistake]
            ]
    return []
