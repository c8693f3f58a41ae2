"""The quality report of a run, and holding sessions back: for the lead."""

from collections import Counter

from django.contrib import messages
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import roles
from guidelines.models import Entry
from synthesis import access, holding, holding_many, quality, tasks
from synthesis.models import Instance, Profile, Run
from synthesis.quality import behind, naming, presenting, side_by_side, verdicts


def _run(request, public_id) -> Run:
    roles.require(access.may_read_runs(request.user))
    return get_object_or_404(Run.objects.select_related("version__guideline"), public_id=public_id)


def _names(run: Run) -> dict[str, str]:
    """{key: name} of the guideline's mistakes and of its clients; without names that two share."""
    pairs = Entry.objects.filter(version=run.version_id, pair_revision__isnull=False)
    clients = Profile.objects.filter(pk__in=run.instances.order_by().values("profile")).exclude(name="")
    found = dict(pairs.values_list("pair_revision__pair__key", "pair_revision__name"))
    found |= dict(clients.values_list("key", "name"))
    times = Counter(found.values())
    return {key: name for key, name in found.items() if times[name] == 1}


def report(request, public_id):
    if request.GET.get("format") == "json":
        return as_json(request, public_id)
    run = _run(request, public_id)
    found = side_by_side.side(request.user, run, tasks.measure)
    context = {"run": run, "kept": found.measured, "is_current": found.is_current}
    if found.report:
        names = _names(run)
        sections = presenting.sections(found.report, names)
        for section in sections:
            section.chart = mark_safe(section.chart)  # drawn here, its labels escaped
        alarms = [naming.named(alarm, names) for alarm in found.report["alarms"]]
        context |= {"report": found.report, "sections": sections, "alarms": alarms}
        if verdicts.may_see(request.user, run):
            context["offered"] = behind.offered(found.report)
    return render(request, "synthesis/quality.html", context)


def as_json(request, public_id):
    """The whole report of what stands now, measured first where it must be."""
    run = _run(request, public_id)
    return JsonResponse(side_by_side.for_user(request.user, run, quality.report(run)))


def hold_many(request, public_id):
    """Hold back, or release, all sessions behind one number of the report."""
    run = _run(request, public_id)
    back = redirect("run_quality", public_id=public_id)
    if request.method != "POST":
        return back
    acts = {"hold": holding_many.hold_all, "release": holding_many.release_all}
    act = acts.get(request.POST.get("act", ""))
    if act is None:
        messages.error(request, _("Choose whether to hold the sessions back or to release them."))
        return back
    given = {name: request.POST.get(name, "") for name in ("where", "reason")}
    try:
        n = act(run=run, by=request.user, **given)
    except holding.NotHeld as refusal:
        messages.error(request, str(refusal))
    else:
        said = {
            "hold": ngettext("%(n)s session is held back.", "%(n)s sessions are held back.", n),
            "release": ngettext("%(n)s session is released.", "%(n)s sessions are released.", n),
        }
        messages.success(request, said[request.POST["act"]] % {"n": n})
    return back


def hold(request, public_id):
    """Hold a session back, or release it; the reason is kept."""
    roles.require(access.may_read_runs(request.user))
    if request.method != "POST":
        return redirect("instance", public_id=public_id)
    found = get_object_or_404(Instance.objects.select_related("run", "profile"), public_id=public_id)
    acts = {
        "hold": (holding.hold, _("Held back: it stays out of rounds and exports until a lead releases it.")),
        "release": (holding.release, _("Released: it can be put before reviewers.")),
    }
    act = acts.get(request.POST.get("act", ""))
    if act is None:
        messages.error(request, _("Choose whether to hold the session back or to release it."))
        return redirect("instance", public_id=public_id)
    try:
        act[0](instance=found, reason=request.POST.get("reason", ""), by=request.user)
    except holding.NotHeld as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, act[1])
    return redirect("instance", public_id=public_id)
