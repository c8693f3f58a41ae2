"""From a person to the rater she is: human, or simulated when her reviewer record says so."""

from accounts.models import ReviewerRecord, Role
from review.models import Rater, RaterKind


def record_in_force(user) -> ReviewerRecord | None:
    return user.reviewer_records.order_by("-n").first() if user else None


def rater_for(user) -> Rater:
    """The one rater of this person; made when she is seated for the first time."""
    rater = Rater.objects.filter(user=user).first()
    if rater is None:
        record = record_in_force(user)
        kind = RaterKind.SIMULATED if record and record.simulated else RaterKind.HUMAN
        rater = Rater.objects.create(kind=kind, user=user)
    return rater


def may_sit(rater: Rater) -> bool:
    """A model has no role to hold; a person must be an annotator."""
    return rater.user is None or (rater.user.is_active and Role.ANNOTATOR in rater.user.roles)
