"""Who comes in: a ticket from the desk is exchanged once for a session, which ends with hers on our pages."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.db.models import Q
from django.utils import timezone

from accounts import roles
from review import access
from review.models import Account, Pass, SeatProject

TICKET = timedelta(minutes=1)
SESSION = timedelta(hours=12)


@dataclass(frozen=True)
class Holder:
    """Whoever holds a session at the gateway of one Label Studio, and her account there."""

    rater_id: int
    server_id: int
    account_id: int
    ls_user_id: int
    email: str
    language: str


def issue(*, project: SeatProject, by, app_session: str) -> str:
    """A ticket for her own project. Raises Refused."""
    roles.require(access.may_open(by, project))
    now, ticket = timezone.now(), secrets.token_urlsafe(32)
    ended = Q(ends_at__lt=now) | Q(used_at=None, ticket_until__lt=now)
    Pass.objects.filter(ended, rater=project.seat.rater_id).delete()
    Pass.objects.create(
        rater=project.seat.rater, project=project, ticket_digest=_digest(ticket), ticket_until=now + TICKET,
        ends_at=now + SESSION, app_session=app_session,
    )  # fmt: skip
    return ticket


def enter(ticket: str, server_id: int) -> tuple[str, int] | None:
    """Exchange a ticket: (the session, Label Studio's id of the project it leads to). None: used, too old, unknown, or
    for the gateway of another server.
    """
    now, session = timezone.now(), secrets.token_urlsafe(32)
    fresh = Pass.objects.filter(
        ticket_digest=_digest(ticket), used_at=None, ticket_until__gt=now, project__server=server_id,
        project__project_id__isnull=False,
    )  # fmt: skip
    if not fresh.update(used_at=now, session_digest=_digest(session)):
        return None
    return session, Pass.objects.values_list("project__project_id", flat=True).get(
        session_digest=_digest(session)
    )


def holder(session: str, server_id: int) -> Holder | None:
    """Who holds this session at the gateway of this server; None where it has ended, here or on our pages, or she no
    longer is an annotator.
    """
    held = Pass.objects.filter(
        session_digest=_digest(session), ends_at__gt=timezone.now(), project__server=server_id
    )
    found = held.select_related("rater__user").first()
    if found is None or not roles.may_annotate(found.rater.user) or not _is_logged_in(found):
        return None
    account = Account.objects.filter(rater=found.rater, server=server_id, ls_user_id__isnull=False).first()
    if account is None:
        return None
    return Holder(
        found.rater_id, server_id, account.pk, account.ls_user_id, account.email, found.rater.user.language
    )


def _is_logged_in(one: Pass) -> bool:
    """Her session on our pages is there, and still hers: a changed password ends it."""
    kept = import_module(settings.SESSION_ENGINE).SessionStore(one.app_session).load()
    user = one.rater.user
    same = secrets.compare_digest(kept.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash())
    return kept.get(SESSION_KEY) == str(user.pk) and same


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()
