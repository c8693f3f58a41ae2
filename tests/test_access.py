"""The access table: every address, and which roles get in. It is generated from the URL resolver:
an address that is not in the table fails, and so does one whose answer differs from the table."""

import html
import re
import uuid
from contextlib import nullcontext

import pytest
from django.db import connection
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.models import Role
from review.label_studio import connecting, webhook
from review.label_studio.sending import HOOK_HEADER
from review.models import ENVIRONMENT
from tests.access_table import HOOK, PUBLIC, ROLES, TABLE, WHY, WRITING

pytestmark = pytest.mark.django_db

SAMPLES = {
    "uuid": str(uuid.UUID(int=0)),
    "slug": "nothing",
    "str": "nothing",
    "int": "0",
    "path": "nothing",
}
WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE)\b", re.I)


def addresses(patterns=None, prefix=""):
    """Yield (route, pattern) of every URL pattern."""
    for pattern in patterns if patterns is not None else get_resolver().url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            yield route, pattern


def path_of(route: str, pattern: URLPattern) -> str:
    path = "/" + route
    for name, converter in pattern.pattern.converters.items():
        kind = type(converter).__name__.removesuffix("Converter").lower().replace("string", "str")
        for written in (f"<{kind}:{name}>", f"<{name}>"):
            path = path.replace(written, SAMPLES.get(kind, "nothing"))
    # Converters made by parent resolvers carry their names in the route.
    while "<" in path:
        start, end = path.index("<"), path.index(">")
        kind = path[start + 1 : end].split(":")[0] if ":" in path[start:end] else "str"
        path = path[:start] + SAMPLES.get(kind, "nothing") + path[end + 1 :]
    return path


ALL = list(addresses())


def test_every_address_is_in_the_table():
    missing = sorted({route for route, _ in ALL} - set(TABLE))
    assert not missing, f"add to tests/access_table.py: {missing}"


def test_the_table_names_no_address_that_is_gone():
    assert not sorted(set(TABLE) - {route for route, _ in ALL})


def is_past_the_door(answer, path: str) -> bool:
    """Anything but a refusal or the way to the login page."""
    # /readyz says with 503 that a part of the installation is missing; no other page may break.
    assert answer.status_code < 500 or path == "/readyz", f"{path} answered {answer.status_code}"
    if answer.status_code in (301, 302):
        return "/login/" not in answer.headers["Location"]
    return answer.status_code not in (401, 403)


def gives_its_reason(answer, allowed) -> bool:
    """The refused person reads why, on a page or as JSON."""
    said = html.unescape(answer.content.decode())
    return any(reason in said for reason in WHY[frozenset(allowed)])


def without_writing(execute, sql, params, many, context):
    """Whoever is turned away leaves nothing behind but, with the page's words, a session."""
    written = WRITES.match(sql)
    assert not written or "django_session" in sql, sql
    return execute(sql, params, many, context)


@pytest.mark.parametrize(("route", "pattern"), ALL, ids=[route or "/" for route, _ in ALL])
def test_only_the_roles_in_the_table_get_in(route, pattern, client, ana, ben, dan, eve, lena):
    """Every role and nobody at all, reading and writing: in or out as the table says, and out with the reason."""
    people = {Role.CLINICIAN: ana, Role.ANNOTATOR: ben, Role.ADJUDICATOR: dan, Role.LEAD: lena, "nobody": eve}
    assert set(people) == set(ROLES)
    path, client.raise_request_exception = path_of(route, pattern), False
    # A page knows GET and POST; any other method is for it as POST is.
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE") if route.startswith("api/") else ("GET", "POST"):
        allowed = WRITING.get((method, route), TABLE[route])
        client.logout()
        answer = client.generic(method, path)
        # Without the secret the hook is shut to everybody; the test below brings it.
        is_hook = route.startswith("hooks/") and method == "POST"
        if route == "logout/" and method == "POST":
            continue  # it leads to the login page whoever asks
        assert is_past_the_door(answer, path) == (allowed is PUBLIC and not is_hook), (
            f"{method} {path}: no login"
        )
        for role, user in people.items():
            client.force_login(user)
            expected = allowed is PUBLIC or role in allowed
            with connection.execute_wrapper(without_writing) if not expected else nullcontext():
                answer = client.generic(method, path)
            if not expected and answer.status_code == 405:
                continue  # nobody may: there is no such act
            assert is_past_the_door(answer, path) == (expected and not is_hook), f"{method} {path} as {role}"
            assert expected or gives_its_reason(answer, allowed), (
                f"{method} {path} as {role}: {answer.content}"
            )


@pytest.mark.parametrize(("sent", "status", "why"), HOOK, ids=[sent for sent, *_ in HOOK])
def test_the_hook_opens_to_its_servers_secret_alone(client, db, sent, status, why):
    secret, elsewhere = connecting.hook_secret(ENVIRONMENT), connecting.hook_secret("ward")
    headers = {
        "a wrong secret": {HOOK_HEADER: "guessed"}, "no secret": {}, "another server's secret": {HOOK_HEADER: elsewhere},
    }.get(sent, {HOOK_HEADER: secret})  # fmt: skip
    body = b"{}" if status != 413 else b"x" * (webhook.MOST_BYTES + 1)
    url = reverse("label_studio_hook")
    assert client.post(url, body, content_type="application/json", headers=headers).status_code == status, why
    assert client.get(url, headers=headers).status_code == 405
    if sent == "another server's secret":
        there = reverse("label_studio_hook_of", args=["ward"])
        assert client.post(there, body, content_type="application/json", headers=headers).status_code == 202
