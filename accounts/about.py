"""What a person says about herself: name, time zone, language; and a reviewer's dated record."""

from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import keeping, tokens
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
    wanted = {"name": name.strip(), "time_zone": time_zone, "language": language}
    before = {field: getattr(user, field) for field in wanted if getattr(user, field) != wanted[field]}
    if before:
        after = {field: wanted[field] for field in before}
        for field, value in after.items():
            setattr(user, field, value)
        user.save(update_fields=list(after))
        keeping.of_person(user, by=user, verb="introduce", before=before, after=after)
    return user


@transaction.atomic
def change_password(*, user: User, password: str) -> User:
    """Set a password that was checked; who knows the old one may do this. It ends her tokens."""
    user.set_password(password)
    user.save(update_fields=["password"])
    ended = tokens.end_all(user)
    keeping.of_person(user, by=user, verb="change_password", before={"api_tokens": ended} if ended else None)
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
    made = ReviewerRecord.objects.create(user=user, n=n, terms_version=TERMS_VERSION, **said)
    # The number is enough: what she said stands in that record, which never changes.
    before = {"record": last.n} if last else {}
    keeping.of_person(user, by=user, verb="record", before=before, after={"record": n})
    return made
