"""Profiles, runs and instances: for the lead; nobody who reviews may see what a run intended."""

import secrets

from django.contrib import messages
from django.db.models import Count, Q, Sum
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import acts, asking, background, roles
from guidelines import briefing
from synthesis import access, planning, rendering, steering, tasks, trail
from synthesis.describing import described
from synthesis.faults import NoEndpoint
from synthesis.forms import PlanForm
from synthesis.models import Call, Instance, InstanceState, Profile, Run, RunState

PAGE = 50
STATES = list(InstanceState.values)


def profiles(request):
    roles.require(access.may_load_profiles(request.user))
    found = list(Profile.objects.current().order_by("name"))
    spread = {}
    for profile in found:
        spread.setdefault(profile.get_style_display(), []).append(profile.name)
    return render(request, "synthesis/profiles.html", {"profiles": found, "spread": spread})


def profile(request, public_id):
    roles.require(access.may_load_profiles(request.user))
    found = get_object_or_404(Profile, public_id=public_id)
    return render(request, "synthesis/profile.html", {"profile": found, "rows": described(found.content)})


def _with_counts(queryset):
    counts = {state: Count("instances", filter=Q(instances__state=state)) for state in STATES}
    return queryset.annotate(total=Count("instances"), **counts)


def runs(request):
    roles.require(access.may_read_runs(request.user))
    before = asking.number(request, "before")
    # Said aloud: Django drops a model's own order where it counts.
    found = _with_counts(Run.objects.select_related("version__guideline")).order_by("-serial")
    if before is not None:
        found = found.filter(serial__lt=before)
    found = list(found[: PAGE + 1])
    more = found[PAGE - 1].serial if len(found) > PAGE else None
    return render(request, "synthesis/runs.html", {"runs": found[:PAGE], "more": more})


def plan_run(request):
    roles.require(access.may_plan(request.user))
    form = PlanForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        try:
            run = planning.plan(
                recipe="supervised_dialogue",
                version=chosen["version"],
                profiles=list(chosen["profiles"]) or list(Profile.objects.current()),
                pairs=chosen["pairs"] or "all",
                samples=chosen["samples"],
                limit=chosen["limit"],
                parameters={"supervisor": chosen["supervisor"]},
                # Always the same one would choose the same cells again, whose replies are only replayed.
                seed=secrets.randbelow(2**32),
                by=request.user,
            )
        except (planning.NotPlanned, NoEndpoint) as refusal:
            form.add_error(None, str(refusal))
        else:
            if tasks.wake(run):
                messages.success(
                    request, _("Planned. Workers begin at once; this page shows how far they are.")
                )
            else:
                messages.success(request, _("Planned."))
                _say_that_nobody_works(request, run)
            return redirect("run", public_id=run.public_id)
    return render(request, "synthesis/plan.html", {"form": form}, status=400 if form.errors else 200)


def _say_that_nobody_works(request, run: Run):
    messages.warning(request, background.unheard([steering.by_hand(run)]))


def _run_context(run: Run) -> dict:
    spent = Call.objects.filter(instance__run=run).aggregate(
        calls=Count("id"), tokens_in=Sum("tokens_in"), tokens_out=Sum("tokens_out")
    )
    done = run.made + run.failed + run.cancelled
    share = round(100 * done / run.total) if run.total else 0
    # Workers may be few: say what they are at, where nothing of this run is in the making.
    waits = run.state == RunState.OPEN and run.planned and not run.making
    ahead = list(Run.objects.at_work().filter(serial__lt=run.serial)) if waits else []
    return {"run": run, "spent": spent, "share": share, "left": run.total - done, "ahead": ahead}


def _run(request, public_id) -> Run:
    roles.require(access.may_read_runs(request.user))
    return get_object_or_404(
        _with_counts(Run.objects.select_related("version__guideline")), public_id=public_id
    )


def run(request, public_id):
    found = _run(request, public_id)
    after = asking.number(request, "after")
    state = request.GET.get("state", "")
    rows = found.instances.select_related("pair_revision", "profile").order_by("id")
    if state in STATES:
        rows = rows.filter(state=state)
    if after is not None:
        rows = rows.filter(id__gt=after)
    rows = list(rows.defer("content")[: PAGE + 1])
    more = rows[PAGE - 1].id if len(rows) > PAGE else None
    rows = rows[:PAGE]
    hidden = access.hidden_from(request.user, rows)
    for row in rows:
        row.hidden = row.pk in hidden
    failures = (
        found.instances.filter(state=InstanceState.FAILED)
        .values("failure")
        .annotate(n=Count("id"))
        .order_by("-n")[:5]
    )
    context = {
        **_run_context(found), "instances": rows, "more": more, "state": state,
        "states": InstanceState.choices, "failures": failures, "sees_addresses": True,
        "acts": acts.latest(trail.RUN, found.public_id, trail.VOCABULARY),
    }  # fmt: skip
    return render(request, "synthesis/run.html", context)


def run_progress(request, public_id):
    """The part of the run's page that refreshes itself; at the end the whole page, whose buttons change."""
    context = _run_context(_run(request, public_id))
    answer = render(request, "synthesis/_progress.html", context)
    if not context["left"]:
        answer["HX-Refresh"] = "true"
    return answer


def steer(request, public_id):
    """Pause, go on, cancel, or plan failed instances again; then say what happened, not what was meant."""
    roles.require(access.may_steer(request.user))
    if request.method != "POST":
        return redirect("run", public_id=public_id)
    found = get_object_or_404(Run, public_id=public_id)
    acts = {
        "pause": (steering.pause, _("Paused. What is in the making is finished first.")),
        "resume": (steering.resume, _("Going on.")),
        "cancel": (steering.cancel, _("Cancelled. What was made stays.")),
        "retry": (steering.retry_failed, ""),
    }
    act = acts.get(request.POST.get("act", ""))
    if act is None:
        messages.error(request, _("Choose what to do with the run."))
        return redirect("run", public_id=public_id)
    try:
        done = act[0](run=found, by=request.user)
    except steering.NotNow as refusal:
        messages.error(request, str(refusal))
    else:
        found.refresh_from_db()
        messages.success(request, act[1] or _planned_again(found, done))
        if found.state == RunState.OPEN and not tasks.wake(found):
            _say_that_nobody_works(request, found)
    return redirect("run", public_id=public_id)


def _planned_again(run: Run, n: int) -> str:
    if n == 0:
        return _("No session of this run has failed; nothing was planned again.")
    said = ngettext("%d failed session is planned again.", "%d failed sessions are planned again.", n) % n
    return said if run.state == RunState.OPEN else said + " " + _("It waits until you go on with the run.")


def instance(request, public_id):
    """The session as a conversation; hidden steps unfold."""
    roles.require(access.may_read_runs(request.user))
    found = get_object_or_404(
        Instance.objects.select_related("run", "version__guideline", "pair_revision", "profile", "parent"),
        public_id=public_id,
    )
    roles.require(access.may_read_instance(request.user, found))
    names = {choice["key"]: choice["name"] for choice in briefing.choices(found.version)}
    content = found.content or {}
    marked = content.get("feedback", {}).get("findings", [])
    turns = [
        {
            **turn,
            "findings": [
                {**finding, "name": names.get(finding["mistake"])}
                for finding in marked
                if turn["id"] in finding["utterances"]
            ],
        }
        for turn in content.get("utterances", [])
    ]
    draft = rendering.draft(content["feedback"], mistake_names=names) if content else ""
    calls = found.calls.defer("messages", "reply").order_by("id")
    if found.trace:
        # Another instance may have paid for some: the same cell in a later run replays what is stored.
        stored = Call.objects.defer("messages", "reply").in_bulk(found.trace, field_name="key")
        calls = [stored[key] for key in found.trace if key in stored]
    context = {"instance": found, "content": content, "turns": turns, "draft": draft, "calls": calls}
    return render(request, "synthesis/instance.html", context)
