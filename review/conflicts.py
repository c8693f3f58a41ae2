"""Conflicts of interest: nobody judges, or settles, a session about a client whom she knows."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import roles
from review import access, handing_on, trail
from review.clients import NoSuchClient, case_of
from review.models import Conflict, Rater, Round

LONGEST_REASON = 300


class CannotDeclare(ValueError):
    """Nothing was declared; the message says why."""


@transaction.atomic
def declare(*, person, client: str, reason: str = "", by) -> Conflict:
    """This person judges and settles no session about this client: a name, a key or a case as review.clients has them.
    What she holds of it and has not judged goes to somebody else, or waits; what she has judged stays. Raises Refused,
    CannotDeclare.
    """
    roles.require(access.may_run_rounds(by))
    try:
        base_case = case_of(client)
    except NoSuchClient as unknown:
        raise CannotDeclare(str(unknown)) from None
    if Conflict.objects.in_force().filter(person=person, base_case=base_case).exists():
        raise CannotDeclare(_("This is known already."))
    made = _say(person, base_case, stands=True, reason=reason, by=by)
    rater = Rater.objects.filter(user=person).first()
    for round in Round.objects.open().filter(seats__rater=rater).order_by("pk") if rater else ():
        handing_on.rematch(round=round, rater=rater)
    return made


@transaction.atomic
def end(*, conflict: Conflict, by) -> Conflict:
    """It stands no more; nothing comes back of itself. Raises Refused, CannotDeclare."""
    roles.require(access.may_run_rounds(by))
    if not Conflict.objects.in_force().filter(pk=conflict.pk).exists():
        raise CannotDeclare(_("This was ended before."))
    return _say(conflict.person, conflict.base_case, stands=False, by=by)


def _say(person, base_case: str, *, stands: bool, by, reason: str = "") -> Conflict:
    reason = reason.strip()[:LONGEST_REASON]
    made = Conflict.objects.create(person=person, base_case=base_case, stands=stands, reason=reason, by=by)
    trail.of_conflict(verb="declare" if stands else "end", person=person, base_case=base_case, by=by)
    return made
