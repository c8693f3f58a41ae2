"""What was given back leaves its reader's queue in Label Studio, and what was erased here leaves it whole."""

from datetime import timedelta

import structlog
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from review.erasing import erase_of
from review.label_studio.errors import LabelStudioError, Overtaken
from review.models import Reading, Round, RoundState, SeatProject, SendState, TaskToErase

log = structlog.get_logger(__name__)

# What was on its way when it was given back has arrived by then.
GRACE = timedelta(minutes=2)
MOST_AT_ONCE = 100  # in one sync: judgements wait for it


def remove_returned(round: Round, label_studio, *, alive=lambda lasting=None: None) -> int:
    """Take the tasks of what was given back out of the queues, where everything that was judged until then has been
    read; return how many. One that was judged there all the same stays, and what was said of it is kept as it came.
    """
    if round.state != RoundState.OPEN:
        return 0
    removed = 0
    for reading in _to_remove(round)[:MOST_AT_ONCE]:
        alive()
        try:
            gone = label_studio.remove_unjudged(reading.task_id)
        except Overtaken:
            raise
        except Exception as problem:  # of this task; the others go on, and it is tried again
            log.warning(
                "a task that was given back cannot be removed", task=reading.task_id, why=str(problem)[:200]
            )
            continue
        Reading.objects.filter(pk=reading.pk).update(send_state=SendState.REMOVED)
        removed += gone
    return removed


def erase_tasks(round: Round, label_studio, *, alive=lambda lasting=None: None) -> int:
    """Delete the tasks of what was erased here, whatever state the round is in; return how many are gone now."""
    gone = 0
    waiting = TaskToErase.objects.filter(reading__seat__round=round, gone_at=None).select_related(
        "reading__item"
    )
    for one in waiting[:MOST_AT_ONCE]:
        if one.reading.task_id is None:
            continue  # on its way: it is looked up first, and then has its number
        alive()
        try:
            label_studio.erase_task(one.reading.task_id)
        except LabelStudioError as problem:  # of this task; the others go on, and it is tried again
            log.warning("an erased task cannot be deleted", task=one.reading.task_id, why=str(problem)[:200])
            continue
        Reading.objects.filter(pk=one.reading_id).update(send_state=SendState.REMOVED)
        # What was judged there since the erasure has been read meanwhile, and goes too.
        with transaction.atomic():
            erase_of([one.reading.item.instance_id])
        TaskToErase.objects.filter(pk=one.pk).update(gone_at=timezone.now())
        gone += 1
    return gone


def _to_remove(round: Round):
    read_since = SeatProject.objects.filter(
        seat=OuterRef("seat"), form=OuterRef("item__arm"), read_at__gte=OuterRef("returned__at")
    )
    returned = Reading.objects.filter(
        Exists(read_since), seat__round=round, returned__at__lt=timezone.now() - GRACE, judged=False,
        send_state=SendState.SENT, task_id__isnull=False,
    )  # fmt: skip
    return returned.order_by("returned__at", "pk")
