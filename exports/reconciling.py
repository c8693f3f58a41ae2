"""What the clock does for datasets and trainings: nothing waits for a message that was lost."""

from datetime import timedelta

from django.utils import timezone

from exports import leasing
from exports.models import Dataset, DatasetState, Node, TrainingRun, TrainingState
from exports.training import launch

PATIENCE = timedelta(seconds=60)


def reconcile(*, begin_again) -> dict[str, int]:
    """Requeue expired leases, announce what waits, and call `begin_again(dataset id)` for builds left behind.

    Returns how many of each. Nodes are only woken while one is there: otherwise messages would pile up, and a
    node that starts asks by itself.
    """
    now = timezone.now()
    expired = leasing.expire()
    announced = 0
    if Node.objects.filter(retired_at=None, seen_at__gte=now - 2 * PATIENCE).exists():
        for run in TrainingRun.objects.filter(state=TrainingState.QUEUED).order_by("serial"):
            announced += launch.announce(run)
    left = Dataset.objects.filter(state=DatasetState.BUILDING, made_at__lt=now - PATIENCE)
    unfinished = list(left.values_list("pk", flat=True))
    for dataset_id in unfinished:
        begin_again(dataset_id)
    return {"expired": expired, "announced": announced, "unfinished": len(unfinished)}
