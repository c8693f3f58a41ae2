"""Runs, and the sessions of one, a page at a time, each page as quick as the first."""

from uuid import UUID

from synthesis import choice_words
from synthesis.models import Instance, InstanceState, Run
from synthesis.watching import Watched, counts_of

PAGE = 50
HELD = "held"  # beside the states of an instance: made, and held back


def listed_runs(before: int | None) -> tuple[list[Run], int | None]:
    """A page of runs, the newest first, each with its counts and what its recipe is called; and before which the next page
    begins.
    """
    # Said aloud: Django drops a model's own order where it counts.
    found = Run.objects.listed().select_related("version__guideline", "planned_by").order_by("-serial")
    if before is not None:
        found = found.filter(serial__lt=before)
    found = list(found[: PAGE + 1])
    more = found[PAGE - 1].serial if len(found) > PAGE else None
    by_run = counts_of(found[:PAGE])
    for run in found[:PAGE]:
        run.watched = Watched(run, by_run[run.pk], None, None)
        run.kind = choice_words.recipe(run.recipe)
    return found[:PAGE], more


def listed_sessions(
    run: Run, *, state: str = "", after: UUID | None = None
) -> tuple[list[Instance], UUID | None]:
    """A page of a run's sessions, and after which the next page begins. In the order of their public ids, which says
    nothing of the grid: in its own order a hidden session could be guessed from its neighbours.
    """
    rows = run.instances.select_related("pair_revision__pair", "profile").order_by("public_id")
    rows = rows.prefetch_related("others__pair_revision__pair")
    if state in InstanceState.values:
        rows = rows.filter(state=state)
    elif state == HELD:
        rows = rows.held()
    if after is not None:
        rows = rows.filter(public_id__gt=after)
    rows = list(rows.defer("content", "trace")[: PAGE + 1])
    return rows[:PAGE], rows[PAGE - 1].public_id if len(rows) > PAGE else None
