"""Where the Label Studios of this installation are. The environment fills the first one; Settings adds others."""

import hashlib
import hmac
import os
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from review.label_studio.client import LabelStudio
from review.models import ENVIRONMENT, Round, Server


class NotConnected(RuntimeError):
    """This Label Studio is not set; what there is to send waits."""


@dataclass(frozen=True)
class Place:
    """Where one server answers: to us, to browsers of reviewers who have an account there, and through the gateway."""

    url: str
    public_url: str
    gateway_url: str
    token: str

    @property
    def is_set(self) -> bool:
        return bool(self.url and self.token)


def first() -> Server:
    """The one that the environment fills, set or not."""
    return Server.objects.get_or_create(name=ENVIRONMENT)[0]


def place(server: Server) -> Place:
    if server.name == ENVIRONMENT:
        return Place(
            settings.LABEL_STUDIO_URL, settings.LABEL_STUDIO_PUBLIC_URL.rstrip("/"),
            settings.LABEL_STUDIO_GATEWAY_URL, settings.LABEL_STUDIO_TOKEN,
        )  # fmt: skip
    token = os.environ.get(server.token_env, "").strip()
    url = server.url.rstrip("/")
    return Place(url, server.public_url.rstrip("/") or url, server.gateway_url.rstrip("/"), token)


def known() -> list[Server]:
    """All there are, the environment's first."""
    found = sorted(Server.objects.order_by("pk"), key=lambda server: server.name != ENVIRONMENT)
    return found if found and found[0].name == ENVIRONMENT else [first(), *found]


def servers() -> list[Server]:
    """All that are set."""
    return [server for server in known() if place(server).is_set]


def for_new_rounds() -> list[Server]:
    """Those that a lead may choose from; where none is set, the environment's, and what there is to send waits."""
    everything = known()
    return [s for s in everything if place(s).is_set and s.retired_at is None] or everything[:1]


def of_round(round: Round) -> Server:
    """The one that holds the round's projects."""
    server = Server.objects.filter(projects__seat__round=round).first()
    return server or for_new_rounds()[0]


def connected(server: Server | None = None) -> LabelStudio:
    server = server or first()
    found = place(server)
    if found.is_set:
        return LabelStudio(found.url, found.token)
    if server.name == ENVIRONMENT:
        raise NotConnected(_("No Label Studio is connected: set LABEL_STUDIO_URL and LABEL_STUDIO_TOKEN."))
    raise NotConnected(
        _("The environment variable %(name)s is empty: it holds the token of the Label Studio “%(server)s”.")
        % {"name": server.token_env, "server": server.name}
    )


def hook_secret(server: str) -> str:
    """What the webhooks of the server of this name carry; each has its own, so that nobody's members can speak for
    another.
    """
    secret = settings.LABEL_STUDIO_WEBHOOK_SECRET
    if server == ENVIRONMENT:
        return secret
    return hmac.new(secret.encode(), server.encode(), hashlib.sha256).hexdigest()
