"""Rounds, for their leads: each page asks review.access, and shows what the verbs answer."""

import secrets

from django.contrib import messages
from django.http import HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import acts, asking, background, roles
from guidelines.models import Version
from review import (
    access,
    handing_on,
    overturning,
    preferred,
    releasing,
    repeating,
    reports,
    ruling,
    tasks,
    totals,
    trail,
    uncounted_rows,
)
from review.choosing.carrying import kept
from review.choosing.fitting import SCREEN
from review.choosing.forms import SESSIONS, SHARE, RoundOfChosen, WhichSessions
from review.choosing.opening import make_chosen_round
from review.choosing.views import chosen_in_words, counted
from review.closing import NotReadToTheEnd, read_and_close
from review.flags import waiting
from review.flags.forms import RiskLead
from review.forms import Extend, MoreSeats, MoveRelease, NewRound
from review.gold import certified
from review.items_of_rounds import items_of
from review.judges.access import may_see_judges
from review.label_studio import comparing, connecting
from review.label_studio.screens.recipes import SCREENS
from review.models import Asked, Reading, Round, RoundState, Seat
from review.raters import rater_for
from review.rounds import CannotClose, CannotMakeRound, left_out_held, make_round, why_not_closed
from review.sessions.access import may_see_how_sessions_stand, may_see_how_sessions_were_settled
from review.stood_so_far import stood_of
from review.welfare.providing import contact
from synthesis.models import Instance, Run

PAGE = 50
NEWEST = 10  # of what has a page of its own
MOST_FLAGGED = 20


def rounds(request):
    roles.require(access.may_run_rounds(request.user))
    before = asking.number(request, "before")
    found = Round.objects.select_related("pairs_version__guideline", "rubric_version__guideline")
    if before is not None:
        found = found.filter(serial__lt=before)
    found = reports.with_counts(found[: PAGE + 1])
    more = found[PAGE - 1].serial if len(found) > PAGE else None
    waiting = access.appeals_open_to(request.user).waiting().exclude(by=request.user).count()
    # How many are settled would tell her who sees as she does.
    own = set(access.rounds_she_judges(request.user).values_list("pk", flat=True))
    context = {"rounds": found[:PAGE], "more": more, "appeals": waiting, "own": own}
    return render(request, "review/rounds.html", context)


def round_new(request):
    roles.require(access.may_run_rounds(request.user))
    chosen = WhichSessions.asked(request.GET)  # by a filter; None: the sessions of whole runs
    if chosen is not None and not chosen.is_valid():
        return redirect(f"{reverse('round_choose')}?{request.GET.urlencode()}")
    form = (NewRound if chosen is None else RoundOfChosen)(request.POST or None, initial=_suggested(request))
    about = None  # a session for which the round was refused
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        if chosen is None:
            instances = Instance.objects.made().filter(run__in=given["runs"])
            # Of several recipes, what another one made is refused by name.
            make, which = make_round, {"instances": instances, "screen": given["runs"][0].recipe}
        else:
            make, which = make_chosen_round, {"choosing": chosen.choosing()}
        try:
            made = make(
                **which,
                **form.options(),
                raters=[rater_for(user) for user in given["reviewers"]],
                by=request.user,
                # Another draw in every round: with a known seed the order of the run could be computed.
                seed=secrets.randbelow(2**32),
            )
        except CannotMakeRound as refusal:
            form.add_error(None, str(refusal))
            about = refusal.session
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
    shown = chosen and counted(chosen, request.user)
    context = {"form": form, "contact": contact(), "chosen": shown, "about": about}
    context |= {
        "sessions": kept(request.GET, SESSIONS).urlencode(),
        "share": kept(request.GET, SHARE).urlencode(),
    }
    return render(request, "review/round_new.html", context, status=400 if form.errors else 200)


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
    given = {name: asking.number(request, name) for name in ("doubly_read", "overlap")}
    run = Run.objects.filter(public_id=asking.public_id(request, "run")).only("recipe").first()
    screen = SCREENS.get(request.GET.get("recipe") or (run.recipe if run else SCREEN), SCREENS[SCREEN])
    return {name: number for name, number in given.items() if number is not None} | {
        "runs": request.GET.getlist("run"),
        "pairs_version": published.filter(guideline__slug="novice-mistakes").first(),
        "rubric_version": published.filter(guideline__slug=screen.rubric).first(),
    }


def round(request, public_id):
    roles.require(access.may_run_rounds(request.user))
    found = get_object_or_404(
        Round.objects.select_related(
            "pairs_version__guideline", "rubric_version__guideline", "made_by", "risk_lead"
        ),
        public_id=public_id,
    )
    own = access.own_seat_only(request.user, found)
    place = connecting.place(connecting.of_round(found))
    seats = [seat for seat in reports.progress(found) if own is None or seat.pk == own.pk]
    context = {
        "round": found,
        "left_out_held": left_out_held(found),
        "rule": ruling.sentences(found),
        "own": own,
        "seats": seats,
        "failing": min(
            (p.failing_since for s in seats for p in s.projects.all() if p.failing_since), default=None
        ),
        "connected": place.is_set,
        "gateway": place.gateway_url,
        "more_seats": MoreSeats(round=found),
        "release": MoveRelease(initial={"resolutions_from": found.resolutions_from}),
        "may_move_release": access.may_move_release(request.user, found),
        "extend": Extend(),
        "may_extend": access.may_extend(request.user, found),
        "hands_on": bool(access.may_seat(request.user, found)),
    }
    if own is None:
        stood = stood_of(found)
        uncertified = _uncertified(found, seats)
        uncounted_total, skips = reports.uncounted_and_skips(found)
        differences = reports.differences(found)[: NEWEST + 1]
        context |= {
            "counts": reports.standing_counts(found, stood),
            "known": bool(items_of([found])[found.pk].known),
            "uncertified": uncertified,
            "withdrawn": _withdrawn(found, uncertified),
            "outcomes": reports.outcomes(found, stood),
            "stand": may_see_how_sessions_stand(request.user, found),
            "settled": may_see_how_sessions_were_settled(request.user, found),
            "preferences": preferred.preferences(found, stood),
            "waiting": Reading.objects.waiting().filter(seat__round=found).count(),
            "flagged": waiting.items_in(waiting.of_round(found, request.user))[:MOST_FLAGGED],
            "flagged_total": waiting.of_round(found, request.user).values("item").distinct().count(),
            "unanswerable": waiting.without_a_lead(waiting.of_round(found)),
            "name_risk_lead": RiskLead(round=found),
            "rates": reports.rates(found),
            "is_weighed": reports.is_weighed(found),
            "chosen": chosen_in_words(found) if access.may_see_choice(request.user, found) else None,
            "rated": totals.rated(found),
            "sees_judges": bool(may_see_judges(request.user, found)),
            "disagreements": reports.disagreements(found),
            "overturning": overturning.of(found),
            "uncounted": uncounted_rows.rows(found, request.user, NEWEST),
            "uncounted_total": uncounted_total,
            "informed": releasing.left_out(found),
            "skips": skips,
            "differences": differences[:NEWEST],
            "more_differences": len(differences) > NEWEST,
            "acts": acts.latest(trail.ROUND, found.public_id, trail.VOCABULARY),
            "sees_addresses": True,
        }
    return render(request, "review/round.html", context)


def _uncertified(round: Round, seats) -> list:
    if round.certification == Asked.NO:
        return []
    return certified.missing([seat.rater for seat in seats], round.pairs_version, round.rubric_version)


def _withdrawn(round: Round, uncertified) -> list[tuple]:
    """(rater, when) of those among them whose certification was withdrawn."""
    if not uncertified:
        return []
    found = certified.withdrawals(uncertified, round.pairs_version, round.rubric_version)
    return [(rater, found[rater.pk].at) for rater in uncertified if rater.pk in found]


def round_close(request, public_id):
    """Asked first, with what is left: it cannot be undone."""
    roles.require(access.may_run_rounds(request.user))
    found = get_object_or_404(Round, public_id=public_id)
    if request.method != "POST":
        return _ask_to_close(request, found)
    server = connecting.of_round(found)
    label_studio = connecting.connected(server) if connecting.place(server).is_set else None
    anyway = request.POST.get("anyway") == "yes"
    try:
        closed = read_and_close(round=found, by=request.user, label_studio=label_studio, anyway=anyway)
    except (NotReadToTheEnd, CannotClose) as refusal:
        messages.error(request, str(refusal))
        return redirect("round", public_id=found.public_id)
    tasks.wake_agreeing(closed)
    left = reports.standing_counts(closed)
    n = left["open"] + left["disputed"]
    messages.success(
        request,
        ngettext("Closed. %(n)s session is left unsettled.", "Closed. %(n)s sessions are left unsettled.", n)
        % {"n": n},
    )
    return redirect("round", public_id=closed.public_id)


def _ask_to_close(request, round: Round):
    if round.state != RoundState.OPEN:
        return redirect("round", public_id=round.public_id)
    own = access.own_seat_only(request.user, round)
    seats = [seat for seat in reports.progress(round) if own is None or seat.pk == own.pk]
    # Who may judge some of these herself is told of none.
    drawn = overturning.of(round) if own is None else None
    repeats = repeating.counted(round) if own is None else None
    context = {
        "round": round,
        "own": own,
        # Nor how many sessions carry a flag, before she asks to close it.
        "why_not": why_not_closed(round) if own is None else "",
        "second": drawn.drawn - drawn.read if drawn else 0,
        "repeats": repeats.planned - repeats.judged if repeats else 0,
        "unjudged": sum(seat.total - seat.judged for seat in seats),
        # How many are settled would tell her who judges in it who sees as she does.
        "counts": reports.standing_counts(round) if own is None else None,
        "failing": any(project.failing_since for seat in seats for project in seat.projects.all()),
        "connected": connecting.place(connecting.of_round(round)).is_set,
    }
    return render(request, "review/round_close.html", context)


def round_sync(request, public_id):
    """Ask for a look at all of it in Label Studio now, rather than at what is new, or at night."""
    roles.require(access.may_run_rounds(request.user))
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    found = get_object_or_404(Round, public_id=public_id)
    comparing.ask(found)
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
    """What a reviewer has not judged goes to the others; the page asks first, as it cannot be undone."""
    roles.require(access.may_run_rounds(request.user))
    seat = get_object_or_404(Seat.objects.select_related("round", "rater__user"), public_id=public_id)
    if request.method != "POST":
        roles.require(access.may_hand_on(request.user, seat))
        (own,) = [one for one in reports.progress(seat.round) if one.pk == seat.pk]
        return render(request, "review/hand_on.html", {"seat": own, "left": own.total - own.judged})
    handed = handing_on.hand_on(seat=seat, by=request.user)
    tasks.wake(seat.round)
    messages.success(request, _handed(request, seat.round, handed))
    return redirect("round", public_id=seat.round.public_id)


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
