"""Which runs have work that nobody is at."""

from django.db.models import Exists, OuterRef

from synthesis.claiming import end_leases_of_the_dead
from synthesis.models import Instance, Run

EVERY = 15.0


def runs_with_work(*, but=(), most: int | None = None) -> list[Run]:
    """Open runs with instances that are planned or whose lease ran out, the oldest first."""
    claimable = Instance.objects.claimable().filter(run=OuterRef("pk"))
    found = Run.objects.open().filter(Exists(claimable)).exclude(pk__in=but).order_by("serial")
    return list(found[:most])


def runs_to_wake() -> list[int]:
    """Their ids, after what killed processes of this machine held was given back."""
    end_leases_of_the_dead()
    return [run.pk for run in runs_with_work()]
