"""A slot: what became of each pair in synthesis and review. Filled only in config/wiring.py."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from accounts.roles import Answer
from guidelines import access
from guidelines.models import Guideline


@dataclass(frozen=True)
class Share:
    """`part` of `n` sessions. `value`: weighted where sessions were chosen with unequal chances. `interval`: at
    95 %, None from fewer than five clients.
    """

    part: int
    n: int
    clients: int
    value: float
    interval: tuple[float, float] | None = None


@dataclass(frozen=True)
class Figure:
    """A coefficient with its interval; what is undefined, or has none, says so in `note`."""

    value: float | None
    interval: tuple[float, float] | None = None
    note: str = ""


@dataclass(frozen=True)
class Agreement:
    """Krippendorff's alpha; with its interval, AC1, the share of agreeing pairs and the counts where asked for."""

    alpha: Figure
    ac: Figure = Figure(None)
    same: Figure = Figure(None)
    n: int = 0
    clients: int = 0
    raters: int = 0
    ratings: int = 0
    missing: float = 0.0


@dataclass(frozen=True)
class Coverage:
    """Sessions made from a pair, and what people settled of them in closed rounds. None: not recorded.

    `corrected`: edited or rejected; `expected`: that share drawn toward the mean of all pairs; `others`: the share
    among all other pairs; `stands_out`: above it by more than chance explains. `showed`: the planned mistake was
    found by readers without the draft. `missed`: what they found is not in the supervisor's draft; `missed_told`:
    the same where the supervisor had been told that it would be there.
    """

    made: int = 0
    accepted: int = 0
    edited: int = 0
    rejected: int = 0
    undecided: int = 0
    corrected: Share | None = None
    expected: float | None = None
    others: float | None = None
    stands_out: bool = False
    agreement: Agreement | None = None
    agreement_unaided: Agreement | None = None
    showed: Share | None = None
    missed: Share | None = None
    missed_told: Share | None = None
    versions: tuple[int, ...] = ()
    corrections: int = 0  # words of reviewers that were approved in place of the draft's
    url: str = ""  # where they are read

    @property
    def settled(self) -> int:
        return self.accepted + self.edited + self.rejected


Ask = Callable[[Guideline, Collection[str] | None, bool], dict[str, Coverage]]
_ask: Ask | None = None
_standing_out: Callable[[Guideline], list[str]] | None = None
_sways: Callable[..., Answer] | None = None


def connect(
    ask: Ask | None,
    standing_out: Callable[[Guideline], list[str]] | None = None,
    sways: Callable[..., Answer] | None = None,
):
    """Fill the slot; returns what was in it. `ask(guideline, keys, alphas)`: as `of`. `standing_out(guideline)`: as
    here. `sways(user, guideline)` answers no, with the reason, to whoever still judges by this guideline.
    """
    global _ask, _standing_out, _sways
    before = _ask, _standing_out, _sways
    _ask, _standing_out, _sways = ask, standing_out, sways
    return before


def connected() -> bool:
    return _ask is not None


def may_see(user, guideline: Guideline) -> Answer:
    """Not for those who judge, whom it would sway, whatever else they are."""
    if not (answer := access.may_see_numbers(user)):
        return answer
    return _sways(user, guideline) if _sways else Answer()


def of(
    guideline: Guideline, keys: Collection[str] | None = None, *, alphas: bool = False
) -> dict[str, Coverage] | None:
    """Coverage by key, of these pairs. Without `keys` of every pair that has any, and then of the agreement at most
    the estimate of alpha, where `alphas` are asked for. None while nothing is connected, and the page says so.
    """
    return None if _ask is None else _ask(guideline, keys, alphas)


def standing_out(guideline: Guideline) -> list[str]:
    """Keys of the pairs that reviewers keep correcting, the most corrected first."""
    return _standing_out(guideline) if _standing_out else []
