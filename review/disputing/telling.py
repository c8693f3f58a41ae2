"""What was settled, in a sentence for her who settled it: of her own answer, never of how the item stands, as another's may
stand there.
"""

from django.utils.translation import gettext as _

from review import grading, outcomes
from review.disputes import Dispute
from review.models import Aspect, Decision, SecondJudgement
from review.workflow import key_of


def settled(dispute: Dispute, judgement: Decision | SecondJudgement) -> str:
    parts = "; ".join(_parts(dispute, _answers(judgement)))
    where = {"n": dispute.item.position + 1, "round": dispute.item.round, "parts": parts}
    return _("Session %(n)s of “%(round)s”: %(parts)s.") % where


def _answers(judgement: Decision | SecondJudgement) -> dict:
    if isinstance(judgement, SecondJudgement):
        return judgement.answer
    return {
        "verdict": judgement.verdict,
        "findings": [{"mistake": key_of(one)} for one in judgement.findings.all()],
        "approved_edits": judgement.approved_edits,
        "written": judgement.edited_text,
        "unsafe": judgement.unsafe,
        "levels": {r.dimension_revision.dimension.key: r.value for r in judgement.ratings.all()},
        "preferred": judgement.preferred,
    }


def _parts(dispute: Dispute, said: dict) -> list[str]:
    parts = []
    if dispute.asks_verdict:
        parts.append(str(outcomes.SETTLED[Aspect.VERDICT, said["verdict"]]))
    if dispute.asks_wording:
        n = len(said["approved_edits"]) + bool(said["written"])
        parts.append(outcomes.approved(n))
    if dispute.asks_findings:
        names = dict(dispute.choices)
        found = dict.fromkeys(str(names[one["mistake"]]) for one in said["findings"])
        parts.append(", ".join(found) or _("no mistake"))
    levels = dispute.placed(said["levels"])
    parts += [f"{one['name']}: {levels[one['key']]}" for one in dispute.dimensions]
    if dispute.asks_preferred:
        parts.append(str(outcomes.CHOSEN[grading.placed(said["preferred"], dispute.position)]))
    if dispute.asks_safety or said["unsafe"]:
        parts.append(str(outcomes.SETTLED[Aspect.SAFETY, "unsafe" if said["unsafe"] else "safe"]))
    return parts
