"""Who may see, write and agree known answers: experts, but nobody who has still to judge the session."""

from django.utils.translation import gettext as _

from accounts import roles
from accounts.models import Role
from accounts.roles import Answer
from review import access
from review.models import Certification, Decision, Gold, Item, Round, RoundState, Seat


def may_see_list(user) -> Answer:
    """Clinicians and leads. The list says nothing of what the sessions are."""
    if roles.holds(user, Role.LEAD) or roles.holds(user, Role.CLINICIAN):
        return Answer()
    return Answer(_("Only clinicians and leads agree on known answers."))


def may_see_answers(user, gold: Gold) -> Answer:
    """Whoever also reviews sees those that she wrote, agreed to, asked to see, or has judged and been told of."""
    if not (answer := may_look(user, gold)):
        return answer
    if not roles.holds(user, Role.ANNOTATOR) or knows(user, gold):
        return Answer()
    return Answer(
        _("You review sessions, and these answers may be put before you as a test. Ask to see them first.")
    )


def may_look(user, gold: Gold) -> Answer:
    if not (answer := may_see_list(user)):
        return answer
    return may_use(user, gold.instance)


def may_use(user, instance) -> Answer:
    """Known answers are written for sessions that she may read and has not to judge."""
    if not (answer := may_see_list(user)):
        return answer
    if not (answer := access.may_see_instance(user, instance)):
        return answer
    if not roles.may_lead(user) and access.at_risk(instance):
        return Answer(_("This session carries a risk tier or is held; only a lead sees it here."))
    return Answer()


def may_make_from(user, item: Item) -> Answer:
    """How it was settled is blind while its round is open."""
    if item.round.state != RoundState.CLOSED:
        return Answer(_("The round is open; until it is closed its judgements are blind."))
    return may_use(user, item.instance)


def may_endorse(user, gold: Gold) -> Answer:
    if not (answer := may_see_answers(user, gold)):
        return answer
    if hasattr(gold, "retirement"):
        return Answer(_("These answers were retired."))
    if gold.endorsements.filter(by=user).exists():
        return Answer(_("You stand by these answers already."))
    return Answer()


def may_retire(user, gold: Gold) -> Answer:
    if not (answer := may_see_answers(user, gold)):
        return answer
    if not roles.may_lead(user) and gold.by_id != user.pk:
        return Answer(_("A lead, or whoever wrote these answers, retires them."))
    return Answer(_("These answers were retired.")) if hasattr(gold, "retirement") else Answer()


def knows(user, gold: Gold) -> bool:
    if gold.by_id == user.pk or gold.endorsements.filter(by=user).exists():
        return True
    return gold.looks.filter(by=user).exists() or _was_told(user, gold)


def _was_told(user, gold: Gold) -> bool:
    judged = Decision.objects.readers().filter(item__gold=gold, rater__user=user)
    return judged.filter(item__round__state=RoundState.CLOSED).exists()


def may_see_results(user, round: Round) -> Answer:
    """A lead who judges in the round herself sees how others did when it is closed."""
    if not (answer := access.may_run_rounds(user)):
        return answer
    if access.own_seat_only(user, round):
        return Answer(_("You judge in this round; how others did is for you when it is closed."))
    return Answer()


def may_certify(user, seat: Seat) -> Answer:
    if not (answer := may_see_results(user, seat.round)):
        return answer
    if seat.rater.user_id == user.pk:
        return Answer(_("Another lead certifies you."))
    return Answer()


def may_withdraw(user, certification: Certification) -> Answer:
    if not (answer := may_see_results(user, certification.round)):
        return answer
    if certification.rater.user_id == user.pk:
        return Answer(_("Another lead decides about your certification."))
    return Answer()
