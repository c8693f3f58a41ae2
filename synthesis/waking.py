"""Which runs have work that nobody is at."""

from synthesis.claiming import end_leases_of_the_dead
from synthesis.models import Instance

EVERY = 15.0


def runs_to_wake() -> list[int]:
    """Ids of open runs with instances that are planned or whose lease ran out."""
    end_leases_of_the_dead()
    return sorted(set(Instance.objects.claimable().order_by().values_list("run_id", flat=True)))
