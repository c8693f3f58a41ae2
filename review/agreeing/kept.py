"""A round's figures, computed once for each change and kept: who computes them when, and how old they are.

Whatever they are computed from has a name: the round, how many decisions it has, and when its resolutions open. While new
ones are computed the older ones are shown and said to be older.
"""

import time
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from accounts.digesting import digest
from accounts.identity import public_id
from review.agreeing.packing import packed, unpacked
from review.agreeing.table import Judged
from review.models import Decision, KeptFigures, Round
from synthesis.adding_up import added_up

# Goes up when the same judgements are to be computed anew. What was kept in another format is not there: it could lack what
# a page asks for.
FORMAT = 3
TABLE = f"table-{FORMAT}"
# So many decisions are computed while the page is asked for; more by a worker.
AT_ONCE = 5_000


def decided(round: Round) -> int:
    """How many decisions of any kind the round has. They only come: what was counted once is not counted again."""
    found = added_up(
        Decision,
        lambda after, upto: _rows(after, upto),
        grouped_by="item__round",
        sums={"n": Count("pk")},
        key=f"review.decided.{public_id('review.decided')}",
        stored="received_at",
    )
    return found.get(round.pk, {"n": 0})["n"]


def _rows(after: int, upto: int | None):
    rows = Decision.objects.filter(pk__gt=after)
    return rows if upto is None else rows.filter(pk__lte=upto)


@dataclass(frozen=True)
class State:
    """`name`: of what there is to compute from; `decisions`: how many."""

    name: str
    decisions: int


def state_of(round: Round) -> State:
    n = decided(round)
    about = [FORMAT, str(round.public_id), n, str(round.resolutions_from), round.state]
    return State(digest(about), n)


@dataclass(frozen=True)
class Kept:
    """`judgements` that counted, of so many `decisions` of any kind; `is_current`: nothing has come since `at`. `asked`:
    {arm: the questions that anybody answered}.
    """

    round: Round
    at: datetime
    judgements: int
    decisions: int
    seconds: float
    asked: dict[str, list[str]]
    is_current: bool

    def part(self, name: str):
        """Of review.agreeing.computing.computed."""
        return unpacked(self._body(name))

    @cached_property
    def table(self) -> Judged:
        return Judged.from_bytes(self._body(TABLE))

    def _body(self, name: str) -> bytes:
        rows = KeptFigures.objects.filter(round=self.round, part=name).values_list("body", flat=True)
        return bytes(rows.get())


def kept(round: Round, state: State | None = None) -> Kept | None:
    """What was computed last, if anything was."""
    columns = ("at", "judgements", "decisions", "seconds", "asked", "state")
    row = KeptFigures.objects.filter(round=round, part=TABLE).values_list(*columns).first()
    if row is None:
        return None
    *about, name = row
    return Kept(round, *about, name == (state or state_of(round)).name)


def renew(round: Round) -> Kept:
    """Compute, and keep in the place of what was kept. A second run does no harm."""
    from review.agreeing.computing import computed  # it loads SciPy

    state, begun = state_of(round), time.perf_counter()
    table, parts = computed(round)
    bodies = {TABLE: table.to_bytes()} | {name: packed(one) for name, one in parts.items()}
    about = {
        "at": timezone.now(), "judgements": table.n, "decisions": state.decisions,
        "seconds": time.perf_counter() - begun, "asked": {arm: table.asked(arm) for arm in table.arms()},
    }  # fmt: skip
    with transaction.atomic():
        KeptFigures.objects.filter(round=round, part__startswith="table").exclude(part=TABLE).delete()
        for name, body in bodies.items():
            KeptFigures.objects.update_or_create(
                round=round, part=name, defaults=about | {"state": state.name, "body": body}
            )
    return Kept(round, *about.values(), is_current=True)


def current(round: Round) -> Kept:
    """Computed now, where it is not kept: for whoever can wait."""
    state = state_of(round)
    found = kept(round, state)
    return found if found and found.is_current else renew(round)


def needs_a_worker(state: State) -> bool:
    return state.decisions > AT_ONCE
