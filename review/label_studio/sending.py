"""Puts a round's readings into Label Studio, each exactly once, whatever fails in between.

A chunk is marked *sending*, and that is committed, before its request leaves. If the answer comes, its tasks
are *sent*. If it does not (a crash, a timeout), the chunk stays *sending*: Label Studio may hold it or not,
so its readings are looked up by their external ids before anything is sent again. Each reading is claimed by
compare-and-set, so two pushes at once never send the same one.
"""

import logging
from collections.abc import Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from review import repeating
from review.judged import Wording, in_position
from review.label_studio import connecting
from review.label_studio.client import IMPORT_SECONDS, LOOKED_UP_AT_ONCE, Packed
from review.label_studio.errors import LabelStudioError, LabelStudioRefused, Overtaken
from review.label_studio.keeping import account_for
from review.label_studio.losing import give_project, give_tasks, lose_project
from review.label_studio.screens.build import task_data
from review.label_studio.screens.controls import fields_of
from review.models import ENVIRONMENT, Arm, Reading, Return, Round, RoundState, SeatProject, SendState
from synthesis import rows
from synthesis.set_aside import loaded_set_aside

log = logging.getLogger(__name__)

CHUNK = 500
# A request that we gave up on may still be stored a moment later: look only when it is over for certain.
GRACE = timedelta(seconds=IMPORT_SECONDS + 20)
# A chunk is claimed while the one before is stored, and its request leaves so much later at most.
CLAIMED_AHEAD = timedelta(seconds=10)
TITLES = {
    Arm.AIDED: "Sessions with a draft of the feedback", Arm.UNAIDED: "Sessions", Arm.RATED: "To be rated",
    Arm.PAIR: "Two side by side", Arm.REVISED: "To be rated, with a rewriting",
}  # fmt: skip
HOOK_HEADER = "X-Mirror-Secret"
# What a task's field says of the words that are judged.
FIELDS = {
    "feedback": "draft", "reply": "reply", "scores": "scores", "exemplar": "exemplar", "first": "first", "second": "second",
}  # fmt: skip


def send(round: Round, label_studio, *, grace: timedelta = GRACE, alive=lambda lasting=None: None) -> int:
    """Send what is unsent; return how many readings were sent now. A failure, of whatever kind, is kept on its
    project and shown, and the other projects go on. `alive` is called before whatever takes long, with the time it
    may take; it raises Overtaken when the round is another's now.
    """
    if round.state != RoundState.OPEN:
        return 0
    projects = SeatProject.objects.filter(seat__round=round).select_related(
        "seat__rater__user", "seat__round", "server"
    )
    with loaded_set_aside():
        return _send_all(projects.order_by("seat", "form"), label_studio, grace, alive)


def _send_all(projects: Iterable[SeatProject], label_studio, grace: timedelta, alive) -> int:
    sent = 0
    for project in projects:
        alive()
        try:
            sent += _send_project(project, label_studio, grace, alive)
        except Overtaken:
            raise
        except Exception as error:
            fails(project, error)
        else:
            works_again(project)
    return sent


def look_before_sending() -> int:
    """After a restore: Label Studio's data may be a little younger than our rows and hold what these call unsent.
    Such readings are looked up before they are sent; return how many.
    """
    made = SeatProject.objects.filter(
        seat=OuterRef("seat"), form=OuterRef("item__arm"), project_id__isnull=False
    )
    planned = Reading.objects.filter(
        Exists(made), send_state=SendState.PLANNED, seat__round__state=RoundState.OPEN
    )
    return planned.update(send_state=SendState.SENDING, sending_since=None)


def fails(project: SeatProject, error: Exception) -> None:
    """Note since when this project cannot be reached; the page says so and the next sync goes on."""
    message = str(error)
    if isinstance(error, LabelStudioError):
        log.warning("label studio failed for seat project %s: %s", project.pk, error)
    else:
        log.error("seat project %s failed unexpectedly", project.pk, exc_info=error)
        message = f"{type(error).__name__}: {message}"
    message = message.replace("\0", "")[:300]
    SeatProject.objects.filter(pk=project.pk, failing_since=None).update(failing_since=timezone.now())
    SeatProject.objects.filter(pk=project.pk).update(failure=message)


def works_again(project: SeatProject) -> None:
    SeatProject.objects.filter(pk=project.pk, failing_since__isnull=False).update(
        failing_since=None, failure=""
    )


def _send_project(project: SeatProject, label_studio, grace: timedelta, alive) -> int:
    unsent = Reading.objects.unsent().filter(seat=project.seat, item__arm=project.form)
    # Asked at each chunk: what is closed meanwhile goes on no further.
    unsent = unsent.filter(seat__round__state=RoundState.OPEN)
    # Mostly there is nothing at all; whether the time of a repeat has come is asked only of what there is.
    if project.project_id and not unsent.exists():
        return 0
    unsent = repeating.due(unsent)
    if project.project_id and not unsent.exists():
        return 0
    account_for(project.seat.rater, label_studio, server=project.server)
    # Signing up took its time: another push may have made the project since this row was read.
    project.refresh_from_db(fields=["project_id"])
    if project.project_id and not is_ours(project, label_studio.project(project.project_id)):
        lose_project(project)
    if project.project_id is None and not _make_project(project, label_studio):
        return 0
    sent = _look_up(project, label_studio, unsent, grace, alive)
    return sent + _send_planned(project, label_studio, unsent, alive)


def is_ours(project: SeatProject, there: dict | None) -> bool:
    """What stands under the project's number is what we made: a server that was put back gives a number again."""
    return there is not None and project.mark in ("", there["mark"])


def _make_project(project: SeatProject, label_studio) -> bool:
    """Make the project; False when another push made it meanwhile."""
    # The title and the screen are all that a seat sees beside the tasks: no round, run or person is named.
    made = label_studio.create_project(title=TITLES[project.form], config=project.config, mark=project.mark)
    give_project(made, project.server)
    if not SeatProject.objects.filter(pk=project.pk, project_id=None).update(project_id=made):
        log.warning("label studio project %s was made twice; it stays empty", made)
        return False
    project.project_id = made
    try:
        secret = {HOOK_HEADER: connecting.hook_secret(project.server.name)}
        hook = label_studio.register_webhook(made, _hook(project.server), secret)
    except LabelStudioRefused as error:
        # Label Studio refuses private addresses unless told otherwise. The hook is a hint; pulling goes on
        # without.
        log.warning("label studio takes no webhook for project %s: %s", made, error)
    else:
        SeatProject.objects.filter(pk=project.pk).update(webhook_id=hook)
    return True


def _hook(server) -> str:
    path = reverse("label_studio_hook")
    if server.name != ENVIRONMENT:
        path = reverse("label_studio_hook_of", args=[server.name])
    return settings.BASE_URL.rstrip("/") + path


def _look_up(project, label_studio, unsent, grace, alive) -> int:
    """Settle what an earlier push left *sending*: found in Label Studio, or planned again."""
    now = timezone.now()
    left = Q(sending_since=None) | Q(sending_since__lte=now - grace)
    readings = list(unsent.filter(left, send_state=SendState.SENDING))
    sent = 0
    for start in range(0, len(readings), LOOKED_UP_AT_ONCE):
        alive()
        chunk = _claim(readings[start : start + LOOKED_UP_AT_ONCE], now)
        found = label_studio.find_tasks(project.project_id, [str(r.external_id) for r in chunk])
        there = {r: found[str(r.external_id)][0] for r in chunk if str(r.external_id) in found}
        with transaction.atomic():
            give_tasks(list(there.values()), project, chunk)
            sent += _mark_sent(there)
            _plan_again([reading for reading in chunk if reading not in there])
    return sent


@transaction.atomic
def _claim(readings: list[Reading], now: datetime) -> list[Reading]:
    """Those that nobody else claimed, or gave back, since they were read; a claim is the moment of its `sending_since`."""
    mine = _still_mine(readings)
    # What was given back since it was read never goes; asked when the rows are ours.
    back = set(Return.objects.filter(reading__in=mine).values_list("reading", flat=True))
    mine = [reading for reading in mine if reading.pk not in back]
    Reading.objects.filter(pk__in=[reading.pk for reading in mine]).update(
        send_state=SendState.SENDING, sending_since=now
    )
    for reading in mine:
        reading.send_state, reading.sending_since = SendState.SENDING, now
    return mine


def _still_mine(readings: Iterable[Reading]) -> list[Reading]:
    """Those whose rows still are as this push knows them; they are locked until its transaction ends."""
    as_known: dict[tuple, list[int]] = {}
    for reading in readings:
        as_known.setdefault((reading.send_state, reading.sending_since), []).append(reading.pk)
    mine: set[int] = set()
    for (state, since), own in as_known.items():
        same = Reading.objects.filter(pk__in=own, send_state=state, sending_since=since)
        mine.update(same.select_for_update().order_by("pk").values_list("pk", flat=True))
    return [reading for reading in readings if reading.pk in mine]


def _mark_sent(tasks: dict[Reading, int]) -> int:
    """Of {reading: its task} those that are still this push's; how many. Within a transaction."""
    mine = _still_mine(tasks)
    for reading in mine:
        reading.send_state, reading.sending_since = SendState.SENT, None
        reading.task_id = tasks[reading]
    rows.update(mine, ["send_state", "sending_since", "task_id"])
    return len(mine)


def _plan_again(readings: list[Reading]) -> None:
    """Within a transaction."""
    mine = Reading.objects.filter(pk__in=[reading.pk for reading in _still_mine(readings)])
    mine.update(send_state=SendState.PLANNED, sending_since=None)


@dataclass(frozen=True)
class _Chunk:
    """What is sent at once: its readings, claimed, and their tasks."""

    readings: list[Reading]
    tasks: dict[Reading, dict]
    packed: Packed

    @classmethod
    def of(cls, readings: list[Reading], tasks: dict[Reading, dict]) -> "_Chunk":
        return cls(readings, tasks, Packed([tasks[reading] for reading in readings]))


# All of a reading that sending looks at: read whole, its rows and its session's take longer than their words.
_SENT = (
    "seat", "external_id", "content_hash", "position_ab", "send_state", "sending_since", "task_id", "item__arm",
    *(f"item__instance__{name}" for name in ("content", "factors", "run", "version")),
)  # fmt: skip


def _send_planned(project: SeatProject, label_studio, unsent, alive) -> int:
    """Chunk by chunk. While Label Studio stores one, the next one is read and put into words; then, waiting for the disk
    once, the one before is marked as sent and that one claimed.
    """
    wording, sent = Wording(), 0
    arrived: list[tuple[list[Reading], list[int]]] = []  # with their ids there, and not marked yet
    waiting: list[_Chunk] = []  # claimed, and not on its way
    faults: list[Exception] = []

    def read() -> _Chunk:
        planned = unsent.filter(send_state=SendState.PLANNED).order_by("order")
        planned = planned.select_related("item__instance").only(*_SENT)
        found = planned.prefetch_related("item__instance__version__guideline")[:CHUNK]
        tasks = {reading: data_of(reading, wording, project.config) for reading in found}
        return _Chunk.of(list(tasks), tasks)

    def mark_and_claim(following: _Chunk | None) -> None:
        nonlocal sent
        there = list(arrived)
        with _as_known([reading for readings, _ids in there for reading in readings]), transaction.atomic():
            marked = [_mark(project, readings, ids) for readings, ids in there]
            claimed = _claim(following.readings, timezone.now()) if following else []
        arrived.clear()
        if following:
            same = len(claimed) == len(following.readings)
            waiting.append(following if same else _Chunk.of(claimed, following.tasks))
        sent += sum(marked)
        for (readings, ids), n in zip(there, marked, strict=True):
            if n < len(ids):
                _take_back(label_studio, readings, ids)

    def meanwhile() -> None:
        # Raised when the import is over: a fault says nothing of that one, whose ids are still to come.
        following = None
        try:
            following = read()
        except Exception as fault:
            faults.append(fault)
        try:
            mark_and_claim(following)
        except Exception as fault:
            faults.append(fault)

    try:
        mark_and_claim(read())
        while waiting and waiting[0].tasks:
            alive(GRACE)  # as long as the import may take, or somebody else would begin the same meanwhile
            chunk = _may_go(waiting.pop())
            arrived.append((chunk.readings, _import(project, label_studio, chunk, meanwhile)))
            if faults:
                raise faults[0]
    finally:
        mark_and_claim(None)
        for chunk in waiting:
            with transaction.atomic():
                _plan_again(chunk.readings)
    return sent


@contextmanager
def _as_known(readings: list[Reading]):
    """What is written to them in here and undone by a fault is not known of them either."""
    known = [(one, one.send_state, one.sending_since, one.task_id) for one in readings]
    try:
        yield
    except BaseException:
        for one, state, since, task_id in known:
            one.send_state, one.sending_since, one.task_id = state, since, task_id
        raise


def _mark(project: SeatProject, readings: list[Reading], ids: list[int]) -> int:
    """What was stored there as sent; how many were still ours to send. Within a transaction."""
    give_tasks(ids, project, readings)
    return _mark_sent(dict(zip(readings, ids, strict=True)))


def _may_go(chunk: _Chunk) -> _Chunk:
    """It was claimed while the chunk before was on its way: some may have been given back since, and where that took long
    the claim begins anew, as it tells when the request can be over.
    """
    now, claimed = timezone.now(), chunk.readings
    late = any(reading.sending_since < now - CLAIMED_AHEAD for reading in claimed)
    back = set(Return.objects.filter(reading__in=claimed).values_list("reading", flat=True))
    if not (late or back):
        return chunk
    with transaction.atomic():
        _plan_again([reading for reading in claimed if reading.pk in back])
    return _Chunk.of(_claim([reading for reading in claimed if reading.pk not in back], now), chunk.tasks)


def _import(project: SeatProject, label_studio, chunk: _Chunk, meanwhile) -> list[int]:
    try:
        return label_studio.import_tasks(project.project_id, chunk.packed, meanwhile)
    except LabelStudioError as error:
        _let_go(chunk.readings, error)
        raise


def _take_back(label_studio, chunk: list[Reading], ids: list[int]) -> None:
    """We were so slow that another push has taken these over and sent them: nobody is to see them twice. Where ours was
    found meanwhile, it stays.
    """
    ours = Reading.objects.filter(pk__in=[reading.pk for reading in chunk], task_id__in=ids)
    for task_id in set(ids) - set(ours.values_list("task_id", flat=True)):
        label_studio.remove_unjudged(task_id)


def _let_go(chunk: list[Reading], error: LabelStudioError) -> None:
    """What a failed import leaves behind: to be sent, or to be looked up first."""
    cause = error.__cause__
    if not isinstance(error, LabelStudioRefused) and not isinstance(
        cause, httpx.ConnectError | httpx.ConnectTimeout
    ):
        # Whoever stands between may give up (502, 504) while Label Studio stores on: looked up after the grace.
        return
    # A refused batch is stored in no part, and what was never connected sent nothing.
    with transaction.atomic():
        _plan_again(chunk)


def data_of(reading: Reading, wording: Wording, config: str) -> dict:
    """Exactly what Label Studio is told of a reading: what the project's own screen shows, and no more."""
    shown = in_position(wording.of(reading.item), reading.position_ab)
    beside = shown.get("translation", {})
    texts = {}
    for field, name in FIELDS.items():
        if name in shown:
            texts |= {field: shown[name], f"{field}_translation": beside.get(name, "")}
    data = task_data(
        external_id=str(reading.external_id),
        content_hash=reading.content_hash,
        dialogue=shown["dialogue"],
        **texts,
    )
    return {field: told for field, told in data.items() if field in fields_of(config)}
