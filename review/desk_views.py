"""A reviewer's desk: what is hers to judge."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts import roles
from review import access, handing_on, reports, tasks
from review.gold.certified import withdrawn_from
from review.label_studio import connecting
from review.label_studio.gateway import passes
from review.label_studio.keeping import login_of
from review.matching import wish_of
from review.models import Account, Reading, Seat, SeatProject
from review.welfare import choosing
from review.welfare.providing import contact


def desk(request):
    roles.require(access.may_see_desk(request.user))
    rows = reports.desk_of(request.user)
    for row in rows:
        row.place = connecting.place(row.server)
    context = {
        "rows": rows,
        "ahead": choosing.ahead(request.user),
        "cap": choosing.cap_of(request.user),
        "today": choosing.judged_today(request.user),
        "contact": contact(),
        "wish": wish_of(request.user),
        "withdrawn": withdrawn_from(request.user),
    }
    context["enough"] = context["cap"] is not None and context["today"] >= context["cap"]
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
    asked = request.POST.get("reading", "")
    # One of hers to open first; else the next in her queue.
    task = (
        Reading.objects.named(asked)
        .filter(seat=project.seat, item__arm=form)
        .values_list("task_id", flat=True)
        .first()
    )
    ticket = passes.issue(project=project, by=request.user, app_session=request.session.session_key)
    enter = {"address": f"{gateway}/enter", "ticket": ticket, "task": task}
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
