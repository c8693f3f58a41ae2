"""From her own approved words to a proposal for the guideline, in one click."""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from accounts import roles
from guidelines import access as guidelines_access
from guidelines import present
from guidelines.models import Proposal
from review import feedback
from review.corrections.access import may_propose_from, may_see_correction
from review.models import Decision
from review.my_work.telling import Told


@dataclass(frozen=True)
class Offer:
    """`pairs`: {key: name} of the mistakes that she found and whose corrections her words can join; `reason`: why she may
    not propose; `made`: what was made of her words already; `discusses`: whether she may read what colleagues say of it;
    `sees`: whether her words are before her among the corrections, to be cut down.
    """

    decision: Decision
    pairs: dict[str, str] = field(default_factory=dict)
    reason: str = ""
    made: list[Proposal] = field(default_factory=list)
    discusses: bool = False
    sees: bool = False


def offer(told: Told, user) -> Offer | None:
    """None unless her own words were approved."""
    if not any(
        str(told.mine.public_id) in (s.outcome or [])
        for s in told.item.standings.all()
        if s.aspect == "wording"
    ):
        return None
    decision = feedback.find(told.mine.public_id)
    may_propose = may_propose_from(user, decision)
    made = list(
        Proposal.objects.filter(decision=decision.public_id).select_related("guideline").order_by("n")
    )
    known = {
        "made": made,
        "discusses": bool(guidelines_access.may_discuss(user)),
        "sees": bool(may_see_correction(user, decision)),
    }
    if not may_propose:
        return Offer(decision, reason=may_propose.reason, **known)
    guideline = decision.item.round.pairs_version.guideline
    return Offer(decision, present.called(guideline, feedback.keys(decision)), **known)


def propose(*, offer: Offer, pair: str, by) -> Proposal:
    """Her words, as they stand in her edit, as a further correction of one of the pairs offered. Raises as
    feedback.propose does.
    """
    roles.require(may_propose_from(by, offer.decision))
    if pair not in offer.pairs:
        raise feedback.CannotPropose(
            _(
                "Your words are proposed for a mistake that you found in the session; choose one of those offered."
            )
        )
    return feedback.propose(
        decision=offer.decision,
        by=by,
        pair=pair,
        correction=feedback.suggested(offer.decision),
        reason=_("I put these words in place of the draft's, and they were approved in review."),
    )
