"""Pulls what reviewers submitted: the truth, however often or seldom the webhook called.

A seat's project is read from a little before the server's last `updated_at` that we have seen. Every state of
an annotation is stored raw, once, together with the decision it became or the reason, in words, why it did
not count.
"""

import json
import logging
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from review.appealing import wait_as_late
from review.flags import raising
from review.judged import Wording, counsellor_turns
from review.label_studio.comparing import Comparison
from review.label_studio.errors import LabelStudioError, LabelStudioRefused, Overtaken
from review.label_studio.losing import give_tasks, lose_project
from review.label_studio.planning import choices_of
from review.label_studio.reading_results import UnreadableResult, flag_in, read
from review.label_studio.sending import data_of, fails, is_ours, works_again
from review.models import Account, Decision, RawAnnotation, Reading, SeatProject, SendState
from review.workflow import NotCounted, TooLate, decide

log = logging.getLogger(__name__)

OVERLAP = timedelta(minutes=2)
UNKNOWN_TASK = _("Made on a task that we did not send.")


class ScreenChanged(LabelStudioError):
    """Somebody changed the screen in Label Studio: answers can no longer be read for certain."""


class ProjectGone(LabelStudioError):
    """What stands under the project's number, if anything, is not what we made."""


@dataclass
class Received:
    """What one pull brought: new annotation states, of which so many became decisions."""

    new: int = 0
    decided: int = 0
    failed: bool = False


@dataclass
class _Pull:
    """One reading of one project, with what is looked up once for it."""

    project: SeatProject
    server: str
    user_id: int | None
    wording: Wording = field(default_factory=Wording)
    offered: dict | None = None

    def answers(self, annotation: dict, reading: Reading):
        if self.offered is None:
            self.offered = choices_of(self.project.seat.round)
        return read(
            annotation["result"],
            form=self.project.form,
            config=self.project.config,
            counsellor_turns=counsellor_turns(reading.item.instance),
            judged=self.wording.of(reading.item),
            position=reading.position_ab,
            **self.offered,
        )


def receive(project: SeatProject, label_studio, *, alive=lambda lasting=None: None) -> Received:
    """Read one project on from its watermark, or whole where that is asked for (`comparing.ask`); a failure, of
    whatever kind, is kept on the project and shown, and nothing is lost. `alive` is called between tasks, and raises
    Overtaken when the round is another's now.
    """
    if project.project_id is None:
        return Received()
    try:
        received = _read_on(project, label_studio, alive)
    except Overtaken:
        raise
    except ProjectGone:
        lose_project(project)
        return Received()
    except Exception as error:
        fails(project, error)
        return Received(failed=True)
    works_again(project)
    return received


def _read_on(project: SeatProject, label_studio, alive) -> Received:
    account = Account.objects.filter(rater=project.seat.rater_id, server=project.server_id).first()
    pull = _Pull(project, label_studio.url, account.ls_user_id if account else None)
    comparison = None if project.compared_at else Comparison(project)
    checked = comparison is not None
    if checked:
        _require_our_project(project, label_studio)
    received, newest, broken = Received(), project.watermark, None
    since = project.watermark - OVERLAP if project.watermark and not comparison else None
    for task in _changed(project, label_studio, since):
        alive()
        fresh = _unknown_states(pull, task)
        if fresh and not checked:
            _require_our_project(project, label_studio)
            checked = True
        for annotation in fresh:
            raw, new = _keep(pull, task, annotation)
            received.new += new
            try:
                received.decided += _judge(pull, task, annotation, raw)
            except Exception as error:
                log.exception("annotation %s cannot be judged; it is kept raw", annotation["id"])
                broken = error
        if comparison:
            comparison.see(task, pull.wording)
        newest = max(newest or task["updated_at"], task["updated_at"])
    if broken:
        # One that we did not foresee holds up no other; the watermark waits, so that it is tried again.
        raise broken
    # Only now: whoever is killed above reads the same tasks again, and finds them stored.
    with transaction.atomic():
        read = {"watermark": newest, "read_at": timezone.now()}
        if comparison:
            comparison.conclude()
            read["compared_at"] = read["read_at"]
        SeatProject.objects.filter(pk=project.pk).update(**read)
    project.watermark = newest
    project.compared_at = read.get("compared_at", project.compared_at)
    return received


def _changed(project: SeatProject, label_studio, since):
    try:
        yield from label_studio.changed_tasks(project.project_id, since=since)
    except LabelStudioRefused as refused:
        if refused.status == 404 and not is_ours(project, label_studio.project(project.project_id)):
            raise ProjectGone from None
        raise


def _unknown_states(pull: _Pull, task: dict) -> list[dict]:
    annotations = task["annotations"]
    if not annotations:
        return []
    # By project, not by address: after a restore or a move the same Label Studio may answer elsewhere.
    states = RawAnnotation.objects.filter(
        seat_project=pull.project, project_id=pull.project.project_id, task_id=task["id"],
        ls_id__in=[a["id"] for a in annotations],
    )  # fmt: skip
    known = set(states.done().values_list("ls_id", "ls_updated_at"))
    fresh = [a for a in annotations if (a["id"], a["updated_at"]) not in known]
    return sorted(fresh, key=lambda a: a["updated_at"])


def _require_our_project(project: SeatProject, label_studio) -> None:
    there = label_studio.project(project.project_id)
    if not is_ours(project, there):
        raise ProjectGone
    if there["config_hash"] != project.config_hash:
        raise ScreenChanged(
            _("The screen of this project was changed in Label Studio; its answers wait unread.")
        )


def _keep(pull: _Pull, task: dict, annotation: dict) -> tuple[RawAnnotation, bool]:
    """Store one state raw, whatever becomes of it; (the row, whether it is new)."""
    return RawAnnotation.objects.get_or_create(
        seat_project=pull.project,
        project_id=pull.project.project_id,
        task_id=task["id"],
        ls_id=annotation["id"],
        ls_updated_at=annotation["updated_at"],
        defaults={
            "server": pull.server,
            "completed_by": annotation["completed_by"],
            "payload": _written(annotation),
        },
    )


def _written(annotation: dict) -> str:
    """As JSON, which escapes control characters: it can be stored where a NUL cannot. Half a character, which no
    database takes, is written as the escape that it came as.
    """
    text = json.dumps(annotation, default=str, ensure_ascii=False, sort_keys=True)
    return text.encode("utf-8", "backslashreplace").decode()


@transaction.atomic
def _judge(pull: _Pull, task: dict, annotation: dict, raw: RawAnnotation) -> bool:
    """Decide from one state; True when it became a decision, otherwise it says why not."""
    raw = RawAnnotation.objects.select_for_update().get(pk=raw.pk)
    if raw.uncounted or Decision.objects.filter(raw=raw).exists():
        return False
    reading, reason = _reading(pull, task)
    if reading and raw.reading_id is None:
        raw.reading = reading
        raw.save(update_fields=["reading"])
    try:
        _require_countable(pull, task, annotation, reading, reason)
        decide(
            reading=reading,
            answers=pull.answers(annotation, reading),
            decided_at=annotation["updated_at"],
            lead_time=annotation["lead_time"],
            raw=raw,
        )
    except (NotCounted, UnreadableResult) as error:
        raw.uncounted = str(error).replace("\0", "").encode("utf-8", "replace").decode()[:300]
        raw.save(update_fields=["uncounted"])
        if reading is not None:
            _flag(pull, annotation, reading, raw)
        if isinstance(error, TooLate):
            wait_as_late(raw)
        return False
    return True


def _flag(pull: _Pull, annotation: dict, reading: Reading, raw: RawAnnotation) -> None:
    """What does not count as a judgement may still say that something is unsafe."""
    words = flag_in(annotation["result"])
    if words is None:
        return
    by_her = annotation["completed_by"] is not None and annotation["completed_by"] == pull.user_id
    raising.of_raw(
        raw,
        item_id=reading.item_id,
        rater=reading.seat.rater if by_her else None,
        words=words,
        raised_at=annotation["updated_at"],
    )


def _reading(pull: _Pull, task: dict) -> tuple[Reading | None, str]:
    """The reading that a task is, or why there is none. A task whose import was never acknowledged is adopted, and
    one that came back after it was gone. A number alone tells nothing: a server that was put back gives it again.
    """
    readings = Reading.objects.filter(seat=pull.project.seat, item__arm=pull.project.form)
    readings = readings.select_related("item__instance__version__guideline", "seat__rater__user")
    external_id = str(task["data"].get("external_id"))
    if (reading := readings.filter(task_id=task["id"]).first()) and (
        str(reading.external_id) == external_id or not Reading.objects.named(external_id).exists()
    ):
        return reading, ""
    without = readings.named(external_id).filter(task_id=None).exclude(send_state=SendState.PLANNED)
    if reading := without.first():
        give_tasks([task["id"]], pull.project, [reading])
        without.update(send_state=SendState.SENT, task_id=task["id"], sending_since=None)
        return reading, ""
    return None, UNKNOWN_TASK


def _require_countable(
    pull: _Pull, task: dict, annotation: dict, reading: Reading | None, reason: str
) -> None:
    if reading is None:
        raise NotCounted(reason)
    author = annotation["completed_by"]
    if author is None or author != pull.user_id:
        raise NotCounted(
            _("Made by Label Studio user %(id)s, who is not the reviewer of this seat.") % {"id": author}
        )
    if annotation["was_cancelled"]:
        raise NotCounted(_("Skipped by the reviewer."))
    if task["data"] != data_of(reading, pull.wording, pull.project.config):
        raise NotCounted(_("The task was changed in Label Studio: these are not the words that we sent."))
