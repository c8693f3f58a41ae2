"""Rounds and agreement for the lead, desks for reviewers, disputes for adjudicators: each page asks
review.access, and shows what the verbs answer."""

import secrets

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts import acts, asking, background, roles
from guidelines.models import Version
from review import access, disputes, handing_on, outcomes, reports, tasks, totals, trail
from review.closing import NotReadToTheEnd, read_and_close
from review.forms import MoreSeats, NewRound, Settling
from review.label_studio import connecting, webhook
from review.label_studio.gateway import passes
from review.label_studio.keeping import login_of
from review.models import Account, Decision, DecisionKind, Item, Reading, Round, Seat, SeatProject, Verdict
from review.raters import rater_for
from review.rounds import CannotMakeRound, left_out_held, make_round
from review.workflow import CannotSettle
from synthesis.models import Instance

PAGE = 50
SHOWN_RAW = 50


def rounds(request):
    roles.require(access.may_run_rounds(request.user))
    before = asking.number(request, "before")
    found = reports.with_counts(Round.objects.all())
    if before is not None:
        found = found.filter(serial__lt=before)
    found = list(found[: PAGE + 1])
    more = found[PAGE - 1].serial if len(found) > PAGE else None
    return render(request, "review/rounds.html", {"rounds": found[:PAGE], "more": more})


def round_new(request):
    roles.require(access.may_run_rounds(request.user))
    form = NewRound(request.POST or None, initial=_suggested(request))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = make_round(
                name=given["name"],
                instances=Instance.objects.made().filter(run__in=given["runs"]),
                raters=[rater_for(user) for user in given["reviewers"]],
                by=request.user,
                pairs_version=given["pairs_version"],
                rubric_version=given["rubric_version"],
                overlap=given["overlap"],
                unaided_share=given["unaided_share"] / 100,
                doubly_read=given["doubly_read"] / 100,
                deadline=given["deadline"],
                leave_out_risk=given["leave_out_risk"],
                # Another draw in every round: with a known seed the order of the run could be computed.
                seed=secrets.randbelow(2**32),
            )
        except CannotMakeRound as refusal:
            form.add_error(None, str(refusal))
        else:
            if held := left_out_held(made):
                messages.warning(request, _held_back(held))
            if tasks.wake(made):
                messages.success(
                    request, _("The round is open; its sessions are on their way to the reviewers.")
                )
            else:
                messages.success(request, _("The round is open."))
                messages.warning(request, background.unheard([background.SYNC]))
            return redirect("round", public_id=made.public_id)
    return render(request, "review/round_new.html", {"form": form}, status=400 if form.errors else 200)


def _held_back(n: int) -> str:
    return (
        ngettext(
            "%d session is held back and was left out; it can be released and put into another round.",
            "%d sessions are held back and were left out; they can be released and put into another round.",
            n,
        )
        % n
    )


def _suggested(request) -> dict:
    published = Version.objects.published().order_by("-published_at")
    return {
        "runs": request.GET.getlist("run"),
        "pairs_version": published.filter(guideline__slug="novice-mistakes").first(),
        "rubric_version": published.filter(guideline__slug="feedback-quality").first(),
    }


def round(request, public_id):
    roles.require(access.may_run_rounds(request.user))
    found = get_object_or_404(
        Round.objects.select_related("pairs_version__guideline", "rubric_version__guideline", "made_by"),
        public_id=public_id,
    )
    own = access.own_seat_only(request.user, found)
    seats = [seat for seat in reports.progress(found) if own is None or seat.pk == own.pk]
    context = {
        "round": found,
        "left_out_held": left_out_held(found),
        "own": own,
        "seats": seats,
        "failing": min(
            (p.failing_since for s in seats for p in s.projects.all() if p.failing_since), default=None
        ),
        "connected": connecting.is_set(),
        "gateway": settings.LABEL_STUDIO_GATEWAY_URL,
        "more_seats": MoreSeats(round=found),
    }
    if own is None:
        uncounted = reports.uncounted(found)
        context |= {
            "counts": reports.standing_counts(found),
            "outcomes": reports.outcomes(found),
            "waiting": Reading.objects.waiting().filter(seat__round=found).count(),
            "unsafe": [
                (item, bool(access.may_settle(request.user, item))) for item in reports.called_unsafe(found)
            ],
            "rates": reports.rates(found),
            "rated": totals.rated(found),
            "uncounted": uncounted.select_related("reading__seat__rater__user")[:SHOWN_RAW],
            "uncounted_total": uncounted.count(),
            "skips": reports.skips(found),
            "acts": acts.latest(trail.ROUND, found.public_id, trail.VOCABULARY),
            "sees_addresses": True,
        }
    return render(request, "review/round.html", context)


def round_close(request, public_id):
    roles.require(access.may_run_rounds(request.user))
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    found = get_object_or_404(Round, public_id=public_id)
    label_studio = connecting.connected() if connecting.is_set() else None
    anyway = request.POST.get("anyway") == "yes"
    try:
        closed = read_and_close(round=found, by=request.user, label_studio=label_studio, anyway=anyway)
    except NotReadToTheEnd as refusal:
        messages.error(request, str(refusal))
        return redirect("round", public_id=found.public_id)
    left = reports.standing_counts(closed)
    n = left["open"] + left["disputed"]
    messages.success(
        request,
        ngettext("Closed. %(n)s item is left unsettled.", "Closed. %(n)s items are left unsettled.", n)
        % {"n": n},
    )
    return redirect("round", public_id=closed.public_id)


def round_sync(request, public_id):
    """Ask for a look at Label Studio now, rather than at the next tick of the clock."""
    roles.require(access.may_run_rounds(request.user))
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    found = get_object_or_404(Round, public_id=public_id)
    if tasks.wake(found):
        messages.success(request, _("Asked Label Studio; reload in a moment."))
    else:
        not_asked = _("Label Studio was not asked.")
        messages.error(request, f"{not_asked} {background.unheard([background.SYNC])}")
    return redirect("round", public_id=found.public_id)


def round_seats(request, public_id):
    """Seat further reviewers in a round that is open."""
    roles.require(access.may_run_rounds(request.user))
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    found = get_object_or_404(Round, public_id=public_id)
    form = MoreSeats(request.POST, round=found)
    if not form.is_valid():
        messages.error(request, _("Choose at least one reviewer who has no seat here yet."))
        return redirect("round", public_id=found.public_id)
    raters = [rater_for(user) for user in form.cleaned_data["reviewers"]]
    try:
        handed = handing_on.seat_more(round=found, raters=raters, by=request.user)
    except CannotMakeRound as refusal:
        messages.error(request, str(refusal))
    else:
        tasks.wake(found)
        messages.success(request, _("Seated.") + " " + _handed(request, found, handed))
    return redirect("round", public_id=found.public_id)


def round_place(request, public_id):
    """Give what waits for a reader to those who are seated."""
    roles.require(access.may_run_rounds(request.user))
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    found = get_object_or_404(Round, public_id=public_id)
    handed = handing_on.place_waiting(round=found, by=request.user)
    tasks.wake(found)
    messages.success(request, _handed(request, found, handed))
    return redirect("round", public_id=found.public_id)


def seat_hand_on(request, public_id):
    """What a reviewer has not judged goes to the others."""
    roles.require(access.may_run_rounds(request.user))
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    seat = get_object_or_404(Seat.objects.select_related("round", "rater__user"), public_id=public_id)
    handed = handing_on.hand_on(seat=seat, by=request.user)
    tasks.wake(seat.round)
    messages.success(request, _handed(request, seat.round, handed))
    return redirect("round", public_id=seat.round.public_id)


def seat_give_back(request, public_id):
    """She gives back what she skipped."""
    roles.require(access.may_see_desk(request.user))
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    seat = get_object_or_404(Seat.objects.select_related("round", "rater__user"), public_id=public_id)
    handing_on.give_back_skipped(seat=seat, by=request.user)
    tasks.wake(seat.round)
    messages.success(request, _("Given back. You need say nothing."))
    return redirect("desk")


def _handed(request, round: Round, handed: handing_on.Handed) -> str:
    if access.own_seat_only(request.user, round):
        return _("Done.")  # how many others have not judged is not for her
    words = ngettext(
        "%(n)d session went to another reviewer.", "%(n)d sessions went to other reviewers.", handed.on
    ) % {"n": handed.on}
    if handed.left:
        words += " " + ngettext(
            "%(n)d session can be read by nobody else who is seated.",
            "%(n)d sessions can be read by nobody else who is seated.",
            handed.left,
        ) % {"n": handed.left}
    return words


def agreement(request):
    roles.require(access.may_see_agreement(request.user))
    hidden = access.rounds_she_judges(request.user)
    choices = Round.objects.exclude(pk__in=hidden.values("pk")).order_by("-serial")
    asked = asking.public_id(request, "round")
    named = request.GET.get("round")
    chosen = get_object_or_404(choices, public_id=asked) if named else choices.first()
    context = {"rounds": choices[:PAGE], "chosen": chosen, "hidden": hidden}
    if chosen:
        context |= {
            "tables": reports.agreements(chosen),
            "rates": reports.rates(chosen),
            "anchoring": reports.anchoring(chosen),
        }
    return render(request, "review/agreement.html", context)


def desk(request):
    roles.require(access.may_see_desk(request.user))
    rows = reports.desk_of(request.user)
    direct = settings.LABEL_STUDIO_PUBLIC_URL.rstrip("/") if settings.REVIEW_DIRECT_ACCOUNTS else ""
    context = {"rows": rows, "gateway": settings.LABEL_STUDIO_GATEWAY_URL, "studio": direct}
    account = Account.objects.filter(rater__user=request.user, ls_user_id__isnull=False).first()
    if account and settings.REVIEW_DIRECT_ACCOUNTS:
        context["login"] = login_of(account, asked_by=request.user)
    return render(request, "review/desk.html", context)


def desk_open(request, seat, form):
    """Hand out a ticket to the gateway, which opens the editor on her own tasks."""
    roles.require(access.may_see_desk(request.user))
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    projects = SeatProject.objects.select_related("seat__round", "seat__rater")
    project = get_object_or_404(projects, seat__public_id=seat, form=form, project_id__isnull=False)
    if not settings.LABEL_STUDIO_GATEWAY_URL:
        messages.error(request, _("The gateway to Label Studio is not set; a lead can say where it is."))
        return redirect("desk")
    ticket = passes.issue(project=project, by=request.user, app_session=request.session.session_key)
    enter = {"address": f"{settings.LABEL_STUDIO_GATEWAY_URL}/enter", "ticket": ticket}
    answer = render(request, "review/enter.html", enter)
    # The gateway takes a ticket from our pages alone, and knows by this where it comes from.
    answer["Referrer-Policy"] = "strict-origin"
    answer["Cache-Control"] = "no-store"
    return answer


def desk_mine(request):
    roles.require(access.may_see_desk(request.user))
    start = asking.number(request, "from") or 0
    items = list(reports.resolved_items(request.user)[start : start + PAGE + 1])
    decisions = Decision.objects.in_force().filter(item__in=items).select_related("item")
    mine = {d.item_id: d for d in decisions.filter(rater__user=request.user, reading__pass_number=1)}
    settling = {d.item_id: d for d in decisions.exclude(kind=DecisionKind.READING)}
    names = outcomes.names_of_mistakes([item.round for item in items])
    rows = [
        {
            "item": item,
            "mine": mine.get(item.pk),
            "settled_by": settling.get(item.pk),
            "outcomes": [
                outcomes.in_words(
                    standing,
                    names.get(item.round.pairs_version_id, {}),
                    edit=own if (own := mine.get(item.pk)) and own.verdict == Verdict.EDIT else None,
                )
                for standing in item.standings.all()
            ],
        }
        for item in items[:PAGE]
    ]
    more = start + PAGE if len(items) > PAGE else None
    return render(request, "review/desk_mine.html", {"rows": rows, "more": more})


def disputes_page(request):
    roles.require(access.may_see_disputes(request.user))
    found = disputes.waiting_for(request.user).prefetch_related("standings")[:PAGE]
    return render(request, "review/disputes.html", {"items": found})


def dispute(request, public_id):
    roles.require(access.may_see_disputes(request.user))
    item = _item(public_id)
    roles.require(access.may_settle(request.user, item))
    found = disputes.Dispute(item)
    if not found.aspects:
        settled = item.decisions.exclude(kind=DecisionKind.READING).order_by("-n").first()
        return render(request, "review/dispute_over.html", {"item": item, "settled": settled})
    form = Settling(found, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            found.settle(by=request.user, **form.answers())
        except CannotSettle as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Settled. Thank you."))
            return redirect("disputes")
    texts = [
        {"n": n, "text": text, "field": form[f"text-{text.token}"]} for n, text in enumerate(found.texts, 1)
    ]
    compared = [{"n": n, "words": words} for n, words in enumerate(found.differences, 2)]
    context = {"item": item, "dispute": found, "form": form, "texts": texts, "compared": compared,
               "versions": [item.round.pairs_version, item.round.rubric_version]}  # fmt: skip
    return render(request, "review/dispute.html", context, status=400 if form.errors else 200)


def _item(public_id) -> Item:
    items = Item.objects.select_related(
        "round__pairs_version__guideline", "round__rubric_version__guideline", "instance__version__guideline"
    ).prefetch_related("standings")
    return get_object_or_404(items, public_id=public_id)


@csrf_exempt
@require_POST
def hook(request):
    """Answers at once, since the reviewer's own save in Label Studio waits for it."""
    status = webhook.status_of(request.headers)
    if status == 202:
        tasks.wake()
    return HttpResponse(status=status)
