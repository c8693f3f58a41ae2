"""A lead answers flags in writing, and names who is first to see them."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import roles
from review import access, trail
from review.flags.waiting import waiting_of
from review.models import Flag, Item, Resolution, Round
from review.rounds import CannotMakeRound
from synthesis.models import Mark
from synthesis.models.marks import MarkKind


class CannotResolve(ValueError):
    """The flag is not answered; the message says why."""


@transaction.atomic
def resolve(*, flag: Flag, holds: bool, reason: str, by) -> Resolution:
    """Answer a flag, and those of its item and kind that were raised before it, in writing; also when the round is
    closed. `holds`: the session is held back from every round and release until a lead releases it. The standing is
    not touched: what the item counts as, an adjudicator says. Raises Refused, CannotResolve.
    """
    item = Item.objects.select_for_update().get(pk=flag.item_id)
    roles.require(access.may_answer_flag(by, item))
    reason = reason.replace("\0", "").strip()
    if not reason:
        raise CannotResolve(_("Write what you found and what was done; it stays beside the flag."))
    answered = list(waiting_of(item).filter(kind=flag.kind, pk__lte=flag.pk).values_list("pk", flat=True))
    if flag.pk not in answered:
        raise CannotResolve(_("Somebody answered this before you; read it below."))
    made = Resolution.objects.create(flag=flag, holds=holds, reason=reason, by=by)
    if holds:
        Mark.objects.create(instance=item.instance, kind=MarkKind.HELD, by=by, reason=reason)
    told = {"kind": flag.kind, "flags": len(answered), "holds": holds}
    trail.record(verb="resolve", round=item.round, by=by, item=item, after=told)
    return made


@transaction.atomic
def name_risk_lead(*, round: Round, lead, by) -> Round:
    """Another lead is first to see the round's flags, also those of a closed one. Raises Refused, CannotMakeRound."""
    roles.require(access.may_name_risk_lead(by, round))
    round = Round.objects.select_for_update().get(pk=round.pk)
    if not roles.may_lead(lead):
        raise CannotMakeRound(_("%s is not a lead; what readers call unsafe goes to one.") % lead)
    if round.seats.filter(rater__user=lead).exists():
        raise CannotMakeRound(_("%s reads in this round; name a lead who does not.") % lead)
    before = [str(round.risk_lead.public_id)] if round.risk_lead else []
    round.risk_lead = lead
    round.save(update_fields=["risk_lead"])
    trail.record(
        verb="name_risk_lead",
        round=round,
        by=by,
        before={"risk_lead": before},
        after={"risk_lead": [str(lead.public_id)]},
    )
    return round
