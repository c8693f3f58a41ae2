"""Named people, and what every test shares. Ana edits, Ben and Chloe review, Dan adjudicates,
Eve must be refused, Lena leads."""

import pytest

from accounts.models import Grant, ReviewerRecord, Role, User
from tests import emptying

pytest_plugins = ["tests.plugin_suites", "tests.parts.fixtures"]

PASSWORD = "a long enough password"

emptying.instead_of_flushing()


def person(name: str, *roles: str) -> User:
    user = User.objects.create_user(f"{name.lower()}@example.org", PASSWORD, name=name)
    for role in roles:
        Grant.objects.create(user=user, role=role)
    if Role.ANNOTATOR in roles or Role.ADJUDICATOR in roles:
        ReviewerRecord.objects.create(
            user=user, n=1, profession="psychotherapist", years=9, languages=["en"], terms_version="2026-11"
        )
    return user


@pytest.fixture
def ana(db):
    return person("Ana", Role.CLINICIAN)


@pytest.fixture
def amir(db):
    """A second clinician, for four-eyes."""
    return person("Amir", Role.CLINICIAN)


@pytest.fixture
def ben(db):
    return person("Ben", Role.ANNOTATOR)


@pytest.fixture
def chloe(db):
    return person("Chloe", Role.ANNOTATOR)


@pytest.fixture
def dan(db):
    return person("Dan", Role.ADJUDICATOR)


@pytest.fixture
def eve(db):
    return person("Eve")


@pytest.fixture
def lena(db):
    return person("Lena", Role.LEAD)


@pytest.fixture
def log_in(client):
    def as_(user):
        client.force_login(user)
        return client

    return as_
