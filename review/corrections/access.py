"""Who may see what was corrected in review, and make a proposal of it."""

from django.utils.translation import gettext as _

from accounts import roles
from accounts.roles import Answer
from guidelines import access as guidelines_access
from review import access
from review.models import Item, Reading, RoundState
from synthesis.models import Instance


def may_see_corrections(user) -> Answer:
    """Clinicians and leads, who may make proposals of them."""
    if guidelines_access.may_propose(user):
        return Answer()
    return Answer(_("Only clinicians and leads see the corrections that were made in review."))


def may_see_correction(user, decision) -> Answer:
    """When its round is closed, unless she judges the session elsewhere; of a session at risk, the lead alone."""
    if not (answer := may_see_corrections(user)):
        return answer
    item = decision.item
    if item.round.state != RoundState.CLOSED:
        return Answer(_("The round is open; until it is closed its judgements are blind."))
    if item.round.rehearsal:
        return Answer(_("This was a rehearsal: what simulated readers wrote changes no guideline."))
    if not roles.may_lead(user) and access.at_risk(item.instance):
        return Answer(_("This session carries a risk tier or is held; only a lead sees it here."))
    return access.may_see_instance(user, item.instance)


def may_propose_from(user, decision) -> Answer:
    """Whoever sees it; and its own reader, as soon as she sees how the session was resolved. Not while anybody judges the
    session again: the words would say what was found.
    """
    hers = is_hers(user, decision)
    if not (answer := (_may_propose_hers if hers else may_see_correction)(user, decision)):
        return answer
    same = access.same_sessions(Instance.objects.filter(pk=decision.item.instance_id).values("cell"))
    again = Reading.objects.filter(item__instance__in=same, seat__round__state=RoundState.OPEN)
    # As feedback.approved leaves it out.
    if Item.objects.judged_anew().filter(pk=decision.item_id).exists():
        return Answer(_("This session was judged anew since; what was settled then stands."))
    # Where its own round is open still, this item of it is settled.
    if (again.exclude(item=decision.item) if hers else again).exists():
        return Answer(_("This session is judged again in an open round; propose it when that is closed."))
    return Answer()


def is_hers(user, decision) -> bool:
    """What she wrote as a reader; what she wrote to settle a dispute is not hers to see before others."""
    return decision.reading_id is not None and decision.rater.user_id == user.pk


def _may_propose_hers(user, decision) -> Answer:
    if not (answer := access.may_see_resolution(user, decision.item)):
        return answer
    if decision.item.round.rehearsal:
        return Answer(_("This was a rehearsal: what simulated readers wrote changes no guideline."))
    if not roles.may_lead(user) and access.at_risk(decision.item.instance):
        return Answer(
            _("This session carries a risk tier or is held; a lead proposes what was written there.")
        )
    return guidelines_access.may_propose(user, words_by=decision.rater.user)
