"""A person's tokens for her programs. A token is shown once, does what she may do, and opens no page."""

import secrets
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import keeping
from accounts.digesting import text_digest
from accounts.models import ApiToken, User

# So that whoever finds one in a file, or a scanner of files, knows what it is.
PREFIX = "owm_"
LONGEST_DAYS = 366
MOST = 20
# Not every request writes: when a token was last used is known to the minute.
NOTED_EVERY = timedelta(minutes=1)


class TokenRefused(ValueError):
    """A token cannot be made as asked; the message says why."""


@transaction.atomic
def make_token(*, user: User, name: str, days: int, reads_only: bool) -> tuple[ApiToken, str]:
    """Return the token's row and the token, which cannot be read again later."""
    User.objects.select_for_update().get(pk=user.pk)
    if not name.strip():
        raise TokenRefused(_("Say what the token is for."))
    if not 1 <= days <= LONGEST_DAYS:
        raise TokenRefused(_("A token lasts between one day and a year."))
    if user.api_tokens.in_force().count() >= MOST:
        raise TokenRefused(_("You have %d tokens in force; end one that you no longer need.") % MOST)
    token = PREFIX + secrets.token_urlsafe(32)
    made = ApiToken.objects.create(
        user=user,
        name=name.strip(),
        token_digest=text_digest(token),
        reads_only=reads_only,
        expires_at=timezone.now() + timedelta(days=days),
    )
    keeping.of_person(
        user, by=user, verb="make_token", after={"api_token": made.pk, "reads_only": reads_only}
    )
    return made, token


@transaction.atomic
def end_token(*, token: ApiToken, by: User) -> ApiToken:
    """Refuse it from now on; ending it twice changes nothing."""
    if token.user_id != by.pk:
        raise TokenRefused(_("This is somebody else's token."))
    if ApiToken.objects.filter(pk=token.pk, ended_at=None).update(ended_at=timezone.now()):
        keeping.of_person(by, by=by, verb="end_token", before={"api_token": token.pk})
    token.refresh_from_db()
    return token


def end_all(user: User) -> list[int]:
    """For the verb that gives her a new password, whose event names them: whoever knew the old one may hold them."""
    open_ones = list(user.api_tokens.in_force().order_by("pk").values_list("pk", flat=True))
    ApiToken.objects.filter(pk__in=open_ones).update(ended_at=timezone.now())
    return open_ones


def by_token(token: str) -> ApiToken | None:
    """The token in force with these signs, marked as used now.

    It is looked up by its digest: how long that takes tells nothing about a token, which nobody can steer.
    """
    found = ApiToken.objects.in_force().select_related("user").filter(token_digest=text_digest(token)).first()
    now = timezone.now()
    if found and (found.used_at is None or now - found.used_at > NOTED_EVERY):
        ApiToken.objects.filter(pk=found.pk).update(used_at=now)
    return found
