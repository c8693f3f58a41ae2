"""A scripted model server, and a run that uses it. The engine writes from its own thread: real
transactions.
"""

import threading

import pytest
from django.db import connection

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


class Held:
    """A script that lets no request be answered until `release`. Counts how many are there at once: `most`, and
    `most_later` of those that came after the release.
    """

    def __init__(self):
        self.inside = self.most = self.later = self.most_later = 0
        self.came = []
        self._lock, self._open = threading.Lock(), threading.Event()

    def __call__(self, number, body):
        with self._lock:
            is_later = self._open.is_set()
            self.came.append(body)
            self.inside, self.later = self.inside + 1, self.later + is_later
            self.most, self.most_later = max(self.most, self.inside), max(self.most_later, self.later)
        assert self._open.wait(60), "nobody released it"
        with self._lock:
            self.inside, self.later = self.inside - 1, self.later - is_later

    def release(self):
        with self._lock:
            self._open.set()


@pytest.fixture
def held():
    held = Held()
    yield held
    held.release()


@pytest.fixture
def beside():
    """Do something in a thread while the test goes on; `beside(work)` returns a function that waits for its result."""
    threads = []

    def start(work):
        done = []

        def worked():
            try:
                done.append(work())
            finally:
                connection.close()

        thread = threading.Thread(target=worked)
        thread.start()
        threads.append(thread)

        def result():
            thread.join(60)
            assert not thread.is_alive(), "it goes on"
            assert done, "it ended with a fault"
            return done[0]

        return result

    yield start
    for thread in threads:
        thread.join(60)
