"""Some clients' records must not leave this machine, or may be sent to endpoints that they name and to no other; an excerpt
of a real session leaves when a person has confirmed that it tells of nobody, and not before.
"""

import ipaddress
from collections.abc import Iterable
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from synthesis import cast
from synthesis.faults import NoEndpoint
from synthesis.models import Endpoint, InstanceState, Profile, ProfileKind, Run


class MustNotLeave(NoEndpoint):
    """A client's record would be sent to where it must not go; nothing was sent."""


def refuse(profiles: Iterable[Profile], endpoints: Iterable[Endpoint]) -> None:
    """Raises MustNotLeave, naming the first client and the endpoint. What the newest revision of a record says holds for
    all of them: it may have been bound after a run was planned with an earlier one.
    """
    profiles = list(profiles)
    keys = {profile.key for profile in profiles}
    current = Profile.objects.current().filter(may_leave_machine=False).order_by("key").defer("content")
    bound = [profile for profile in current if profile.key in keys]
    endpoints = list(endpoints)
    if unconfirmed := _unconfirmed({profile.pk for profile in profiles}):
        for endpoint in endpoints:
            if not _is_loopback(endpoint.base_url):
                told = {"who": unconfirmed, "where": endpoint}
                raise MustNotLeave(
                    _("“%(who)s” must not be sent to “%(where)s”: nobody has read and confirmed it yet.")
                    % told
                )
    for endpoint in endpoints:
        for profile in bound:
            if not _is_loopback(endpoint.base_url) and endpoint.name not in profile.allowed_endpoints:
                raise MustNotLeave(
                    _("“%(who)s” must not be sent to “%(where)s”.") % {"who": profile.key, "where": endpoint}
                )


def _unconfirmed(ids: set[int]) -> str:
    """The first excerpt among these revisions that nobody has confirmed, or nothing."""
    waiting = Profile.objects.filter(kind=ProfileKind.EXCERPT, source_text__confirmation=None).order_by("key")
    return next((key for key, pk in waiting.values_list("key", "pk") if pk in ids), "")


def endpoints_of(run: Run) -> dict[str, Endpoint]:
    """The endpoints that a run is about to use, by name. Asked again at every drive: an address may have changed
    since the run was planned. Raises NoEndpoint.
    """
    rows = cast.endpoints(run.model_specs)
    left = run.instances.filter(state__in=[InstanceState.PLANNED, InstanceState.MAKING])
    refuse(Profile.objects.filter(pk__in=left.values("profile")).only("key"), rows.values())
    return rows


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
