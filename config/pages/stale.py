"""The stale list: what was made by words of a guideline that no longer stand; made or judged again from here."""

import secrets

from django.contrib import messages
from django.http import Http404, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import asking, background, roles
from config.pages import stale_list
from config.pages.dependents import by_pair, counted
from config.pages.stale_forms import Reread
from config.pages.stale_list import SHOWS, Asked
from guidelines import drafts
from guidelines.models import Guideline, Kind
from review import access as review_access
from review import rereading
from review import tasks as review_tasks
from review.raters import rater_for
from review.rounds import CannotMakeRound
from review.whereabouts import Stage
from synthesis import access, planning, remaking, steering
from synthesis import tasks as synthesis_tasks
from synthesis.faults import NoEndpoint


def page(request, slug):
    """Of the version in force; `against=draft`: what the draft would add to it, before it is published."""
    roles.require(access.may_read_runs(request.user))
    guideline, asked, then, now = _asked(request, slug)
    everything = stale_list.chosen(then, now, asked, request.user)
    shown = stale_list.narrowed(everything, asked, now)
    rows, more = stale_list.page(shown, now, asking.number(request, "after"))
    acts = asked.show == "waiting" and not asked.against
    counts = counted(everything, now.revisions())
    narrower = counts if shown is everything else counted(shown, now.revisions(key=asked.pair or None))
    n, playable, readable = stale_list.totals(shown, narrower, now)
    context = {
        "guideline": guideline,
        "version": now.target,
        "asked": asked,
        "pairs": by_pair(everything, now, f"?{asked.query(pair='', stage='', words='')}", counts),
        "rows": rows,
        "more": f"{asked.query()}&after={more}" if more else "",
        "n": n,
        "downstream": stale_list.downstream(shown),
        "shows": [(name, label, asked.query(show=name)) for name, label in SHOWS.items()],
        "stages": Stage.choices,
        "acts": acts,
        "query": asked.query(),
        "playable": playable if acts else 0,
        "readable": readable if acts else 0,
        "may_remake": access.may_remake(request.user, now.target),
    }
    return render(request, "stale.html", context)


def _asked(request, slug):
    guideline = get_object_or_404(Guideline, slug=slug, kind=Kind.PAIRS)
    asked = Asked.of(request)
    in_force = drafts.latest(guideline)
    draft = guideline.versions.unpublished().first() if asked.against else None
    after = draft or in_force
    if after is None or (asked.against and (asked.against != "draft" or draft is None)):
        raise Http404
    then, now = stale_list.between((in_force if draft else None, after))
    return guideline, asked, then, now


def _waiting(request, slug):
    """What the list shows and a verb is asked for; None when it shows something else than when the page was opened."""
    guideline, asked, then, now = _asked(request, slug)
    shown = stale_list.narrowed(stale_list.chosen(then, now, asked, request.user), asked, now)
    if asked.show != "waiting" or asked.against:
        raise Http404
    back = f"{reverse('guideline_stale', args=[guideline.slug])}?{asked.query()}"
    if request.POST.get("n") != str(shown.count()):
        messages.error(
            request, _("Nothing was planned: the list has changed since you opened it. Look at it again.")
        )
        return None, now, back
    return shown, now, back


def remake(request, slug):
    """Plan what the list shows again, under the version in force."""
    roles.require(access.may_plan(request.user))
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    shown, now, back = _waiting(request, slug)
    if shown is None:
        return redirect(back)
    own_models = request.POST.get("models") != "now"
    try:
        done = remaking.remake(instances=shown, version=now.target, by=request.user, own_models=own_models)
    except (planning.NotPlanned, NoEndpoint) as refusal:
        messages.error(request, _("Nothing was planned. %s") % refusal)
        return redirect(back)
    messages.success(
        request,
        ngettext("%(n)s session is planned again.", "%(n)s sessions are planned again.", done.planned)
        % {"n": done.planned},
    )
    if done.given_up:
        messages.info(
            request,
            ngettext(
                "%(n)s of them was still to be made by the old words; that is given up.",
                "%(n)s of them were still to be made by the old words; that is given up.",
                done.given_up,
            )
            % {"n": done.given_up},
        )
    _say_left_out(request, done.left_out)
    unheard = [run for run in done.runs if not synthesis_tasks.wake(run)]
    if unheard:
        messages.warning(request, background.unheard([steering.by_hand(run) for run in unheard]))
    if len(done.runs) == 1:
        return redirect("run", public_id=done.runs[0].public_id)
    return redirect(f"{reverse('guideline_stale', args=[slug])}?show=again")


def _say_left_out(request, left_out) -> None:
    for reason, n in left_out.items():
        messages.info(request, _("%(n)s left as they are: %(reason)s.") % {"n": n, "reason": reason})


def reread(request, slug):
    """A new round over what the list shows, judged by the version in force."""
    roles.require(review_access.may_run_rounds(request.user))
    guideline, asked, then, now = _asked(request, slug)
    if asked.show != "waiting" or asked.against:
        raise Http404
    form = Reread(request.POST or None)
    if request.method == "POST" and form.is_valid():
        shown, now, back = _waiting(request, slug)
        if shown is None:
            return redirect(back)
        try:
            round, left_out = rereading.read_again(
                instances=shown,
                version=now.target,
                raters=[rater_for(user) for user in form.cleaned_data["reviewers"]],
                by=request.user,
                **form.options(),
                seed=secrets.randbelow(2**32),
            )
        except CannotMakeRound as refusal:
            form.add_error(None, str(refusal))
        else:
            if round is None:
                return redirect(back)
            messages.success(request, _("The round is open: these sessions are judged again."))
            _say_left_out(request, left_out)
            if not review_tasks.wake(round):
                messages.warning(request, background.unheard([background.SYNC]))
            return redirect("round", public_id=round.public_id)
    shown = stale_list.narrowed(stale_list.chosen(then, now, asked, request.user), asked, now)
    context = {
        "guideline": guideline,
        "version": now.target,
        "form": form,
        "n": shown.count(),
        "readable": rereading.readable(shown).count(),
        "query": asked.query(),
    }
    return render(request, "stale_reread.html", context, status=400 if form.errors else 200)
