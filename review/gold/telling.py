"""What a reviewer is told of sessions with known answers: hers beside the accepted ones, and why."""

from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from guidelines.models import Version
from review import outcomes
from review.gold.answers import DIMENSION, FINDINGS, VERDICT, hits
from review.gold.results import given, measured, names_of_aspects, with_answers
from review.models import Decision, Purpose, RoundState, Verdict

PAGE = 20


@dataclass(frozen=True)
class Told:
    """One aspect of one judgement. `accepted`: every answer that is right, in words."""

    name: str
    hers: str
    accepted: list[str]
    why: str
    right: bool


def told_to(user):
    """Her judgements of them, in training as soon as they are read, else when the round is closed; the newest first."""
    told = Q(item__round__purpose=Purpose.TRAINING) | Q(item__round__state=RoundState.CLOSED)
    return measured().filter(told, rater__user=user).order_by("-pk")


def page_of(decisions, before: int | None) -> tuple[list[tuple[Decision, list[Told]]], int | None]:
    if before is not None:
        decisions = decisions.filter(pk__lt=before)
    found = decisions.select_related("item__round__pairs_version", "item__round__rubric_version")
    rows = list(with_answers(found)[: PAGE + 1])
    names = _Names()
    shown = [(row, told(row, names)) for row in rows[:PAGE]]
    return shown, rows[PAGE - 1].pk if len(rows) > PAGE else None


class _Names:
    """Of mistakes and aspects, looked up once for each version."""

    def __init__(self):
        self._mistakes, self._aspects = {}, {}

    def mistakes(self, round) -> dict[str, str]:
        version = round.pairs_version_id
        if version not in self._mistakes:
            self._mistakes[version] = outcomes.names_in([round])[round.pk]
        return self._mistakes[version]

    def aspects(self, version: Version) -> dict[str, str]:
        if version.pk not in self._aspects:
            self._aspects[version.pk] = names_of_aspects(version)
        return self._aspects[version.pk]


def told(decision: Decision, names: _Names) -> list[Told]:
    hers, round = given(decision), decision.item.round
    right, mistakes = hits(hers, decision.item.gold.answers), names.mistakes(round)
    own = [{"mistake": one.mistake, "turns": one.utterances} for one in hers.findings]
    said = {DIMENSION + key: level for key, level in hers.levels.items()} | {
        VERDICT: str(Verdict(hers.verdict).label),
        FINDINGS: mistakes_in_words(own, mistakes),
    }
    known = answers_in_words(decision.item.gold.answers, mistakes, names.aspects(round.rubric_version))
    return [
        Told(one.name, said[one.aspect], one.accepted, one.why, right[one.aspect])
        for one in known
        if one.aspect in right
    ]


@dataclass(frozen=True)
class Known:
    aspect: str
    name: str
    accepted: list[str]
    why: str


def answers_in_words(answers: dict, mistakes: dict[str, str], aspects: dict[str, str]) -> list[Known]:
    """`mistakes`: {key: name}; `aspects`: {aspect: name}, in order; those without known answers are passed over."""
    verdict, findings = answers[VERDICT], answers[FINDINGS]
    accepted = {
        VERDICT: [str(Verdict(one).label) for one in verdict["accepted"]],
        FINDINGS: [mistakes_in_words(one, mistakes) for one in findings["accepted"]],
    } | {DIMENSION + key: one["accepted"] for key, one in answers["dimensions"].items()}
    whys = {VERDICT: verdict["why"], FINDINGS: findings["why"]} | {
        DIMENSION + key: one["why"] for key, one in answers["dimensions"].items()
    }
    return [
        Known(aspect, name, accepted[aspect], whys[aspect])
        for aspect, name in aspects.items()
        if aspect in accepted
    ]


def mistakes_in_words(found: list[dict], names: dict[str, str]) -> str:
    return "; ".join(_one(each, names) for each in found) or _("no mistake")


def _one(found: dict, names: dict[str, str]) -> str:
    name = names.get(found["mistake"]) or _("a mistake that is not in the guideline")
    turns = ", ".join(str(turn) for turn in sorted(found["turns"]))
    return _("%(name)s (turn %(turns)s)") % {"name": name, "turns": turns} if turns else name
