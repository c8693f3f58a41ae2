"""What a person says about herself: name, time zone, language; and a reviewer's dated record."""

from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import ReviewerRecord, Role, User
from accounts.roles import Answer, holds, require

# The participation terms in force; a new text gets a new name, and old records keep the one they accepted.
TERMS_VERSION = "2026-11"


def may_record(user) -> Answer:
    """Those who judge sessions say what qualifies them."""
    if holds(user, Role.ANNOTATOR) or holds(user, Role.ADJUDICATOR):
        return Answer()
    return Answer(_("Only annotators and adjudicators keep a reviewer record."))


@transaction.atomic
def introduce(*, user: User, name: str, time_zone: str, language: str) -> User:
    if not name.strip():
        raise ValidationError({"name": _("Please give your name.")})
    if time_zone not in available_timezones():
        raise ValidationError({"time_zone": _("This time zone is not known.")})
    user.name, user.time_zone, user.language = name.strip(), time_zone, language
    user.save(update_fields=["name", "time_zone", "language"])
    return user


@transaction.atomic
def record(*, user: User, **said) -> ReviewerRecord:
    """Add a dated record; earlier ones stay, as decisions name the one that was in force.

    A simulated reader stays one whatever she says of herself: the form does not ask for it.
    """
    require(may_record(user))
    # Two submits at once would take the same number; the person's row is the lock.
    User.objects.select_for_update().get(pk=user.pk)
    last = user.reviewer_records.order_by("-n").first()
    said.setdefault("simulated", last.simulated if last else False)
    n = last.n + 1 if last else 1
    return ReviewerRecord.objects.create(user=user, n=n, terms_version=TERMS_VERSION, **said)
