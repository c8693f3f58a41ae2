"""What of Label Studio is a reviewer's own: the projects of her seats and the tasks in them."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from review.label_studio.gateway.passes import Holder
from review.models import Reading, RoundState, SeatProject


@dataclass(frozen=True)
class Own:
    """A project of hers. `is_open`: its round is; in a closed one what she sends still arrives, and is not counted."""

    project_id: int
    is_open: bool


def project(holder: Holder, project_id: int) -> Own | None:
    found = _projects(holder).filter(project_id=project_id)
    state = found.values_list("seat__round__state", flat=True).first()
    return Own(project_id, state == RoundState.OPEN) if state else None


def project_of_task(holder: Holder, task_id: int) -> Own | None:
    """A task belongs to the project of its seat and of the form it is read in. Another server has the same numbers."""
    readings = Reading.objects.kept().filter(task_id=task_id, item__arm=OuterRef("form"))
    mine = _projects(holder).filter(Exists(readings.filter(seat=OuterRef("seat"))), project_id__isnull=False)
    found = mine.values_list("project_id", flat=True).first()
    return found and project(holder, found)


def _projects(holder: Holder):
    return SeatProject.objects.filter(seat__rater=holder.rater_id, server=holder.server_id)


def progress(holder: Holder, project_id: int) -> dict[str, int]:
    """{"judged", "total"} of the project's tasks."""
    one = _projects(holder).select_related("seat").get(project_id=project_id)
    readings = Reading.objects.shown().filter(seat=one.seat, item__arm=one.form)
    return {
        "judged": readings.filter(decisions__isnull=False).distinct().count(), "total": readings.distinct().count(),
    }  # fmt: skip
