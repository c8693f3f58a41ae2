"""What an adjudicator sees of a dispute when she has judged first: what each reader said, unnamed; how each text differs
from the draft; and what the guideline says of the mistakes concerned.
"""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guidelines import entries
from guidelines.kinds import key_of
from guidelines.models import PairRevision
from guidelines.word_diff import as_html
from review import grading
from review.disputed import Text
from review.disputes import Dispute
from review.models import Arm, Decision, FirstJudgement, Verdict
from review.outcomes import chosen, why_rejected
from review.workflow import key_of as mistake_of
from synthesis.rendering import SEVERITY

VERDICTS = {
    Verdict.ACCEPT: gettext_lazy("accepts the draft"),
    Verdict.EDIT: gettext_lazy("edits the draft"),
    Verdict.REJECT: gettext_lazy("rejects the draft"),
}
PLACES = {"first": gettext_lazy("the first"), "second": gettext_lazy("the second")}


@dataclass(frozen=True)
class Said:
    """What one reader said; `verdict` and `reasons`, why she rejects, are empty without the draft. `marks`: what she
    quoted or marked for her ratings; `unsafe_texts`: which of two, as they stand before the adjudicator.
    """

    decision: Decision
    verdict: str
    reasons: str
    findings: list[str]
    levels: list[str]
    marks: list[str]
    unsafe_texts: list[str]


@dataclass(frozen=True)
class Row:
    """One line of the grid: what each reader said, in their order, and what she said first, each in words or ""."""

    name: str
    disputed: bool
    said: list[str]
    first: str


@dataclass(frozen=True)
class Shown:
    """A text, what she said of it first, and its words beside the draft's as HTML; no difference of the draft itself."""

    n: int
    text: Text
    would_give: bool | None
    difference: str


def readers(dispute: Dispute) -> list[Said]:
    names = {d["key"]: d["name"] for d in dispute.dimensions}
    return [
        Said(
            decision,
            str(VERDICTS.get(decision.verdict, "")),
            why_rejected(decision.reject_reasons),
            [_found(f) for f in decision.findings.all()],
            [] if dispute.is_graded else _levels(decision, names),
            _marks(decision),
            [str(PLACES[grading.placed(name, dispute.position)]) for name in decision.unsafe_texts],
        )
        for decision in dispute.decisions
    ]


def grid(dispute: Dispute, first: FirstJudgement) -> list[Row]:
    """All that was rated or compared where there is no draft: the agreed beside the disputed; otherwise nothing."""
    if not dispute.is_graded:
        return []
    given = [
        {rating.dimension_revision.dimension.key: rating.value for rating in decision.ratings.all()}
        for decision in dispute.decisions
    ]
    disputed = {dimension["key"] for dimension in dispute.dimensions}
    levels = [dispute.placed(one) for one in given]
    hers = dispute.placed(first.answers.get("levels", {}))
    rows = [
        Row(
            d["name"], d["key"] in disputed, [one.get(d["key"], "") for one in levels], hers.get(d["key"], "")
        )
        for d in dispute.rubric
    ]
    if dispute.item.arm == Arm.PAIR:
        said = [one.preferred for one in dispute.decisions] + [first.answers.get("preferred", "")]
        words = [chosen(one, dispute.position) if one else "" for one in said]
        rows.append(Row(_("On the whole"), dispute.asks_preferred, words[:-1], words[-1]))
    return rows


def _marks(decision: Decision) -> list[str]:
    """Evidence of her ratings, and what she would have said instead."""
    found = []
    for rating in decision.ratings.all():
        for mark in rating.evidence:
            where = f"“{mark['quote']}”" if mark["quote"] else _("turn %s") % mark["utterance"]
            said = f"{rating.dimension_revision.name}: {where}"
            found.append(f"{said} – {mark['note']}" if mark["note"] else said)
    if decision.exemplar_verdict:
        found.append(_("the other reply: %s") % decision.get_exemplar_verdict_display())
    if decision.better_reply:
        found.append(_("would rather have said: %s") % decision.better_reply)
    return found


def texts(dispute: Dispute, first: FirstJudgement) -> list[Shown]:
    draft = dispute.judged.get("draft", "")
    said = first.answers.get("texts", {})
    return [
        Shown(n, text, said.get(text.token), "" if text.is_draft else as_html(draft, text.words))
        for n, text in enumerate(dispute.texts, 1)
    ]


def guideline(dispute: Dispute, first: FirstJudgement) -> list[PairRevision]:
    """The pairs that a reader, the draft or she herself names, as the round's version has them, in its order."""
    named = {mistake_of(f) for decision in dispute.decisions for f in decision.findings.all()}
    named |= set(first.answers.get("mistakes", ()))
    if dispute.item.arm == Arm.AIDED:
        named |= {f["mistake"] for f in dispute.item.instance.content["feedback"]["findings"]}
    return [r for r in entries.revisions(dispute.item.round.pairs_version) if key_of(r) in named]


def _found(finding) -> str:
    name = (
        finding.pair_revision.name if finding.pair_revision else _("a mistake that is not in the guideline")
    )
    turns = ", ".join(map(str, finding.utterances))
    where = _("%(name)s, turn %(turns)s") % {"name": name, "turns": turns} if turns else name
    return f"{where}, {SEVERITY[finding.severity]}"


def _levels(decision: Decision, names: dict[str, str]) -> list[str]:
    given = {r.dimension_revision.dimension.key: r.value for r in decision.ratings.all()}
    return [f"{name}: {given[key]}" for key, name in names.items() if key in given]
