"""Disputes, for adjudicators."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts import roles
from review import access, disputes
from review.forms import Settling
from review.models import DecisionKind, Item
from review.workflow import CannotSettle

PAGE = 50


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
