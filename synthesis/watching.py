"""How far a run is, how fast, and what came in its way: read from the database alone, again and again while it runs.

No part reads a session: how many are in which state is counted in an index, at some milliseconds for 100,000 (rows are
counted and not ids, which that index does not hold); replies and hitches are added up once; of failures so many are read.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Max, Min, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from synthesis.adding_up import added_up
from synthesis.models import Hitch, HitchKind, Instance, InstanceState, Run, RunState
from synthesis.spending import Spent
from synthesis.spent_so_far import spent_so_far
from synthesis.steering import by_hand

# Sessions a minute are counted over so long, or since the first one was made.
WINDOW = timedelta(minutes=10)
# Of so many failures the reasons are read; a run in which more fail is looked at for other reasons.
MOST_FAILURES = 1000


@dataclass(frozen=True)
class Watched:
    """`rate`: sessions made in a minute, None while none was made lately; `seconds_left` as the rate has it."""

    run: Run
    counts: dict[str, int]
    rate: float | None
    seconds_left: float | None

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def left(self) -> int:
        return self.counts["planned"] + self.counts["making"]

    @property
    def done(self) -> int:
        return self.total - self.left

    @property
    def share(self) -> float:
        return 100 * self.done / self.total if self.total else 0.0

    @property
    def is_finished(self) -> bool:
        return not self.left

    @property
    def state(self) -> str:
        """What a person reads: a run of which nothing is left is finished, whatever was wanted of it."""
        if self.is_finished and self.run.state == RunState.OPEN:
            return "finished"
        return self.run.state


def counts(run: Run) -> dict[str, int]:
    """Instances of a run by state, every state named."""
    found = run.instances.order_by().values_list("state").annotate(n=Count("*"))
    return dict.fromkeys(InstanceState.values, 0) | dict(found)


def counts_of(runs: Iterable[Run]) -> dict[int, dict[str, int]]:
    """{id of a run: its counts}, of many runs in one query."""
    found = {run.pk: dict.fromkeys(InstanceState.values, 0) for run in runs}
    rows = (
        Instance.objects.filter(run__in=found).order_by().values_list("run", "state").annotate(n=Count("*"))
    )
    for run, state, n in rows:
        found[run][state] = n
    return found


def watched(run: Run) -> Watched:
    """Three queries."""
    by_state, now = counts(run), timezone.now()
    # Of the time in which it is worked at: not of a pause, nor of what comes after the end.
    began = run.drives.alive().aggregate(began=Min("began_at"))["began"]
    since = max(now - WINDOW, began) if began else now - WINDOW
    lately = run.instances.filter(made_at__gte=since)
    lately = lately.aggregate(n=Count("*"), first=Min("made_at"), last=Max("made_at"))
    rate = seconds_left = None
    # One alone tells nothing of how long the next one takes.
    until = now if began else lately["last"]
    if lately["n"] > 1 and until > lately["first"]:
        minutes = max((until - lately["first"]).total_seconds() / 60, 1 / 60)
        rate = (lately["n"] - 1) / minutes
        left = by_state["planned"] + by_state["making"]
        if run.state == RunState.OPEN and left and rate:
            seconds_left = 60 * left / rate
    return Watched(run, by_state, rate, seconds_left)


def failures(run: Run) -> list[tuple[int, str]]:
    """[(how many, why)] of MOST_FAILURES failures at most, most frequent first; five kinds."""
    # In the order of an index, which is an order of chance: all failures need not be sorted to read some of them.
    failed = run.instances.filter(state=InstanceState.FAILED).order_by("public_id")
    found = Counter(failed.values_list("failure", flat=True)[:MOST_FAILURES])
    return [(n, reason) for reason, n in found.most_common(5)]


def runs_ahead(found: Watched) -> list[Run]:
    """Where nothing of this run is in the making though it could be: the earlier runs that the workers are at."""
    run = found.run
    if run.state != RunState.OPEN or not found.counts["planned"] or found.counts["making"]:
        return []
    return list(Run.objects.at_work().filter(serial__lt=run.serial))


@dataclass(frozen=True)
class Bound:
    """One bound of a run's budget, and how much of it is spent; `share` in per cent, at most 100."""

    name: str
    label: str
    spent: float
    of: float

    @property
    def share(self) -> float:
        return min(100.0, 100 * self.spent / self.of)


def bounds(run: Run, so_far: Spent) -> list[Bound]:
    spent = {"money": float(so_far.money or 0), "tokens": so_far.tokens, "seconds": so_far.seconds}
    labels = {"money": _("money"), "tokens": _("tokens"), "seconds": _("time of work")}
    return [Bound(name, labels[name], spent[name], run.budget[name]) for name in labels if name in run.budget]


@dataclass(frozen=True)
class Worker:
    """A process that is at the run now; `endpoints` [(name, what it allows and why)]."""

    machine: str
    process: str
    since: object
    in_flight: int
    endpoints: list[tuple[str, dict]]


def workers(run: Run) -> list[Worker]:
    found = []
    for drive in run.drives.alive().order_by("began_at"):
        # machine:process:birth:chance, as claiming.worker_name makes it
        machine, process, *_rest = [*drive.worker.split(":"), "", ""]
        limits = sorted(drive.limits.items())
        found.append(Worker(machine[:6], process, drive.began_at, drive.in_flight, limits))
    return found


def hitches(run: Run) -> list[tuple[str, str, int]]:
    """[(kind, what it is called, how many)], most frequent first."""

    def rows(after: int, upto: int | None) -> QuerySet:
        found = run.hitches.filter(pk__gt=after) if after else run.hitches.all()
        return found if upto is None else found.filter(pk__lte=upto)

    key = f"hitches-of-run-{run.public_id}"
    found = added_up(Hitch, rows, grouped_by="kind", sums={"n": Count("pk")}, key=key)
    by_kind = sorted((-row["n"], kind) for kind, row in found.items())
    return [(kind, str(HitchKind(kind).label), -n) for n, kind in by_kind]


def progress(run: Run) -> dict:
    """All of it, for whoever watches: a page, or a program."""
    found, spent = watched(run), spent_so_far(run)
    return {
        "run": run,
        "watched": found,
        "spent": spent,
        "bounds": bounds(run, spent),
        "workers": workers(run),
        "hitches": hitches(run),
        "failures": failures(run) if found.counts["failed"] else [],
        "ahead": runs_ahead(found),
        "by_hand": by_hand(run),
    }
