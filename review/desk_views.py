"""A reviewer's desk: what is hers to judge, and how her work was settled."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts import asking, roles
from review import access, handing_on, outcomes, reports, tasks
from review.label_studio import connecting
from review.label_studio.gateway import passes
from review.label_studio.keeping import login_of
from review.models import Account, Decision, DecisionKind, Seat, SeatProject, Verdict

PAGE = 50


def desk(request):
    roles.require(access.may_see_desk(request.user))
    rows = list(reports.desk_of(request.user))
    for row in rows:
        row.place = connecting.place(row.server)
    context = {"rows": rows}
    if settings.REVIEW_DIRECT_ACCOUNTS:
        context["logins"] = _logins(request.user)
    return render(request, "review/desk.html", context)


def _logins(user) -> list[dict]:
    """Where she has accounts of her own, and as whom."""
    accounts = Account.objects.filter(rater__user=user, ls_user_id__isnull=False).select_related(
        "server", "rater"
    )
    return [
        {"studio": connecting.place(account.server).public_url, "login": login_of(account, asked_by=user)}
        for account in accounts.order_by("server")
    ]


def desk_open(request, seat, form):
    """Hand out a ticket to the gateway, which opens the editor on her own tasks."""
    roles.require(access.may_see_desk(request.user))
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    projects = SeatProject.objects.select_related("seat__round", "seat__rater", "server")
    project = get_object_or_404(projects, seat__public_id=seat, form=form, project_id__isnull=False)
    gateway = connecting.place(project.server).gateway_url
    if not gateway:
        messages.error(request, _("The gateway to Label Studio is not set; a lead can say where it is."))
        return redirect("desk")
    ticket = passes.issue(project=project, by=request.user, app_session=request.session.session_key)
    enter = {"address": f"{gateway}/enter", "ticket": ticket}
    answer = render(request, "review/enter.html", enter)
    # The gateway takes a ticket from our pages alone, and knows by this where it comes from.
    answer["Referrer-Policy"] = "strict-origin"
    answer["Cache-Control"] = "no-store"
    return answer


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
