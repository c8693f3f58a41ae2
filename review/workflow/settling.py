"""An adjudicator settles what is in dispute, in writing."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import roles
from review import access, standing, trail
from review.flags import raising
from review.models import (
    Aspect,
    Decision,
    DecisionKind,
    FirstJudgement,
    Item,
    RaterKind,
    StandingState,
)
from review.raters import rater_for
from review.workflow.answering import (
    Answer,
    CannotSettle,
    require,
    require_levels,
    require_reason,
    require_safe,
    words_judged,
)
from review.workflow.marking import require_findings
from review.workflow.reading_again import draw
from review.workflow.storing import locked, restand, store, store_findings, store_ratings
from synthesis.models import Mark
from synthesis.models.marks import MarkKind


def adjudicate(
    *, item: Item, by, reason: str, error_type: str = "", first: FirstJudgement | None = None, **answers
) -> Decision:
    """Settle what is in dispute on an item, in writing. `answers`: those of Answer.

    `error_type`: what the disagreement came from, of ErrorType; `first`: what she said before anything was revealed to
    her. To call a session unsafe holds it, in every round and release, until a lead releases it; where no reader said so,
    it is before the leads at once. One settlement in ten is drawn for a second adjudicator. Raises Refused or CannotSettle.
    """
    answer = Answer(**answers)
    with transaction.atomic():
        item = locked(item.pk)
        roles.require(access.may_settle(by, item))
        now = {s.aspect: s.state for s in item.standings.all()}
        disputed = {aspect for aspect, state in now.items() if state == StandingState.DISPUTED}
        if not disputed:
            raise CannotSettle(_("Nothing is in dispute here; somebody may have settled it before you."))
        judged = words_judged(item)
        require_reason(reason, error_type)
        require(answer, disputed, judged["edits"], judged.get("draft", ""))
        require_levels(answer, item)
        require_findings(answer.findings or [], item)
        require_safe(answer, item)
        if answer.equivalent is not None:
            judged["equivalent"] = answer.equivalent
        if answer.written:
            judged["written_from"] = sorted(answer.written_from)
        decision = store(
            item=item,
            rater=rater_for(by),
            kind=DecisionKind.WORDING if disputed == {Aspect.WORDING} else DecisionKind.ADJUDICATION,
            judged=judged,
            verdict=answer.verdict or "",
            preferred=answer.preferred or "",
            edited_text=answer.written.strip(),
            answered=[
                *(aspect for aspect in answer.aspects if aspect in disputed),
                *([str(Aspect.WORDING)] if Aspect.WORDING in disputed else []),
            ],
            approved_edits=answer.approved,
            unsafe=bool(answer.unsafe),
            comment=reason.strip(),
            error_type=error_type,
            first=first,
            decided_at=timezone.now(),
        )
        store_findings(
            decision,
            [
                standing.Found(f["mistake"], tuple(f["utterances"]), f["severity"])
                for f in answer.findings or []
            ],
        )
        store_ratings(decision, answer.levels, {})
        if answer.unsafe and Aspect.SAFETY not in disputed:
            raising.of_adjudicator(item, rater=decision.rater, words=decision.comment)
        restand(item)
        if answer.unsafe:
            _hold(item.instance, decision)
        draw(decision)
        told = {"settled": sorted(map(str, disputed))}
        trail.record(verb="adjudicate", round=item.round, by=by, item=item, after=told)
        return decision


def _hold(instance, decision: Decision):
    """A session found unsafe leaves by no item. What a simulated reader says of it holds nobody else's work."""
    if decision.rater.kind == RaterKind.HUMAN:
        Mark.objects.create(
            instance=instance, kind=MarkKind.HELD, by=decision.rater.user, reason=decision.comment
        )
