"""A run over invented clients in an installation whose names are always the same, so that a seed tells everything."""

import uuid

import pytest

from accounts.models import Installation
from synthesis import planning
from synthesis.models import Endpoint, Run
from tests.factories import client_profile, published_guideline

NAMESPACE = uuid.UUID("5ca1ab1e-0000-4000-8000-000000000000")


@pytest.fixture
def planned(transactional_db, settings):
    """Plan so many sessions on the endpoint at the address, which is known to take a schema."""
    Installation.objects.create(pk=1, namespace=NAMESPACE)
    settings.OPENAI_MODEL = "scripted"

    def plan(sessions: int, url: str, *, concurrency: int = 32) -> Run:
        settings.OPENAI_BASE_URL = url
        Endpoint.objects.update_or_create(
            name="environment", defaults={"base_url": url, "probed": {"support": "honoured"}}
        )
        return planning.plan(
            recipe="supervised_dialogue", version=published_guideline(), pairs="all", limit=sessions, samples=sessions,
            profiles=[client_profile(f"client-{n}") for n in range(4)], concurrency=concurrency,
        )  # fmt: skip

    return plan
