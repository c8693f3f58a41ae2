"""/healthz: the process answers. /readyz: each part it needs, with its state; none of them holds a secret."""

import time
from collections.abc import Callable

import httpx
import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from review.label_studio import connecting
from synthesis import cast

TIMEOUT = 3.0


def _state(ok: bool | None, message: str = "", **more) -> dict:
    return {"state": {True: "ok", False: "down", None: "not connected"}[ok], "message": message, **more}


def database() -> dict:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
    except DatabaseError as error:
        return _state(False, type(error).__name__)
    return _state(True, connection.vendor)


def broker() -> dict:
    if not settings.REDIS_URL:
        return _state(None, _("No broker is set: nothing is made in the background."))
    try:
        client = redis.Redis.from_url(
            settings.REDIS_URL, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT
        )
        client.ping()
    except redis.RedisError as error:
        return _state(False, _why(error))
    return _state(True)


def label_studio() -> dict:
    """Of all servers, the first that does not answer."""
    return _of_all(
        lambda place: place.url and place.url.rstrip("/") + "/health", _("No Label Studio address is set.")
    )


def gateway() -> dict:
    return _of_all(
        lambda place: place.gateway_url and place.gateway_url + "/healthz",
        _("No gateway is set: reviewers cannot open Label Studio."),
    )


def _of_all(address: Callable[[connecting.Place], str], none_set: str) -> dict:
    try:
        places = [(server.name, connecting.place(server)) for server in connecting.known()]
    except DatabaseError as error:
        return _state(False, f"unknown: the database is down ({type(error).__name__})")
    states = [(name, _answers(found)) for name, place in places if (found := address(place))]
    for name, state in states:
        if state["state"] == "down":
            return {
                **state,
                "message": f"{name}: {state['message']}" if len(states) > 1 else state["message"],
            }
    return states[0][1] if states else _state(None, none_set)


def model_endpoint() -> dict:
    """Of all endpoints that are asked now or would be by the next run, the first that does not answer."""
    try:
        addresses = cast.addresses_in_use()
    except DatabaseError as error:
        return _state(False, f"unknown: the database is down ({type(error).__name__})")
    if not addresses:
        return _state(None, _("No model endpoint is set."))
    for name, address in sorted(addresses.items()):
        # 401 counts as an answer: the endpoint is there; the settings page tests the key.
        state = _answers(address.rstrip("/") + "/models", accept={200, 401, 403, 404})
        if state["state"] == "down":
            return {**state, "message": f"{name}: {state['message']}"}
    return state


def _why(error: Exception) -> str:
    """The usual two in words, the rest by their name: an error's own text may hold an address with a secret."""
    if isinstance(error, httpx.TimeoutException | redis.TimeoutError):
        return _("no answer within %(n)d seconds") % {"n": TIMEOUT}
    if isinstance(error, httpx.ConnectError | redis.ConnectionError):
        return _("nothing answers at its address: is it started?")
    return type(error).__name__


def _answers(url: str, accept: set[int] | None = None) -> dict:
    try:
        status = httpx.get(url, timeout=TIMEOUT, follow_redirects=True).status_code
    except httpx.HTTPError as error:
        return _state(False, _why(error))
    return _state(status in (accept or {200}), f"HTTP {status}")


PARTS: dict[str, Callable[[], dict]] = {
    "database": database,
    "broker": broker,
    "label_studio": label_studio,
    "gateway": gateway,
    "model_endpoint": model_endpoint,
}


@require_safe
def process(request):
    return JsonResponse({"state": "ok"})


@require_safe
def ready(request):
    """200 when no part is down; a part that is not connected is named and does not count as down."""
    found = {}
    for name, check in PARTS.items():
        started = time.monotonic()
        found[name] = {**check(), "ms": round((time.monotonic() - started) * 1000)}
    down = any(part["state"] == "down" for part in found.values())
    return JsonResponse({"state": "down" if down else "ok", "parts": found}, status=503 if down else 200)
