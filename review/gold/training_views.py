"""Training rounds and what known answers say of their readers: for the lead, and for each reader her own."""

from django.contrib import messages
from django.http import HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts import asking, background, roles
from guidelines.models import Kind, Version
from review import access as review_access
from review import tasks
from review.agreement.drift import FALSE_ALARM, HORIZON
from review.gold import access, drifting, round_results, telling
from review.gold.certified import held_by
from review.gold.certifying import CannotCertify, certify
from review.gold.forms import NewTraining
from review.gold.results import names_of_aspects, tallies, with_answers
from review.gold.training import make_training_round
from review.gold.withdrawing import CannotWithdraw, withdraw_certification
from review.matching import CannotMakeRound
from review.models import Certification, Round, Seat
from review.raters import rater_for


def training_new(request):
    """The rubric is chosen first: each of its dimensions gets a pass mark."""
    roles.require(review_access.may_run_rounds(request.user))
    published = Version.objects.published().order_by("guideline__slug", "-number").select_related("guideline")
    rubrics = list(published.filter(guideline__kind=Kind.RUBRIC))
    asked = asking.number(request, "rubric")
    usual = [one for one in rubrics if one.guideline.slug == "feedback-quality"] or rubrics
    rubric = next((one for one in rubrics if one.pk == asked), usual[0] if usual else None)
    pairs = published.filter(guideline__slug="novice-mistakes").first()
    form = NewTraining(request.POST or None, rubric=rubric, initial={"pairs_version": pairs})
    if request.method == "POST" and rubric and form.is_valid():
        given = form.cleaned_data
        try:
            made = make_training_round(
                name=given["name"],
                raters=[rater_for(user) for user in given["reviewers"]],
                by=request.user,
                pairs_version=given["pairs_version"],
                rubric_version=rubric,
                each=given["each"],
                shares=form.shares(),
                at_least=given["at_least"],
                deadline=given["deadline"],
            )
        except CannotMakeRound as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The training round is open."))
            if not tasks.wake(made):
                messages.warning(request, background.unheard([background.SYNC]))
            return redirect("round", public_id=made.public_id)
    context = {"form": form, "rubric": rubric, "rubrics": rubrics}
    return render(request, "review/gold/training_new.html", context, status=400 if form.errors else 200)


def round_known(request, public_id):
    """How the readers of a round answered what is known."""
    roles.require(review_access.may_run_rounds(request.user))
    versions = ("pairs_version__guideline", "rubric_version__guideline")
    found = get_object_or_404(Round.objects.select_related(*versions), public_id=public_id)
    roles.require(access.may_see_results(request.user, found))
    rows, together = round_results.of(found)
    for row in rows:
        if row.certification is None:
            row.may_certify = access.may_certify(request.user, row.seat)
        elif not row.ended:
            row.may_withdraw = access.may_withdraw(request.user, row.certification)
    context = {
        "round": found,
        "rows": rows,
        "together": together,
    }
    return render(request, "review/gold/results.html", context)


def seat_certify(request, public_id):
    roles.require(review_access.may_run_rounds(request.user))
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    seat = get_object_or_404(Seat.objects.select_related("round", "rater__user"), public_id=public_id)
    try:
        certify(seat=seat, by=request.user, reason=request.POST.get("reason", ""))
    except CannotCertify as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("%s is certified.") % seat.rater)
    return redirect("round_known", public_id=seat.round.public_id)


def seat_withdraw(request, public_id):
    """What the round of this seat certified."""
    roles.require(review_access.may_run_rounds(request.user))
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    seat = get_object_or_404(Seat.objects.select_related("round", "rater__user"), public_id=public_id)
    found = Certification.objects.select_related("round", "rater__user", "pairs_version", "rubric_version")
    certification = get_object_or_404(found, round=seat.round, rater=seat.rater)
    try:
        withdraw_certification(
            certification=certification, by=request.user, reason=request.POST.get("reason", "")
        )
    except CannotWithdraw as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Withdrawn. %s reads your reason with her answers.") % seat.rater)
    return redirect("round_known", public_id=seat.round.public_id)


def desk_known(request):
    """Her own answers beside the accepted ones."""
    roles.require(review_access.may_see_desk(request.user))
    decisions, round = telling.told_to(request.user), None
    if request.GET.get("round"):
        round = get_object_or_404(Round, public_id=asking.public_id(request, "round"))
        decisions = decisions.filter(item__round=round)
    rows, more = telling.page_of(decisions, asking.number(request, "before"))
    context = {"rows": rows, "more": more, "round": round, "certified": held_by([request.user])}
    if round and rows:
        names, found = names_of_aspects(round.rubric_version), tallies(with_answers(decisions))
        context["tallies"] = [(name, found[aspect]) for aspect, name in names.items() if aspect in found]
    return render(request, "review/gold/desk_known.html", context)


def over_time(request):
    """For the lead: whose results change. Nothing follows of itself."""
    roles.require(review_access.may_run_rounds(request.user))
    rows = drifting.of_readers(request.user)
    certified: dict[int, list[Certification]] = {}
    for one in held_by([rater.user_id for rater, _watched in rows if rater.user_id]):
        certified.setdefault(one.rater_id, []).append(one)
    rows = [(rater, watched, certified.get(rater.pk, ())) for rater, watched in rows]
    context = {"rows": rows, "horizon": HORIZON, "false_alarm": FALSE_ALARM}
    return render(request, "review/gold/over_time.html", context)
