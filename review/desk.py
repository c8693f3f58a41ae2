"""Pages of whoever judges: her desk, what became of her items, and the disputes she may settle."""

from django.conf import settings
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts import roles
from review import access, disputes, reports
from review.forms import Settling
from review.label_studio.keeping import login_of
from review.models import Account, Decision, DecisionKind, Item
from review.workflow import CannotSettle

PAGE = 50


def desk(request):
    roles.require(access.may_see_desk(request.user))
    rows = reports.desk_of(request.user)
    context = {"rows": rows, "studio": settings.LABEL_STUDIO_PUBLIC_URL.rstrip("/")}
    account = Account.objects.filter(rater__user=request.user, ls_user_id__isnull=False).first()
    if account and settings.REVIEW_DIRECT_ACCOUNTS:
        context["login"] = login_of(account, asked_by=request.user)
    return render(request, "review/desk.html", context)


def desk_mine(request):
    roles.require(access.may_see_desk(request.user))
    start = request.GET.get("from", "0")
    start = int(start) if start.isdigit() else 0
    items = list(reports.resolved_items(request.user)[start : start + PAGE + 1])
    decisions = Decision.objects.in_force().filter(item__in=items).select_related("item")
    mine = {d.item_id: d for d in decisions.filter(rater__user=request.user, reading__pass_number=1)}
    settling = {d.item_id: d for d in decisions.exclude(kind=DecisionKind.READING)}
    rows = [
        {
            "item": item,
            "mine": mine.get(item.pk),
            "settled_by": settling.get(item.pk),
            "standings": item.standings.all(),
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
    context = {"item": item, "dispute": found, "form": form, "texts": texts, "compared": compared}
    return render(request, "review/dispute.html", context, status=400 if form.errors else 200)


def _item(public_id) -> Item:
    items = Item.objects.select_related(
        "round__pairs_version__guideline", "round__rubric_version__guideline", "instance__version__guideline"
    ).prefetch_related("standings")
    return get_object_or_404(items, public_id=public_id)
