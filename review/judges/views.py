"""Judge models of a round, for a lead who judges nothing of it: asked, stopped, and shown beside the people."""

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts import background, roles
from review import tasks
from review.access import may_run_rounds
from review.judges import access, comparing
from review.judges.asking import CannotAsk, ask_judge, go_on_judging, stop_judging
from review.judges.forms import AskJudge
from review.models import Item, Judging, Round, Seat

MOST_SHOWN = 20


def round_judges(request, public_id):
    roles.require(may_run_rounds(request.user))
    found = get_object_or_404(Round.objects.select_related("rubric_version__guideline"), public_id=public_id)
    roles.require(access.may_see_judges(request.user, found))
    form = AskJudge(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            judging = ask_judge(round=found, **form.cleaned_data, by=request.user)
        except CannotAsk as refusal:
            form.add_error(None, str(refusal))
        else:
            _say(
                request, judging, _("Asked. What it says appears here; nobody who judges this round sees it.")
            )
            return redirect("round_judges", public_id=found.public_id)
    unsafe = called_unsafe(found)
    context = {
        "round": found,
        "form": form,
        "may_ask": access.may_ask_judges(request.user, found),
        "endpoints": form.fields["endpoint"].queryset.exists(),
        "judgings": _with_counts(found),
        "judges": comparing.judges(found),
        "unsafe": unsafe[:MOST_SHOWN],
        "unsafe_total": unsafe.count(),
        "sessions": found.items.counted().count(),
    }
    return render(request, "review/judges.html", context, status=400 if form.errors else 200)


def called_unsafe(round: Round):
    """Items that a judge calls unsafe in any of its readings, each with `judges`: how many do."""
    by_judge = Q(decisions__unsafe=True, decisions__reading__seat__judging__isnull=False)
    found = Item.objects.filter(round=round).annotate(
        judges=Count("decisions__rater", filter=by_judge, distinct=True)
    )
    found = found.filter(judges__gt=0).select_related("instance")
    return found.defer("instance__content", "instance__trace").order_by("-judges", "public_id")


def _with_counts(round: Round) -> list[Judging]:
    found = list(comparing.round_judgings(round))
    outcomes = comparing.outcomes_of([one.seat_id for one in found])
    for one in found:
        one.outcomes = outcomes[one.seat_id]
        one.waits = one.outcomes["waiting"]
        one.done = one.outcomes.total() - one.waits
    return found


def judge_stop(request, seat):
    return _turned(request, seat, stop_judging, _("Stopped. What it has said is kept."))


def judge_go_on(request, seat):
    return _turned(request, seat, go_on_judging, _("It goes on with what it has not read."))


def _turned(request, seat, turn, words: str):
    roles.require(may_run_rounds(request.user))
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    found = get_object_or_404(
        Seat.objects.select_related("round", "judging"), public_id=seat, judging__isnull=False
    )
    try:
        judging = turn(judging=found.judging, by=request.user)
    except CannotAsk as refusal:
        messages.error(request, str(refusal))
    else:
        _say(request, judging, words)
    return redirect("round_judges", public_id=found.round.public_id)


def _say(request, judging: Judging, words: str) -> None:
    messages.success(request, words)
    if judging.state == "open" and not tasks.wake_judge(judging):
        model, endpoint = judging.seat.rater.model_spec["model"], judging.seat.rater.model_spec["endpoint"]
        command = (
            f"./bin/manage judge_round {judging.seat.round.public_id} --endpoint {endpoint} --model {model}"
        )
        messages.warning(request, background.unheard([f"{command} --wait"]))
