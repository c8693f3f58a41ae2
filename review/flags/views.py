"""Flags: raised by a reader at her desk, seen and answered in writing by the leads."""

from django.contrib import messages
from django.http import HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts import asking, roles
from review import access
from review.flags import raising, waiting
from review.flags.answering import CannotResolve, name_risk_lead, resolve
from review.flags.forms import Answering, Raising, RiskLead
from review.judged import Wording
from review.matching import carried
from review.models import Flag, FlagKind, Item, Reading, Resolution, Round
from review.rounds import CannotMakeRound
from review.welfare.notices import NOTICES, in_order
from review.welfare.providing import provided
from synthesis.models import Instance

PAGE = 50


def flags(request):
    """Sessions whose flags wait, the longest waiting first; those named to her on top."""
    roles.require(access.may_see_flags(request.user))
    start = asking.number(request, "from") or 0
    mine = waiting.waiting_for(request.user).filter(waiting.named(request.user))
    others = waiting.waiting_for(request.user).exclude(waiting.named(request.user))
    rest = list(waiting.items_in(others)[start : start + PAGE + 1])
    context = {
        "mine": waiting.items_in(mine)[:PAGE] if not start else [],
        "others": rest[:PAGE],
        "more": start + PAGE if len(rest) > PAGE else None,
    }
    return render(request, "review/flags.html", context)


def flag(request, public_id):
    """One session: what was raised, its text, and the answers."""
    roles.require(access.may_see_flags(request.user))
    items = Item.objects.select_related(
        "round__risk_lead", "instance__version__guideline", "instance__profile"
    )
    item = get_object_or_404(items, public_id=public_id)
    roles.require(access.may_see_flag(request.user, item))
    form = Answering(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        asked = get_object_or_404(Flag, pk=given.pop("flag"), item=item)
        try:
            resolve(flag=asked, **given, by=request.user)
        except CannotResolve as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Answered. It stays here, with the flag."))
        return redirect("flag", public_id=item.public_id)
    return render(
        request, "review/flag.html", _about(request, item, form), status=400 if form.errors else 200
    )


def _about(request, item: Item, form) -> dict:
    shows_who = bool(access.may_see_who_flagged(request.user, item))
    raised = list(item.flags.select_related("rater__user", "raw").defer("raw__payload"))
    left = list(waiting.waiting_of(item))
    newest = {one.kind: one.pk for one in left}
    tiers = carried(Instance.objects.filter(pk=item.instance_id)).get(item.instance_id, ())
    return {
        "item": item,
        "dialogue": Wording().of(item)["dialogue"],
        "notices": [NOTICES[tier] for tier in in_order(tiers)],
        "flags": [
            {"flag": one, "waits": one in left, "who": shows_who, "words": shows_who or one.kind == FlagKind.PERSON}
            for one in raised
        ],
        "answers": Resolution.objects.filter(flag__item=item).select_related("by", "flag"),
        "to_answer": [(FlagKind(kind), _form(form, pk)) for kind, pk in newest.items()],
        "may_answer": access.may_answer_flag(request.user, item),
        "may_settle": bool(access.may_settle(request.user, item)) and item.standings.disputed().exists(),
        "may_see_session": bool(access.may_see_instance(request.user, item.instance)),
        "welfare": provided(),
    }  # fmt: skip


def _form(sent: Answering, newest: int) -> Answering:
    """What she wrote stays with the flag that it answers."""
    if sent.is_bound and sent.data.get("flag") == str(newest):
        return sent
    return Answering(initial={"flag": newest}, auto_id=f"id_{newest}_%s")


def flag_raise(request, reading):
    """A reader says that something is unsafe, or may concern a real person. `reading`: its random id."""
    roles.require(access.may_see_desk(request.user))
    rows = Reading.objects.select_related("seat__rater", "seat__round", "item")
    found = get_object_or_404(rows, external_id=reading)
    roles.require(access.may_raise(request.user, found))
    form = Raising(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            raising.raise_flag(reading=found, **form.cleaned_data, by=request.user)
        except raising.CannotFlag as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The leads see it now. Thank you for saying so."))
            return redirect("desk")
    context = {"form": form, "reading": found, "welfare": provided()}
    return render(request, "review/flag_raise.html", context, status=400 if form.errors else 200)


def round_risk_lead(request, public_id):
    roles.require(access.may_run_rounds(request.user))
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    found = get_object_or_404(Round, public_id=public_id)
    form = RiskLead(request.POST, round=found)
    if not form.is_valid():
        messages.error(request, _("Choose a lead who reads nothing in this round."))
        return redirect("round", public_id=found.public_id)
    try:
        name_risk_lead(round=found, lead=form.cleaned_data["lead"], by=request.user)
    except CannotMakeRound as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Named. What readers call unsafe here goes to them first."))
    return redirect("round", public_id=found.public_id)
