"""An adjudicator settles what is in dispute, in writing."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import roles
from review import access, standing, trail
from review.judged import Wording
from review.models import Aspect, Decision, DecisionKind, Item, RaterKind, StandingState, Verdict
from review.raters import rater_for
from review.workflow.storing import locked, restand, store, store_findings
from synthesis.models import Mark
from synthesis.models.marks import MarkKind


class CannotSettle(ValueError):
    """The dispute cannot be settled like this; the message says what is missing. Nothing was changed."""


def adjudicate(
    *,
    item: Item,
    by,
    verdict: str | None = None,
    findings: list[dict] | None = None,
    approved_edits: list[str] | None = None,
    equivalent: bool | None = None,
    unsafe: bool | None = None,
    reason: str,
) -> Decision:
    """Settle what is in dispute on an item, in writing.

    `verdict`: for a disputed verdict. `findings`: for disputed findings, [{"mistake", "utterances",
    "severity"}]. `approved_edits`: public ids of the edits whose words stand; `equivalent`: whether the edits
    say the same. `unsafe`: required when a reader called the session unsafe; True holds the session itself, in
    every round and release, until a lead releases it. Raises Refused or CannotSettle.
    """
    with transaction.atomic():
        item = locked(item.pk)
        roles.require(access.may_settle(by, item))
        now = {s.aspect: s.state for s in item.standings.all()}
        disputed = {aspect for aspect, state in now.items() if state == StandingState.DISPUTED}
        edits = _edits(item)
        approved = _settlement(disputed, verdict, findings, approved_edits, equivalent, unsafe, reason, edits)
        _require_safe(item, verdict, unsafe)
        answered = {Aspect.VERDICT: verdict, Aspect.FINDINGS: findings, Aspect.SAFETY: unsafe}
        judged = {**Wording().of(item), "edits": edits}
        if equivalent is not None:
            judged["equivalent"] = equivalent
        decision = store(
            item=item,
            rater=rater_for(by),
            kind=DecisionKind.WORDING if disputed == {Aspect.WORDING} else DecisionKind.ADJUDICATION,
            judged=judged,
            verdict=verdict or "",
            answered=[str(aspect) for aspect, answer in answered.items() if answer is not None],
            approved_edits=sorted(approved),
            unsafe=bool(unsafe),
            comment=reason.strip(),
            decided_at=timezone.now(),
        )
        store_findings(
            decision,
            [standing.Found(f["mistake"], tuple(f["utterances"]), f["severity"]) for f in findings or []],
        )
        restand(item)
        if unsafe:
            _hold(item.instance, decision)
        told = {"settled": sorted(map(str, disputed))}
        trail.record(verb="adjudicate", round=item.round, by=by, item=item, after=told)
        return decision


def _edits(item) -> dict[str, str]:
    """{public id: text} of the edits in force."""
    edits = Decision.objects.in_force().readers().filter(item=item, verdict=Verdict.EDIT)
    counted = edits.filter(reading__pass_number=1, reading__seat__observer=False)
    return {str(decision.public_id): decision.edited_text for decision in counted}


def _settlement(disputed, verdict, findings, approved_edits, equivalent, unsafe, reason, edits) -> list[str]:
    """Return the public ids of the approved edits, or refuse."""
    if not disputed:
        raise CannotSettle(_("Nothing is in dispute here; somebody may have settled it before you."))
    if not reason.strip():
        raise CannotSettle(_("Give the reason: reviewers read it when the round is closed."))
    if (Aspect.VERDICT in disputed) != (verdict is not None):
        raise CannotSettle(_("Say accept, edit or reject, exactly when the verdict is in dispute."))
    if verdict is not None and verdict not in Verdict.values:
        raise CannotSettle(_("The verdict is accept, edit or reject."))
    if (Aspect.FINDINGS in disputed) != (findings is not None):
        raise CannotSettle(_("Say which mistakes stand, exactly when they are in dispute."))
    if (standing.SAFETY in disputed) != (unsafe is not None):
        raise CannotSettle(_("Say whether the session is unsafe, exactly when a reader called it so."))
    wording = Aspect.WORDING in disputed or verdict == Verdict.EDIT
    approved = sorted({str(edit) for edit in approved_edits or []})
    if wording and not approved:
        raise CannotSettle(_("Approve at least one of the edited texts."))
    if not wording and approved:
        raise CannotSettle(_("An edited text can be approved only where the verdict is edit."))
    if set(approved) - set(edits):
        raise CannotSettle(_("That text is not among the edits in force; look at the dispute again."))
    if wording and len(edits) > 1 and equivalent is None:
        raise CannotSettle(_("Say whether the edited texts are equivalent."))
    return approved


def _require_safe(item, verdict, unsafe):
    resolved = item.standings.filter(aspect=Aspect.SAFETY, state=StandingState.SETTLED).first()
    if verdict in (Verdict.ACCEPT, Verdict.EDIT) and (unsafe or (resolved and resolved.outcome == "unsafe")):
        raise CannotSettle(_("What is unsafe cannot be accepted."))


def _hold(instance, decision: Decision):
    """A session found unsafe leaves by no item. What a simulated reader says of it holds nobody else's work."""
    if decision.rater.kind == RaterKind.HUMAN:
        Mark.objects.create(
            instance=instance, kind=MarkKind.HELD, by=decision.rater.user, reason=decision.comment
        )
