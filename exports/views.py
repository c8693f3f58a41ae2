"""Datasets and trainings, for a lead. The pages ask access, call one verb, and show what is there."""

from functools import wraps
from pathlib import PurePosixPath

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from kombu.exceptions import OperationalError

from accounts import acts, asking, roles
from exports import (
    access,
    artefacts,
    building,
    built_on,
    card,
    charting,
    packing,
    places,
    splitting,
    tasks,
    trail,
)
from exports.forms import FreezeForm, TrainingForm, in_words, measured_in_words
from exports.gathering import Gathered
from exports.models import Dataset, DatasetState, Node, TrainingRun, TrainingState
from exports.models.training import ENDED
from exports.training import launch
from review.models import Round

PAGE = 50


def for_leads(view):
    """Ask before anything else, so that a refusal never tells what is there."""

    @wraps(view)
    def asked(request, *args, **kwargs):
        roles.require(access.may_release(request.user))
        return view(request, *args, **kwargs)

    return asked


def _newest(queryset, request):
    """One page of rows, newest first, and the serial from which the next one starts; None at the end."""
    before = asking.number(request, "before")
    if before is not None:
        queryset = queryset.filter(serial__lt=before)
    rows = list(queryset[: PAGE + 1])
    return rows[:PAGE], rows[PAGE - 1].serial if len(rows) > PAGE else None


@for_leads
@require_GET
def datasets(request):
    asked = "rounds" in request.GET
    form = FreezeForm(request.GET) if asked else FreezeForm()
    return _datasets(request, form, preview=_preview(form) if asked and form.is_valid() else None)


def _datasets(request, form, *, preview=None, status=200):
    rows, more = _newest(Dataset.objects.select_related("made_by"), request)
    context = {
        "datasets": rows,
        "more": more,
        "form": form,
        "preview": preview,
        "any_closed": Round.objects.closed().exists(),
    }
    return render(request, "exports/datasets.html", context, status=status)


def _preview(form) -> dict:
    """What a release of these rounds would hold and leave out, and why; or why there can be none."""
    rounds = list(form.cleaned_data["rounds"])
    if not (answer := access.freezable(rounds)):
        return {"refused": answer.reason}
    asked = {"formats": form.cleaned_data["formats"], "margin": form.cleaned_data["margin"]}
    gathered = Gathered(rounds, named_tiers=form.named_tiers(), **asked)
    selection, groups = gathered.selection, gathered.selection.groups()
    return {
        "items": len(gathered.members),
        "groups": len(set(groups.values())),
        "verdicts": dict(selection.verdicts),
        "left_out": selection.left_out.most_common(),
        "no_pair": sorted(gathered.pairs_left_out.items()),
        "no_reply": sorted(gathered.replies_left_out.items()),
        "split": splitting.split(groups, seed=form.cleaned_data["seed"])[1] if gathered.members else "",
        "rehearsal": rounds[0].rehearsal,
    }


@for_leads
@require_POST
def freeze(request):
    form = FreezeForm(request.POST)
    if not form.is_valid():
        return _datasets(request, form, status=400)
    asked = {key: form.cleaned_data[key] for key in ("name", "formats", "seed", "margin")}
    try:
        dataset = building.plan(
            rounds=list(form.cleaned_data["rounds"]), by=request.user, named_tiers=form.named_tiers(), **asked
        )
    except (roles.Refused, building.NotFrozen) as refusal:
        form.add_error(None, str(refusal))
        return _datasets(request, form, status=400)
    _build(request, dataset)
    return redirect("dataset", dataset=dataset.public_id)


def _build(request, dataset):
    """By a worker where there is a broker, so that nobody waits for ten thousand items; here otherwise."""
    if settings.REDIS_URL:
        try:
            tasks.freeze.delay(dataset.pk)
        except OperationalError:
            messages.warning(
                request, _("The message broker does not answer. Building begins when it is back.")
            )
        return
    try:
        building.build(dataset=dataset)
    except building.NotFrozen as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Frozen. What is in it does not change any more."))


@for_leads
@require_GET
def dataset(request, dataset):
    found = get_object_or_404(Dataset.objects.select_related("made_by"), public_id=dataset)
    if "HX-Request" in request.headers:
        # The page asks whether it is built by now; only then it is shown anew, with what it said until then.
        return HttpResponse(headers={} if found.state == DatasetState.BUILDING else {"HX-Refresh": "true"})
    return _dataset(request, found, TrainingForm())


def _dataset(request, dataset, form, status=200):
    readme = places.dataset_folder(dataset) / "README.md"
    frozen = dataset.state == DatasetState.FROZEN and readme.exists()
    context = {
        "dataset": dataset,
        "stale": built_on.stale_in(dataset, request.user),
        "rounds": Round.objects.filter(public_id__in=dataset.selection["rounds"]),
        "card": card.as_html(readme.read_text()) if frozen else "",
        "trainings": dataset.training_runs.all()[:PAGE],
        "may_start": access.may_start(request.user, dataset),
        "form": form,
        "acts": acts.latest(trail.DATASET, dataset.public_id, trail.VOCABULARY),
        "sees_addresses": True,
    }
    return render(request, "exports/dataset.html", context, status=status)


@for_leads
@require_GET
def download(request, dataset):
    dataset = get_object_or_404(Dataset.objects.frozen(), public_id=dataset)
    name = f"dataset-{dataset.serial}"
    answer = StreamingHttpResponse(
        packing.zipped(places.dataset_folder(dataset), named=name), content_type="application/zip"
    )
    answer["Content-Disposition"] = f'attachment; filename="{name}.zip"'
    return answer


@for_leads
@require_POST
def start(request, dataset):
    dataset = get_object_or_404(Dataset, public_id=dataset)
    form = TrainingForm(request.POST)
    if not form.is_valid():
        return _dataset(request, dataset, form, status=400)
    run = launch.start(dataset=dataset, by=request.user, config=form.config())
    messages.success(request, _("Queued. The next free node takes it."))
    return redirect("training_run", run=run.public_id)


@for_leads
@require_GET
def training(request):
    rows, more = _newest(TrainingRun.objects.select_related("dataset", "node", "asked_by"), request)
    context = {
        "runs": rows,
        "more": more,
        "nodes": Node.objects.filter(retired_at=None).order_by("name"),
        "queued": TrainingRun.objects.filter(state=TrainingState.QUEUED).count(),
        "any_frozen": Dataset.objects.frozen().exists(),
    }
    return render(request, "exports/training.html", context)


@for_leads
@require_GET
def training_run(request, run):
    run = get_object_or_404(TrainingRun.objects.select_related("dataset", "node", "asked_by"), public_id=run)
    points = charting.losses(list(run.metric_rows.values_list("step", "values")))
    context = {
        "run": run,
        "stale": built_on.stale_in(run.dataset, request.user),
        "ended": run.state in ENDED,
        "points": points,
        # Numbers and our own words only, rendered by us.
        "chart": mark_safe(charting.loss_svg(points)) if points else "",
        "chart_in_words": charting.in_words(points),
        "share": round(100 * run.step / run.total) if run.total else 0,
        "metrics": measured_in_words(run.metrics),
        "config": in_words(run.config),
        "acts": acts.latest(trail.TRAINING, run.public_id, trail.VOCABULARY),
        "sees_addresses": True,
    }
    return render(request, "exports/training_run.html", context)


@for_leads
@require_POST
def cancel(request, run):
    run = launch.cancel(run=get_object_or_404(TrainingRun, public_id=run), by=request.user)
    ended = run.state == TrainingState.CANCELLED
    messages.success(request, _("Cancelled.") if ended else _("The node stops at its next report."))
    return redirect("training_run", run=run.public_id)


@for_leads
@require_GET
def artifact(request, run):
    run = get_object_or_404(TrainingRun, public_id=run)
    if run.state != TrainingState.SUCCEEDED or not artefacts.path_of(run).is_file():
        raise Http404
    name = f"training-{run.serial}-{PurePosixPath(run.artifact).name}"
    return FileResponse(artefacts.path_of(run).open("rb"), as_attachment=True, filename=name)
