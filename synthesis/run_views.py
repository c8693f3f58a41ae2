"""Runs: how far they are and where they are steered; for the lead. Nobody who reviews may see what a run intended."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import acts, asking, roles
from synthesis import access, choice_words, steering, tasks, trail
from synthesis.forms import BudgetForm
from synthesis.listing import HELD, listed_runs, listed_sessions
from synthesis.models import InstanceState, Run, RunState
from synthesis.plan_views import say_that_nobody_works
from synthesis.spending import NotABudget
from synthesis.watching import progress


def runs(request):
    roles.require(access.may_read_runs(request.user))
    found, more = listed_runs(asking.number(request, "before"))
    return render(request, "synthesis/runs.html", {"runs": found, "more": more})


def _run(request, public_id) -> Run:
    roles.require(access.may_read_runs(request.user))
    return get_object_or_404(Run.objects.select_related("version__guideline"), public_id=public_id)


def run(request, public_id):
    found = _run(request, public_id)
    state = request.GET.get("state", "")
    rows, more = listed_sessions(found, state=state, after=asking.public_id(request, "after"))
    context = {
        **progress(found), "instances": rows, "more": more, "state": state,
        "states": [*InstanceState.choices, (HELD, _("held back"))], "sees_addresses": True,
        "budget": BudgetForm.of(found.budget), "settings": choice_words.rows(found.parameters | found.factors),
        "hides": access.hides_some(request.user, found),
        "acts": acts.latest(trail.RUN, found.public_id, trail.VOCABULARY),
    }  # fmt: skip
    return render(request, "synthesis/run.html", context)


def run_progress(request, public_id):
    """The part of the run's page that refreshes itself; at the end the whole page, whose buttons change."""
    context = progress(_run(request, public_id))
    answer = render(request, "synthesis/_progress.html", context)
    if context["watched"].is_finished:
        answer["HX-Refresh"] = "true"
    return answer


def steer(request, public_id):
    """Pause, go on, cancel, or plan failed instances again; then say what happened, not what was meant."""
    roles.require(access.may_steer(request.user))
    if request.method != "POST":
        return redirect("run", public_id=public_id)
    found = get_object_or_404(Run, public_id=public_id)
    try:
        said = _steered(found, request.POST, request.user)
    except (steering.NotNow, NotABudget) as refusal:
        messages.error(request, str(refusal))
    else:
        found.refresh_from_db()
        messages.success(request, said)
        if found.state == RunState.OPEN and not tasks.wake(found):
            say_that_nobody_works(request, found)
    return redirect("run", public_id=public_id)


def _steered(run: Run, sent, by) -> str:
    """Do what was asked for; returns what happened. Raises NotNow, NotABudget."""
    match sent.get("act", ""):
        case "pause":
            steering.pause(run=run, by=by)
            return _("Paused. What is in the making is finished first.")
        case "resume":
            steering.resume(run=run, by=by)
            return _("Going on.")
        case "cancel":
            steering.cancel(run=run, by=by)
            return _("Cancelled. What was made stays.")
        case "retry":
            n = steering.retry_failed(run=run, by=by)
            run.refresh_from_db()
            return _planned_again(run, n)
        case "concurrency":
            steering.set_concurrency(run=run, to=asking.whole(sent.get("concurrency", "")) or 0, by=by)
            return _("Calls at once in each worker, from now on: %s.") % run.concurrency
        case "budget":
            form = BudgetForm(sent)
            if not form.is_valid():
                raise NotABudget(_("A budget is a number above 0, or nothing."))
            steering.set_budget(run=run, budget=form.budget(before=run.budget), by=by)
            return _("The budget is changed.")
    raise steering.NotNow(_("Choose what to do with the run."))


def _planned_again(run: Run, n: int) -> str:
    if n == 0:
        return _("No session of this run has failed; nothing was planned again.")
    said = ngettext("%d failed session is planned again.", "%d failed sessions are planned again.", n) % n
    if run.instances.filter(state=InstanceState.FAILED).erased().exists():
        said += " " + _("Not those of an excerpt that was erased: they cannot be made any more.")
    return said if run.state == RunState.OPEN else said + " " + _("It waits until you go on with the run.")
