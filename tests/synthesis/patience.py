"""Waiting in tests for what happens elsewhere, and an engine that is patient with a server that is held."""

import time

from synthesis.llm import Patience

LONG = Patience(budget=60.0, first_wait=0.02, longest_wait=0.1, timeout=60.0)


def until(happened, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.01)
