"""What became of a session further down the road, which synthesis itself does not know."""

from collections.abc import Callable


def _not_connected(user, instance) -> list[str] | None:
    return None


# A slot, filled in config/wiring.py by review.
_of: Callable[..., list[str] | None] = _not_connected


def connect(of: Callable[..., list[str] | None]) -> None:
    """`of(user, instance)`: sentences that this person may read about what became of the session."""
    global _of
    _of = of


def of(user, instance) -> list[str] | None:
    """None: nobody is connected who could tell."""
    return _of(user, instance)
