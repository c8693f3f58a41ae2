"""A slot: where a proposal that came out of a review came from. Filled in config/wiring.py."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from uuid import UUID

from guidelines.models import Guideline, Proposal


@dataclass(frozen=True)
class Origin:
    """Public ids of the session and the judgement, which mean nothing here, and who wrote the words there."""

    instance: UUID
    decision: UUID
    words_by: object | None = None


@dataclass(frozen=True)
class Place:
    label: str
    url: str


def _nowhere(user, proposal: Proposal) -> Place | None:
    return None


def _judges_nothing(user) -> Collection[UUID]:
    return ()


def _no_corrections(user, guideline: Guideline) -> Place | None:
    return None


def _nobody_judges() -> Collection[UUID]:
    return ()


_slots = (_nowhere, _judges_nothing, _no_corrections, _nobody_judges)


def connect(
    back: Callable[[object, Proposal], Place | None],
    hidden: Callable[[object], Collection[UUID]],
    corrections: Callable[[object, Guideline], Place | None],
    judged: Callable[[], Collection[UUID]] = _nobody_judges,
):
    """`back`: the way to the session of a proposal, if this person may go there. `hidden`: the sessions that
    she has still to judge, as a set or as a query that another one may hold. `corrections`: where more
    corrections wait to be proposed. Returns what was in the slots.
    """
    global _slots
    before, _slots = _slots, (back, hidden, corrections, judged)
    return before


def back(user, proposal: Proposal) -> Place | None:
    return _slots[0](user, proposal) if proposal.instance else None


def hidden(user) -> Collection[UUID]:
    """Sessions that she has still to judge: a proposal out of one would tell her what others found there."""
    return _slots[1](user)


def corrections(user, guideline: Guideline) -> Place | None:
    return _slots[2](user, guideline)


def judged() -> Collection[UUID]:
    """Sessions that anybody judges in an open round: whoever reads the draft would learn what was found there."""
    return _slots[3]()
