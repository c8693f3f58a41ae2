"""Further Label Studios beside the environment's own. A token is never stored, only the variable that holds it."""

import re

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import roles
from review import access, trail
from review.label_studio import connecting
from review.label_studio.gateway.origins import origin
from review.models import ENVIRONMENT, Server
from synthesis.trail import address

# A token is sent to the address that stands beside it: by another name a lead could have any secret sent to hers.
_TOKEN_NAME = re.compile(r"LABEL_STUDIO_TOKEN_[A-Z0-9_]+")


class CannotConnect(ValueError):
    """The server cannot be saved like this; `field` says where, the message why."""

    def __init__(self, field: str, message: str):
        super().__init__(message)
        self.field = field


@transaction.atomic
def save_server(
    *, name: str, url: str, token_env: str, public_url: str = "", gateway_url: str = "", by
) -> Server:
    """Add a server, or say where one is now; what is under way there goes on there."""
    roles.require(access.may_connect(by))
    if name == ENVIRONMENT:
        raise CannotConnect("name", _("This one comes from the environment; choose another name."))
    if not _TOKEN_NAME.fullmatch(token_env):
        reason = _("The name must begin with LABEL_STUDIO_TOKEN_, such as LABEL_STUDIO_TOKEN_WARD: other variables "
                   "are not for sending.")  # fmt: skip
        raise CannotConnect("token_env", reason)
    given = {"url": url.rstrip("/"), "public_url": public_url.rstrip("/"), "token_env": token_env}
    given["gateway_url"] = _origin(gateway_url)
    _require_new(name, given)
    there = Server.objects.select_for_update().filter(name=name).first()
    before = _told(there) if there else {}
    try:
        with transaction.atomic():
            server, _made = Server.objects.update_or_create(name=name, defaults=given)
    except IntegrityError:
        raise CannotConnect("url", _("Another server has this address.")) from None
    trail.record_server(verb="save_server", name=name, by=by, before=before, after=_told(server))
    return server


@transaction.atomic
def offer_server(*, server: Server, offered: bool, by) -> Server:
    """Whether new rounds may be put on this server; what is under way there goes on either way."""
    roles.require(access.may_connect(by))
    was = Server.objects.filter(pk=server.pk, retired_at__isnull=not offered)
    if was.update(retired_at=None if offered else timezone.now()):
        told = {"before": {"new_rounds": not offered}, "after": {"new_rounds": offered}}
        trail.record_server(verb="offer_server", name=server.name, by=by, **told)
    server.refresh_from_db()
    return server


def _origin(gateway_url: str) -> str:
    try:
        return origin(gateway_url) if gateway_url else ""
    except ValueError:
        reason = _("Give a host or a port of its own, without a path, as in https://judge2.example.org.")
        raise CannotConnect("gateway_url", reason) from None


def _require_new(name: str, given: dict[str, str]) -> None:
    """Two rows for one server would tell its ids apart although they are the same."""
    for other in Server.objects.exclude(name=name):
        place = connecting.place(other)
        if place.url.rstrip("/") == given["url"]:
            raise CannotConnect("url", _("This is the address of “%s”.") % other.name)
        if given["gateway_url"] and place.gateway_url.rstrip("/") == given["gateway_url"]:
            raise CannotConnect("gateway_url", _("This is the gateway of “%s”.") % other.name)


def _told(server: Server) -> dict:
    kept = {
        "address": address(server.url),
        "key_env": server.token_env,
        "new_rounds": server.retired_at is None,
    }
    return kept | ({"gateway": address(server.gateway_url)} if server.gateway_url else {})
