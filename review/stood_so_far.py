"""Where the items of a round stand, counted: changes only come, so what was added up once is not added up again."""

from dataclasses import dataclass, replace

from django.db.models import Count, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce

from accounts.identity import public_id
from review.models import Item, Preferred, Round, StandingState, Stood, Verdict
from synthesis.adding_up import added_up

OUTCOMES = (*Verdict.values, *Preferred.values)


@dataclass(frozen=True)
class Counted:
    """Items settled, and in dispute; and of the settled ones how many to which outcome, where it is one of OUTCOMES.
    `erased`: those that were neither settled nor will be, as what they were made of was erased.
    """

    settled: int = 0
    disputed: int = 0
    outcomes: dict[str, int] | None = None
    erased: int = 0

    def of(self, *wanted: str) -> dict[str, int]:
        return {name: n for name in wanted if (n := (self.outcomes or {}).get(name))}


NOTHING = Counted()


def stood_so_far() -> dict[int, Counted]:
    """{round: how its items stand}; one of which nothing was judged is absent."""
    sums = _sums("settled", state="settled") | _sums("disputed", state="disputed")
    for outcome in OUTCOMES:
        sums |= _sums(outcome, outcome=outcome)
    found = added_up(
        Stood,
        _rows,
        grouped_by="item__round",
        sums=sums,
        # By the installation, whose database it is that numbers the rows.
        key=f"review.stood_so_far.{public_id('review.stood_so_far')}",
    )
    stood = {round: _counted(sums) for round, sums in found.items()}
    for round, state, n in _erased():
        own = stood.get(round, NOTHING)
        disputed = own.disputed - (n if state == StandingState.DISPUTED else 0)
        stood[round] = replace(own, disputed=disputed, erased=own.erased + n)
    return stood


def _erased() -> list[tuple[int, str, int]]:
    """[(round, how they stood, how many)] of what was erased before it was settled. There are few."""
    last = Stood.objects.filter(item=OuterRef("pk")).order_by("-n").values("state")[:1]
    items = Item.objects.erased().order_by().annotate(stands=Coalesce(Subquery(last), Value("open")))
    unsettled = items.exclude(stands=StandingState.SETTLED)
    # Those with known answers are sorted out here: asked for those without, SQLite reads all items to find the few.
    found = unsettled.values_list("round", "stands", "gold").annotate(n=Count("pk"))
    return [(round, stands, n) for round, stands, gold, n in found if gold is None]


def stood_of(round: Round) -> Counted:
    return stood_so_far().get(round.pk, NOTHING)


def _rows(after: int, upto: int | None):
    rows = Stood.objects.filter(pk__gt=after)
    return rows if upto is None else rows.filter(pk__lte=upto)


def _sums(name: str, **is_now: str) -> dict:
    was = {f"was{'' if field == 'state' else '_outcome'}": value for field, value in is_now.items()}
    return {name: Count("pk", filter=Q(**is_now)), f"{name}_before": Count("pk", filter=Q(**was))}


def _counted(sums: dict) -> Counted:
    now = {name: sums[name] - sums[f"{name}_before"] for name in ("settled", "disputed", *OUTCOMES)}
    return Counted(now["settled"], now["disputed"], {name: now[name] for name in OUTCOMES})
