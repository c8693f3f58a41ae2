"""A scripted model server, and a run that uses it. The engine writes from its own thread: real
transactions.
"""

import pytest

from synthesis import planning, running
from synthesis.llm import Patience
from tests.factories import client_profile, published_guideline
from tests.fakes.model_server import ModelServer

HASTE = Patience(budget=2.0, first_wait=0.02, longest_wait=0.1, timeout=1.0)


@pytest.fixture
def endpoint(transactional_db, settings):
    """Start scripted servers; the environment names the last one."""
    servers = []

    def start(script=None, **options) -> ModelServer:
        server = ModelServer(script, **options).__enter__()
        servers.append(server)
        settings.OPENAI_BASE_URL, settings.OPENAI_MODEL = server.url, "scripted"
        return server

    yield start
    for server in servers:
        server.__exit__()


@pytest.fixture
def plan(transactional_db):
    """Plan a run over a small guideline and invented clients."""

    def planned(n: int = 1, *, clients: int = 1, pairs="forcing-change", **options):
        version = options.pop("version", None) or published_guideline()
        profiles = options.pop("profiles", None) or [client_profile(f"client-{i}") for i in range(clients)]
        return planning.plan(
            recipe="supervised_dialogue",
            version=version,
            profiles=profiles,
            pairs=pairs,
            samples=n,
            **options,
        )

    return planned


@pytest.fixture
def drive():
    def driven(run, **options):
        return running.drive(run, patience=options.pop("patience", HASTE), **options).tally

    return driven
