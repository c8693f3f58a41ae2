"""What is no longer in Label Studio: deleted there, or the server was put back from a backup. What was judged stands;
what was not is sent again, under the same external ids.
"""

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from review.models import (
    Account,
    Difference,
    DifferenceKind,
    Reading,
    SeatProject,
    SendState,
    Server,
)


def readings_of(project: SeatProject) -> QuerySet[Reading]:
    return Reading.objects.filter(seat=project.seat_id, item__arm=project.form)


def tell(
    project: SeatProject, kind: DifferenceKind, *, ls_id: int = 0, reading: Reading | None = None
) -> bool:
    """For the lead, once as long as it lasts; whether it is news."""
    known = {"project": project, "kind": kind, "ls_id": ls_id, "over_at": None}
    return Difference.objects.get_or_create(**known, defaults={"reading": reading})[1]


@transaction.atomic
def lose_tasks(readings: QuerySet[Reading]) -> None:
    """Their tasks are gone. What is still to be judged is looked up by its external id, and sent where it is not found."""
    ids = list(readings.values_list("pk", flat=True))
    if not ids:
        return
    to_judge = Reading.objects.filter(pk__in=ids, judged=False, returned=None)
    again = list(to_judge.values_list("pk", flat=True))
    lost = {"task_id": None, "sending_since": None}
    Reading.objects.filter(pk__in=again).update(send_state=SendState.SENDING, **lost)
    others = Reading.objects.filter(pk__in=ids, send_state=SendState.SENT)
    others.exclude(pk__in=again).update(send_state=SendState.REMOVED, **lost)
    # An id that was given back is another's from now on, whatever had become of its task.
    Reading.objects.filter(pk__in=ids).exclude(pk__in=again).update(**lost)


@transaction.atomic
def lose_project(project: SeatProject) -> None:
    """The project is gone, or its number is another's now. The next sending makes a new one."""
    gone = SeatProject.objects.filter(pk=project.pk, project_id=project.project_id, project_id__isnull=False)
    if not gone.update(project_id=None, webhook_id=None, watermark=None, compared_at=None):
        return
    project.project_id = project.watermark = project.compared_at = None
    lose_tasks(readings_of(project).filter(task_id__isnull=False))
    Difference.objects.filter(project=project, over_at=None).update(over_at=timezone.now())
    tell(project, DifferenceKind.PROJECT_GONE)


def give_project(project_id: int, server: Server) -> None:
    """This server has just made a project with this number: whoever had it before has it no more."""
    for other in SeatProject.objects.filter(server=server, project_id=project_id):
        lose_project(other)


def give_tasks(task_ids: list[int], project: SeatProject, mine: list[Reading]) -> None:
    """This server has just made tasks with these numbers for `mine`: whoever had one before has it no more."""
    there = {"seat__projects__server": project.server_id, "seat__projects__form": F("item__arm")}
    lose_tasks(Reading.objects.filter(task_id__in=task_ids, **there).exclude(pk__in=[one.pk for one in mine]))


def give_user(ls_user_id: int, account: Account) -> None:
    """This number is this account's: whoever had it before signs up again."""
    others = Account.objects.filter(server=account.server_id, ls_user_id=ls_user_id).exclude(pk=account.pk)
    others.update(ls_user_id=None)
