"""What of Label Studio is a reviewer's own: the projects of her seats and the tasks in them."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from accounts.models import User
from review import handing_on
from review.label_studio.gateway.passes import Holder
from review.matching import carried
from review.models import Rater, RawAnnotation, Reading, RoundState, SeatProject, SendState
from review.not_counted import Kept, kept_of
from review.welfare import choosing
from review.welfare.notices import in_order
from synthesis.models import Instance


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
    reading = reading_of(holder, task_id)
    if reading is None:
        return None
    mine = _projects(holder).filter(seat=reading.seat_id, form=reading.item.arm, project_id__isnull=False)
    found = mine.values_list("project_id", flat=True).first()
    return found and project(holder, found)


def _projects(holder: Holder):
    return SeatProject.objects.filter(seat__rater=holder.rater_id, server=holder.server_id)


def progress(holder: Holder, project_id: int) -> dict[str, int]:
    """{"judged", "total"} of the project's tasks."""
    one = _projects(holder).select_related("seat").get(project_id=project_id)
    readings = Reading.objects.shown().filter(seat=one.seat, item__arm=one.form)
    return {"judged": readings.filter(judged=True).count(), "total": readings.count()}


def screen_of_task(holder: Holder, task_id: int) -> str:
    """The screen (Label Studio XML) that this task of hers is read on."""
    reading = reading_of(holder, task_id)
    return (
        _projects(holder)
        .filter(seat=reading.seat_id, form=reading.item.arm)
        .values_list("config", flat=True)
        .get()
    )


def may_open_task(holder: Holder, task_id: int) -> bool:
    """Whether this task is still before her: not given back, and of nothing that she is not to read. What she has
    judged she may look at again.
    """
    reading = reading_of(holder, task_id)
    return reading is not None and handing_on.may_be_given(reading)


def about_task(holder: Holder, task_id: int) -> tuple[str, list[str]]:
    """(the random id of her reading, the risk tiers in force of its session)."""
    reading = reading_of(holder, task_id)
    if reading is None:
        return "", []
    found = carried(Instance.objects.filter(pk=reading.item.instance_id))
    return str(reading.external_id), in_order(found.get(reading.item.instance_id, ()))


def uncounted_of(holder: Holder, project_id: int, task_id: int | None = None) -> list[Kept]:
    """Of this project, or of this task of it: what she judged and does not count."""
    return kept_of(_projects(holder).filter(project_id=project_id), task_id=task_id)


def reading_of(holder: Holder, task_id: int) -> Reading | None:
    """Hers on this server, where alone the number is this task's."""
    there = _projects(holder).filter(seat=OuterRef("seat"), form=OuterRef("item__arm"))
    kept = Reading.objects.kept().filter(Exists(there), seat__rater=holder.rater_id, task_id=task_id)
    return kept.select_related("item", "seat__rater__user").first()


def has_had_enough(rater_id: int) -> bool:
    user = User.objects.filter(pk__in=Rater.objects.filter(pk=rater_id).values("user")).first()
    return user is not None and choosing.has_had_enough(user)


def left(holder: Holder, project_id: int, most: int) -> list[int]:
    """Tasks of the project that she has still to judge and may be given, in her order, what she skipped last."""
    one = _projects(holder).select_related("seat__round", "seat__rater__user").get(project_id=project_id)
    unjudged = Reading.objects.undecided().filter(
        seat=one.seat_id, item__arm=one.form, send_state=SendState.SENT
    )
    barred = {reading.pk for reading in handing_on.barred(one.seat.round, one.seat.rater)}
    skipped = set(
        RawAnnotation.objects.skips().filter(reading__in=unjudged).values_list("reading", flat=True)
    )
    found = [reading for reading in unjudged.order_by("order") if reading.pk not in barred]
    found.sort(key=lambda reading: reading.pk in skipped)
    return [reading.task_id for reading in found[:most]]
