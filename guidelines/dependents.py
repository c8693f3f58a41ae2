"""A slot: what was made under a version and would be stale after a change. Filled in config/wiring.py."""

from collections.abc import Callable
from dataclasses import dataclass

from guidelines.models import Version


@dataclass(frozen=True)
class Dependents:
    """How many rows of one stage name one pair of the version; `key` is empty for the version as a whole."""

    stage: str
    key: str
    count: int
    url: str = ""


_ask: Callable[[Version], list[Dependents]] | None = None


def connect(ask: Callable[[Version], list[Dependents]] | None):
    """Fill the slot; returns what was in it."""
    global _ask
    before, _ask = _ask, ask
    return before


def of(version: Version) -> list[Dependents] | None:
    """What depends on the version; None while nothing is connected, and the page says so."""
    return None if _ask is None else _ask(version)
