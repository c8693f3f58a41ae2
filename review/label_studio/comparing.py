"""A project read whole, every night and when somebody asks: what is no longer there, and what is there that we did not
put there. The lead is told; what was judged stands, and what was not is sent again.
"""

from datetime import datetime, timedelta

from django.utils import timezone

from review.judged import Wording
from review.label_studio.losing import lose_tasks, readings_of, tell
from review.label_studio.sending import data_of
from review.models import Decision, Difference, DifferenceKind, Reading, RoundState, SeatProject, SendState

Kind = DifferenceKind
# These are put right at once, and told until the next night; that a judged task is gone stays so.
_NEWS = {Kind.PROJECT_GONE, Kind.ACCOUNT_GONE, Kind.ACCOUNT_RENAMED, Kind.ACCOUNT_MOVED}
_LASTING = {Kind.JUDGED_TASK_GONE}
NEWS = timedelta(hours=20)


def ask(round=None) -> int:
    """Have all projects of open rounds, or of one, read whole by the next sync; return how many."""
    projects = SeatProject.objects.filter(project_id__isnull=False, seat__round__state=RoundState.OPEN)
    if round:
        projects = projects.filter(seat__round=round)
    return projects.update(compared_at=None)


class Comparison:
    """One reading of a whole project: `see` each task, then `conclude`."""

    def __init__(self, project: SeatProject):
        self._project = project
        # Before the tasks are read: one that is sent meanwhile is not missed.
        sent = readings_of(project).filter(send_state=SendState.SENT)
        sent = sent.select_related("item__instance__version__guideline")
        self._sent = {reading.task_id: reading for reading in sent.defer("item__instance__trace")}
        self._there: dict[int, dict[int, datetime]] = {}
        self._found: set[tuple[str, int]] = set()

    def see(self, task: dict, wording: Wording) -> None:
        reading = self._sent.get(task["id"])
        if reading is None:
            # Adopted by now, perhaps, as an import that was never acknowledged.
            if not readings_of(self._project).filter(task_id=task["id"]).exists():
                self._tell(Kind.STRANGE_TASK, task["id"])
            return
        external_id = str(task["data"].get("external_id"))
        if external_id != str(reading.external_id) and Reading.objects.named(external_id).exists():
            return  # the number was given again, to another session: this one is gone
        self._there[task["id"]] = {one["id"]: one["updated_at"] for one in task["annotations"]}
        if task["data"] != data_of(reading, wording, self._project.config):
            self._tell(Kind.TASK_CHANGED, task["id"], reading)

    def conclude(self) -> None:
        gone = [reading for task_id, reading in self._sent.items() if task_id not in self._there]
        still = readings_of(self._project).filter(
            pk__in=[reading.pk for reading in gone], send_state=SendState.SENT
        )
        for reading in still.filter(returned=None).prefetch_related("decisions"):
            judged = reading.decisions.all()
            self._tell(Kind.JUDGED_TASK_GONE if judged else Kind.TASK_GONE, reading.task_id, reading)
        lose_tasks(still)
        self._tell_what_was_judged()
        self._end_what_is_over()

    def _tell_what_was_judged(self) -> None:
        """Of judgements in force only: one that another took the place of may go."""
        in_force = Decision.objects.in_force().filter(reading__in=self._sent.values()).exclude(raw=None)
        for decision in in_force.select_related("raw", "reading"):
            raw = decision.raw
            if (states := self._there.get(raw.task_id)) is None:
                continue
            if raw.ls_id not in states:
                self._tell(Kind.JUDGEMENT_GONE, raw.ls_id, decision.reading)
            elif states[raw.ls_id] < raw.ls_updated_at:
                self._tell(Kind.JUDGEMENT_OLDER, raw.ls_id, decision.reading)

    def _tell(self, kind: DifferenceKind, ls_id: int, reading=None) -> None:
        self._found.add((kind, ls_id))
        tell(self._project, kind, ls_id=ls_id, reading=reading)

    def _end_what_is_over(self) -> None:
        open_ones = Difference.objects.filter(project=self._project, over_at=None)
        for one in open_ones.exclude(kind__in=_LASTING):
            is_old = one.found_at < timezone.now() - NEWS
            if is_old if one.kind in _NEWS else (one.kind, one.ls_id) not in self._found:
                Difference.objects.filter(pk=one.pk).update(over_at=timezone.now())
