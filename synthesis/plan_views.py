"""Plan a run: how many sessions it would make, what they would cost, one of them made beforehand to look at."""

import secrets

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts import background, roles
from accounts.digesting import digest
from synthesis import access, choice_words, planning, planning_once, steering, tasks
from synthesis.conversing import conversation
from synthesis.counting import counted
from synthesis.faults import NoEndpoint
from synthesis.forms import PlanForm
from synthesis.models import Instance, InstanceState, Run
from synthesis.recipes import RECIPES
from synthesis.translated import names_in

REFUSALS = (planning.NotPlanned, NoEndpoint)


def plan_run(request):
    """GET asks; POST counts, previews or plans. Every button works alike with and without scripts."""
    roles.require(access.may_plan(request.user))
    asked = request.POST or request.GET
    recipe = asked.get("recipe") if asked.get("recipe") in RECIPES else next(iter(RECIPES))
    form = PlanForm(request.POST or None, recipe=RECIPES[recipe])
    act = request.POST.get("act", "plan")
    if request.method == "POST" and form.is_valid():
        if act == "plan":
            if answer := _planned(request, form, recipe):
                return answer
        elif act in ("preview", "another"):
            _preview(request, form, recipe, anew=act == "another")
    context = _context(request, form, recipe)
    if request.htmx and act == "count":
        return render(request, "synthesis/_count.html", context)
    wrong = bool(form.errors) and act != "count"
    return render(request, "synthesis/plan.html", context, status=400 if wrong else 200)


def _planned(request, form: PlanForm, recipe: str):
    asked = {"recipe": recipe, **form.asked()}
    # A second click is the same plan; whoever went back and chose otherwise means another one.
    key = f"page:{form.cleaned_data['once']}:{digest(asked)}" if form.cleaned_data["once"] else ""
    try:
        run, is_new = planning_once.plan(
            key=key, asked=asked, by=request.user, recipe=recipe, **form.chosen()
        )
    except REFUSALS as refusal:
        form.add_error(None, str(refusal))
        return None
    if not is_new:
        messages.info(request, _("This was planned already: here it is."))
    elif tasks.wake(run):
        messages.success(request, _("Planned. Workers begin at once; this page shows how far they are."))
    else:
        messages.success(request, _("Planned."))
        say_that_nobody_works(request, run)
    return redirect("run", public_id=run.public_id)


def _preview(request, form: PlanForm, recipe: str, *, anew: bool) -> None:
    """The form keeps what the preview was drawn by, and which one it is; another one draws another share."""
    seed = form.cleaned_data["seed"]
    if anew or seed is None:
        seed = secrets.randbelow(2**32)
    try:
        run = planning.preview(by=request.user, recipe=recipe, **{**form.chosen(), "seed": seed})
    except REFUSALS as refusal:
        form.add_error(None, str(refusal))
        return
    if not tasks.wake(run):
        say_that_nobody_works(request, run)
    kept = {"seed": seed, "preview": run.public_id}
    form.data = form.data.copy()
    for name, value in kept.items():
        form.data[name] = str(value)
    form.cleaned_data |= kept


def say_that_nobody_works(request, run: Run):
    messages.warning(request, background.unheard([steering.by_hand(run)]))


def _context(request, form: PlanForm, recipe: str) -> dict:
    found = {
        "form": form,
        "recipe": recipe,
        "about": choice_words.about(recipe),
        "recipes": [(name, choice_words.recipe(name)) for name in RECIPES],
    }
    if form.is_bound and not form.errors:
        try:
            found["estimate"] = counted(recipe=recipe, **form.chosen())
        except REFUSALS as refusal:
            found["refusal"] = str(refusal)
        if preview := form.cleaned_data["preview"]:
            shown = Run.objects.previews().filter(public_id=preview, planned_by=request.user).first()
            found |= shown_preview(request, shown) if shown else {}
    return found


def preview(request, public_id):
    """How far the preview is: looked at again and again by the page that plans."""
    roles.require(access.may_plan(request.user))
    run = get_object_or_404(Run.objects.previews(), public_id=public_id, planned_by=request.user)
    context = shown_preview(request, run)
    if not request.htmx:
        return render(request, "synthesis/preview.html", context)
    answer = render(request, "synthesis/_preview.html", context)
    if not context["preview_waits"]:
        answer["HX-Trigger"] = "previewed"  # the estimate knows more now
    return answer


def shown_preview(request, run: Run) -> dict:
    instance = Instance.objects.select_related("run", "profile", "pair_revision", "version").get(run=run)
    waits = instance.state in (InstanceState.PLANNED, InstanceState.MAKING)
    may_read = access.may_read_instance(request.user, instance)
    read = None
    if may_read and instance.state == InstanceState.MADE:
        read = conversation(instance.recipe, instance.content, [], names_in(instance))
    ahead = Run.objects.at_work().exclude(pk=run.pk) if instance.state == InstanceState.PLANNED else ()
    return {
        "preview": run,
        "preview_of": instance,
        "preview_waits": waits and run.state == "open",
        "preview_hidden": may_read.reason,
        "read": read,
        "ahead": list(ahead),
        "by_hand": steering.by_hand(run),
    }
