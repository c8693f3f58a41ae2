"""The access table: every address, and which roles get in. It is generated from the URL resolver:
an address that is not in the table fails, and so does one whose answer differs from the table."""

import uuid

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import Role
from tests.access_table import PUBLIC, ROLES, TABLE

pytestmark = pytest.mark.django_db

SAMPLES = {
    "uuid": str(uuid.UUID(int=0)),
    "slug": "nothing",
    "str": "nothing",
    "int": "0",
    "path": "nothing",
}


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


def entered(client, path: str) -> bool:
    """The person got past the door: anything but a refusal or the way to the login page."""
    answer = client.get(path)
    # /readyz says with 503 that a part of the installation is missing; no other page may break.
    assert answer.status_code < 500 or path == "/readyz", f"{path} answered {answer.status_code}"
    if answer.status_code in (301, 302):
        return "/login/" not in answer.headers["Location"]
    return answer.status_code not in (401, 403)


@pytest.mark.parametrize(("route", "pattern"), ALL, ids=[route or "/" for route, _ in ALL])
def test_only_the_roles_in_the_table_get_in(route, pattern, client, ana, ben, dan, eve, lena, settings):
    people = {Role.CLINICIAN: ana, Role.ANNOTATOR: ben, Role.ADJUDICATOR: dan, Role.LEAD: lena, "nobody": eve}
    assert set(people) == set(ROLES)
    path, allowed = path_of(route, pattern), TABLE[route]
    client.raise_request_exception = False
    assert entered(client, path) == (allowed is PUBLIC), f"{path} without logging in"
    for role, user in people.items():
        client.force_login(user)
        expected = allowed is PUBLIC or role in allowed
        assert entered(client, path) == expected, f"{path} as {role}"
