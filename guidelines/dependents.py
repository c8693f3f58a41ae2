"""A slot: what was made under the versions before, and what of it another version makes stale. guidelines.touching
says what that means; apps to the right count it. Filled in config/wiring.py.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from guidelines.models import Guideline, Version
from guidelines.touching import Why


@dataclass(frozen=True)
class OfPair:
    """Sessions that were to show one pair, by how far they have come, and what is built on them; `url` lists them."""

    key: str
    name: str
    why: Why
    planned: int = 0
    made: int = 0
    out: int = 0
    settled: int = 0
    datasets: int = 0
    trainings: int = 0
    url: str = ""

    @property
    def sessions(self) -> int:
        return self.planned + self.made + self.out + self.settled


@dataclass(frozen=True)
class Dependents:
    """Stale by pair; reworded by pair, which are not stale; how many only the catalogue of mistakes touched; and the
    rounds that judge by the version before. `url`: the whole list, for those who may open it. `repeated`: how often a
    session that is stale through several pairs stands in the numbers by pair once more.
    """

    stale: list[OfPair] = field(default_factory=list)
    reworded: list[OfPair] = field(default_factory=list)
    repeated: int = 0
    touched: int = 0
    of_a_draft: bool = False
    rounds: int = 0
    rounds_url: str = ""
    url: str = ""

    @property
    def sessions(self) -> int:
        return sum(one.sessions for one in self.stale) - self.repeated

    def __bool__(self) -> bool:
        return bool(self.stale or self.reworded or self.touched or self.rounds)


Ask = Callable[[Version | None, Version, object], Dependents]
Where = Callable[[Guideline, object], str]

_ask: Ask | None = None
_where: Where | None = None


def connect(ask: Ask | None, where: Where | None = None):
    """Fill the slot; returns what was in it, as arguments for another call."""
    global _ask, _where
    before, (_ask, _where) = (_ask, _where), (ask, where)
    return before


def of(before: Version | None, after: Version, user) -> Dependents | None:
    """What `after`, a draft or a published version, makes stale that `before` did not; for the page of this person.
    None while nothing is connected, and the page says so.
    """
    return None if _ask is None else _ask(before, after, user)


def place(guideline: Guideline, user) -> str:
    """The address of the stale list; empty for who may not open it, and while nothing is connected."""
    return "" if _where is None else _where(guideline, user)
