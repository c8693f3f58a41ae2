"""A lead withdraws a certification, in writing. Nothing that was judged until then changes."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import roles
from review import trail
from review.gold import access, certified
from review.models import Certification, Rater, Withdrawal
from review.reasons import why_not


class CannotWithdraw(ValueError):
    """The certification cannot be withdrawn like this; the message says why. Nothing was changed."""


@transaction.atomic
def withdraw_certification(*, certification: Certification, by, reason: str) -> Withdrawal:
    """From now on she is not certified by these versions, until she passes a training round that is opened later. She
    reads the reason. Raises Refused, CannotWithdraw.
    """
    # Of two leads at once, one of whom may certify her, the second finds what the first did.
    rater = Rater.objects.select_for_update().get(pk=certification.rater_id)
    roles.require(access.may_withdraw(by, certification))
    if not reason.strip():
        raise CannotWithdraw(_("Say why you withdraw it; she reads it."))
    if why := why_not(reason):
        raise CannotWithdraw(why)
    given = certification.pairs_version, certification.rubric_version
    last = certified.withdrawals([rater], *given).get(rater.pk)
    if last and last.at >= certification.round.opened_at:
        raise CannotWithdraw(_("She is not certified by this any more; it was withdrawn before."))
    made = Withdrawal.objects.create(certification=certification, by=by, reason=reason.strip())
    who = [str(rater.user.public_id)] if rater.user else []
    trail.record(verb="withdraw_certification", round=certification.round, by=by, after={"reviewer": who})
    return made
