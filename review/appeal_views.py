"""Appeals, for leads: each is declined in writing, or its session judged again by others."""

import secrets

from django.contrib import messages
from django.http import HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts import asking, background, roles
from accounts.models import Role, User
from review import access, appealing, judged_late, outcomes, tasks
from review.forms import Granting
from review.matching import CannotMakeRound
from review.models import Appeal, AppealState, Rater
from review.raters import rater_for

PAGE = 50
ANSWERED = "answered"


def appeals(request):
    roles.require(access.may_see_appeals(request.user))
    show = ANSWERED if request.GET.get("show") == ANSWERED else ""
    return _listed(request, show)


def _listed(request, show: str, refused: Appeal | None = None, why: str = "", status=200):
    """Those that wait, the longest first; of those answered the latest first."""
    found = access.appeals_open_to(request.user)
    key = asking.number(request, "after")
    if show == ANSWERED:
        found = found.exclude(state=AppealState.WAITING).order_by("-pk")
        found = found.filter(pk__lt=key) if key is not None else found
    else:
        found = found.waiting().order_by("pk")
        found = found.filter(pk__gt=key) if key is not None else found
    found = found.select_related("by", "answered_by", "item__round", "item__instance", "led_to__round", "raw")
    found = list(found.prefetch_related("item__standings")[: PAGE + 1])
    names = outcomes.names_in({one.item.round for one in found})
    came_late = judged_late.told(found)
    rows = [
        {
            "appeal": one,
            "settled": [
                outcomes.in_words(standing, names[one.item.round_id]) for standing in one.item.standings.all()
            ],
            "own": one.by_id == request.user.pk,
            "late": came_late.get(one.pk),
            "why": why if one == refused else "",
        }
        for one in found[:PAGE]
    ]
    more = found[PAGE - 1].pk if len(found) > PAGE else None
    context = {"rows": rows, "more": more, "show": show}
    return render(request, "review/appeals.html", context, status=status)


def appeal_decline(request, public_id):
    roles.require(access.may_see_appeals(request.user))
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    found = get_object_or_404(access.appeals_open_to(request.user), public_id=public_id)
    try:
        appealing.decline_appeal(appeal=found, by=request.user, answer=request.POST.get("answer", ""))
    except appealing.CannotAppeal as refusal:
        return _listed(request, "", refused=found, why=str(refusal), status=400)
    messages.success(request, _("Declined; the reviewer reads your answer."))
    return redirect("appeals")


def appeals_grant(request):
    """`appeal`: the public ids of those that were ticked; a round is made of their sessions."""
    roles.require(access.may_see_appeals(request.user))
    named = [one for one in request.GET.getlist("appeal")[:PAGE] if asking.is_public_id(one)]
    waiting = access.appeals_open_to(request.user).waiting().filter(public_id__in=named)
    chosen = list(waiting.select_related("by", "item__round__pairs_version", "item__round__rubric_version"))
    if not chosen:
        messages.error(request, _("Tick at least one appeal that waits."))
        return redirect("appeals")
    had = appealing.had_among(list({one.item_id: one.item for one in chosen}.values()), _reviewers())
    leads = User.objects.with_role(Role.LEAD).filter(
        pk__in=User.objects.with_role(Role.ANNOTATOR).values("pk")
    )
    read = appealing.may_have_read(chosen, leads.exclude(pk__in=[rater.user_id for rater in had]))
    but = [*(rater.user_id for rater in had), *(user.pk for user in read)]
    form = Granting(request.POST or None, like=chosen[0].item.round, but=but)
    if request.method == "POST" and form.is_valid():
        try:
            round = appealing.grant_appeals(
                appeals=chosen,
                raters=[rater_for(user) for user in form.cleaned_data["reviewers"]],
                by=request.user,
                **form.options(),
                seed=secrets.randbelow(2**32),
            )
        except (CannotMakeRound, appealing.CannotAppeal) as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The round is open: these sessions are judged again by others."))
            if not tasks.wake(round):
                messages.warning(request, background.unheard([background.SYNC]))
            return redirect("round", public_id=round.public_id)
    context = {
        "chosen": chosen,
        "form": form,
        "left_out": had.items(),
        "read": read,
        "nobody": not form.fields["reviewers"].queryset.exists(),
    }
    return render(request, "review/appeals_grant.html", context, status=400 if form.errors else 200)


def _reviewers() -> list[Rater]:
    """Those of them who ever had a seat, or settled anything."""
    return list(Rater.objects.filter(user__in=User.objects.with_role(Role.ANNOTATOR)).select_related("user"))
