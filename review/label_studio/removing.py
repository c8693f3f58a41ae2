"""What was given back leaves its reader's queue in Label Studio, and what was erased here leaves it whole."""

from datetime import timedelta

import structlog
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from review.erasing import erase_of
from review.label_studio.errors import LabelStudioError, Overtaken
from review.label_studio.losing import readings_of
from review.label_studio.sending import GRACE as SENDING_GRACE
from review.label_studio.sending import is_ours
from review.models import RawAnnotation, Reading, Round, RoundState, SeatProject, SendState, TaskToErase

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
    """Delete the tasks of what was erased here, whatever state the round is in; return for how many readings that is done
    now. What stays, as Label Studio cannot delete it just now, is tried again.
    """
    done = 0
    for project in SeatProject.objects.filter(seat__round=round).order_by("pk"):
        waiting = TaskToErase.objects.filter(reading__in=readings_of(project), gone_at=None)
        waiting = waiting.exclude(_on_its_way()).select_related("reading__item").order_by("pk")
        if waiting := list(waiting[: MOST_AT_ONCE - done]):
            alive()
            done += _erase_in(project, waiting, label_studio, alive)
    return done


def _on_its_way() -> Q:
    """Its request may still be stored there."""
    return Q(reading__send_state=SendState.SENDING, reading__sending_since__gt=timezone.now() - SENDING_GRACE)


def _erase_in(project: SeatProject, waiting: list[TaskToErase], label_studio, alive) -> int:
    done = 0
    try:
        there = _tasks_there(project, [one.reading for one in waiting], label_studio)
    except LabelStudioError as problem:
        log.warning("erased tasks cannot be looked up", project=project.project_id, why=str(problem)[:200])
        return 0
    for one in waiting:
        alive()
        task_ids = there[one.reading]
        try:
            for task_id in task_ids:
                label_studio.erase_task(task_id)
        except LabelStudioError as problem:  # of this task; the others go on, and it is tried again
            log.warning("an erased task cannot be deleted", tasks=task_ids, why=str(problem)[:200])
            continue
        with transaction.atomic():
            Reading.objects.filter(pk=one.reading_id).update(send_state=SendState.REMOVED)
            # What was judged there since the erasure has been read meanwhile, and goes too; also on a copy of the task.
            raws = RawAnnotation.objects.filter(seat_project=project, project_id=project.project_id)
            raws.filter(task_id__in=task_ids, reading=None).update(reading=one.reading)
            erase_of([one.reading.item.instance_id])
            TaskToErase.objects.filter(pk=one.pk).update(gone_at=timezone.now())
        done += 1
    return done


def _tasks_there(project: SeatProject, readings: list[Reading], label_studio) -> dict[Reading, list[int]]:
    """The numbers of all tasks that show these readings. By what they say themselves: a server that was put back gives a
    number again, and then it is another's.
    """
    if project.project_id is None or not is_ours(project, label_studio.project(project.project_id)):
        return {reading: [] for reading in readings}
    named = label_studio.find_tasks(project.project_id, [str(one.external_id) for one in readings])
    found = {}
    for reading in readings:
        found[reading] = named.get(str(reading.external_id), [])
        # Somebody may have changed what it says by hand; another reading's, though, is left alone.
        if reading.task_id and reading.task_id not in found[reading]:
            task = label_studio.task(reading.task_id)
            if task and task["project"] == project.project_id and not _is_anothers(task):
                found[reading] = [*found[reading], reading.task_id]
    return found


def _is_anothers(task: dict) -> bool:
    return Reading.objects.named(str(task["data"].get("external_id"))).exists()


def _to_remove(round: Round):
    read_since = SeatProject.objects.filter(
        seat=OuterRef("seat"), form=OuterRef("item__arm"), read_at__gte=OuterRef("returned__at")
    )
    returned = Reading.objects.filter(
        Exists(read_since), seat__round=round, returned__at__lt=timezone.now() - GRACE, judged=False,
        send_state=SendState.SENT, task_id__isnull=False, to_erase=None,
    )  # fmt: skip
    return returned.order_by("returned__at", "pk")
