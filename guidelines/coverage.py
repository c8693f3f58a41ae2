"""A slot: what became of each pair in synthesis and review. Filled only in config/wiring.py."""

from collections.abc import Callable
from dataclasses import dataclass

from guidelines.models import Guideline


@dataclass(frozen=True)
class Coverage:
    """Instances made from a pair and their settled verdicts; agreement with its interval where defined."""

    made: int = 0
    accepted: int = 0
    edited: int = 0
    rejected: int = 0
    agreement: float | None = None
    interval: tuple[float, float] | None = None
    n: int = 0
    url: str = ""


_ask: Callable[[Guideline], dict[str, Coverage]] | None = None


def connect(ask: Callable[[Guideline], dict[str, Coverage]] | None):
    """Fill the slot; returns what was in it."""
    global _ask
    before, _ask = _ask, ask
    return before


def of(guideline: Guideline) -> dict[str, Coverage] | None:
    """Coverage by pair key; None while nothing is connected, and the page says so."""
    return None if _ask is None else _ask(guideline)
