"""Steer a run, also while workers are at it, who look every second: pause, resume, cancel, plan failed instances
again, let more or fewer calls be out at once, bound what it may spend. `by` None is the operator.
"""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.roles import require
from synthesis import spending, trail
from synthesis.access import may_steer
from synthesis.models import Instance, InstanceState, Run, RunState

MOST_AT_ONCE = 256


class NotNow(ValueError):
    """The run is not in a state for this; the message says why."""


def pause(*, run: Run, by) -> Run:
    """No more instances are begun; those in the making are finished."""
    return _turn(run, by, RunState.PAUSED, {RunState.OPEN}, verb="pause")


def by_hand(run: Run) -> str:
    """The command that makes a run where no worker does."""
    return f"./bin/manage resume {run.public_id} --wait"


def resume(*, run: Run, by) -> Run:
    return _turn(run, by, RunState.OPEN, {RunState.PAUSED, RunState.STOPPED, RunState.OPEN}, verb="resume")


@transaction.atomic
def cancel(*, run: Run, by) -> int:
    """What is not made yet never will be; returns how many instances that is. Stored replies stay."""
    _turn(run, by, RunState.CANCELLED, {RunState.OPEN, RunState.PAUSED, RunState.STOPPED}, verb="cancel")
    unfinished = Instance.objects.filter(run=run, state__in=[InstanceState.PLANNED, InstanceState.MAKING])
    return unfinished.update(state=InstanceState.CANCELLED, lease_by="", lease_until=None)


@transaction.atomic
def stop(*, run: Run, why: str) -> bool:
    """The breaker's own act, which asks nobody: nothing more is begun until somebody goes on with the run."""
    why = why[:300]
    if not Run.objects.filter(pk=run.pk, state=RunState.OPEN).update(state=RunState.STOPPED, why=why):
        return False
    # The kind of reason only: what a server answered may hold words of the session that was sent to it.
    told = {"before": {"state": RunState.OPEN}, "after": {"state": RunState.STOPPED}}
    trail.record(verb="stop", kind=trail.RUN, name=run.public_id, by=None, **told)
    return True


@transaction.atomic
def retry_failed(*, run: Run, by) -> int:
    """Plan the failed instances of a run again; returns how many. Their stored replies are not paid for
    twice. In a paused or stopped run they wait until it goes on. What was made of an excerpt that was erased stays as
    it is. Raises NotNow for a cancelled run, and where nothing else has failed.
    """
    _require(by)
    run = Run.objects.select_for_update().get(pk=run.pk)
    if run.state == RunState.CANCELLED:
        raise NotNow(_("The run is cancelled; what failed can be planned in a new run."))
    failed = Instance.objects.filter(run=run, state=InstanceState.FAILED)
    if n := failed.unerased().update(state=InstanceState.PLANNED):
        trail.record(verb="retry_failed", kind=trail.RUN, name=run.public_id, by=by, after={"instances": n})
    elif failed.exists():
        raise NotNow(
            _("What failed in this run was made of an excerpt that was erased; it cannot be made any more.")
        )
    return n


@transaction.atomic
def set_concurrency(*, run: Run, to: int, by) -> Run:
    """So many calls may be out at once, from each worker. Raises NotNow."""
    _require(by)
    if isinstance(to, bool) or not isinstance(to, int) or not 1 <= to <= MOST_AT_ONCE:
        raise NotNow(_("Between 1 and %d calls can be out at once.") % MOST_AT_ONCE)
    return _changed(run, by, "concurrency", to)


@transaction.atomic
def set_budget(*, run: Run, budget: dict, by) -> Run:
    """What the run may spend in all: {"money": …, "currency": …, "tokens": …, "seconds": …}, each only where it is
    bounded; {} bounds nothing. A run that its budget stopped waits until somebody goes on with it.

    Raises NotNow, spending.NotABudget.
    """
    _require(by)
    return _changed(run, by, "budget", spending.checked(budget, run.model_specs))


def _changed(run: Run, by, field: str, to) -> Run:
    there = Run.objects.select_for_update().get(pk=run.pk)
    if there.state == RunState.CANCELLED:
        raise NotNow(_("The run is %s.") % there.get_state_display())
    before = getattr(there, field)
    if before != to:
        Run.objects.filter(pk=run.pk).update(**{field: to})
        told = {"before": {field: before}, "after": {field: to}}
        trail.record(verb=f"set_{field}", kind=trail.RUN, name=run.public_id, by=by, **told)
    run.refresh_from_db()
    return run


def _require(by):
    if by is not None:
        require(may_steer(by))


@transaction.atomic
def _turn(run: Run, by, to: str, allowed: set, *, verb: str) -> Run:
    _require(by)
    before = Run.objects.select_for_update().get(pk=run.pk).state
    if before not in allowed:
        run.refresh_from_db()
        raise NotNow(_("The run is %s.") % run.get_state_display())
    Run.objects.filter(pk=run.pk).update(state=to, why="")
    if before != to:
        told = {"before": {"state": before}, "after": {"state": to}}
        trail.record(verb=verb, kind=trail.RUN, name=run.public_id, by=by, **told)
    run.refresh_from_db()
    return run
