"""What of Label Studio is a reviewer's own: the projects of her seats and the tasks in them."""

from dataclasses import dataclass

from review.models import Reading, RoundState, SeatProject


@dataclass(frozen=True)
class Own:
    """A project of hers. `is_open`: its round is; in a closed one what she sends still arrives, and is not counted."""

    project_id: int
    is_open: bool


def project(rater_id: int, project_id: int) -> Own | None:
    found = SeatProject.objects.filter(seat__rater=rater_id, project_id=project_id)
    state = found.values_list("seat__round__state", flat=True).first()
    return Own(project_id, state == RoundState.OPEN) if state else None


def project_of_task(rater_id: int, task_id: int) -> Own | None:
    """A task belongs to the project of its seat and of the form it is read in."""
    readings = Reading.objects.kept().filter(seat__rater=rater_id, task_id=task_id)
    reading = readings.select_related("item").first()
    if reading is None:
        return None
    mine = SeatProject.objects.filter(seat=reading.seat_id, form=reading.item.arm)
    return project(rater_id, mine.values_list("project_id", flat=True).get())


def progress(rater_id: int, project_id: int) -> dict[str, int]:
    """{"judged", "total"} of the project's tasks."""
    one = SeatProject.objects.select_related("seat").get(seat__rater=rater_id, project_id=project_id)
    readings = Reading.objects.shown().filter(seat=one.seat, item__arm=one.form)
    return {
        "judged": readings.filter(decisions__isnull=False).distinct().count(), "total": readings.distinct().count(),
    }  # fmt: skip
