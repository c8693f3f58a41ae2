"""Disputes, for adjudicators: first the texts alone, then what the readers said."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts import roles
from review import access, disputes, outcomes, revealing
from review.disputing.forms import JudgingFirst, Settling
from review.models import Item, SecondJudgement
from review.workflow import CannotSettle

PAGE = 50
FIRST, BEGIN = "first", "begin"


def disputes_page(request):
    roles.require(access.may_see_disputes(request.user))
    found = disputes.longest_waiting(request.user, PAGE)
    names = outcomes.names_in([item.round for item in found])
    asked = disputes.aspects_of(found, request.user)
    rows = [
        {"item": item, "aspects": [outcomes.label(a, names[item.round_id]) for a in asked[item.pk]]}
        for item in found
    ]
    return render(request, "review/disputes.html", {"rows": rows})


def dispute(request, public_id):
    roles.require(access.may_see_disputes(request.user))
    item = _item(public_id)
    roles.require(access.may_settle(request.user, item))
    found = disputes.of(item, request.user)
    if not found.aspects:
        return render(request, "review/dispute_over.html", {"item": item, **_over(item, request.user)})
    first = found.first_of(request.user)
    if first is None:
        return _judge_first(request, found)
    if request.POST.get("step") == FIRST:
        return redirect("dispute", public_id=public_id)  # sent twice: what she said first stands
    return _settle(request, found, first)


def _judge_first(request, found: disputes.Dispute):
    # An answer to a page of before, whose texts or questions have changed, is none to this one.
    sent = request.POST if request.POST.get("about") == found.about else None
    form = JudgingFirst(found, sent)
    if request.method == "POST" and sent is None:
        messages.warning(request, _("What is in dispute changed meanwhile; look at it again."))
    if sent is not None and form.is_valid():
        found.judge_first(by=request.user, **form.answers())
        return redirect("dispute", public_id=found.item.public_id)
    texts = [
        {"n": n, "text": text, "field": form[f"text-{text.token}"]} for n, text in enumerate(found.texts, 1)
    ]
    context = {"form": form, "texts": texts, "step": FIRST, **_shown(found)}
    return render(request, "review/dispute.html", context, status=400 if form.errors else 200)


def _settle(request, found: disputes.Dispute, first):
    if (token := request.POST.get(BEGIN)) is not None:
        form = Settling(found, first=first, initial=_begun(request.POST, found, token))
    else:
        form = Settling(found, request.POST or None, first=first)
    if form.is_bound and form.is_valid():
        try:
            found.settle(by=request.user, **form.answers())
        except CannotSettle as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Settled. Thank you."))
            return redirect("disputes")
    context = {
        "form": form,
        "first": first,
        "texts": revealing.texts(found, first),
        "readers": revealing.readers(found),
        "grid": revealing.grid(found, first),
        "pairs": revealing.guideline(found, first),
        **_shown(found),
    }
    return render(request, "review/dispute_settle.html", context, status=400 if form.errors else 200)


def _begun(sent, found: disputes.Dispute, token: str) -> dict:
    """What she has filled in so far, with the words of one more text to go on from."""
    given = {name: sent.getlist(name) if name == "finding" else sent[name] for name in sent}
    words = next((text.words for text in found.texts if text.token == token), "")
    given["written"] = "\n\n".join(part for part in (given.get("written", "").strip(), words) if part)
    given["begun"] = " ".join(dict.fromkeys([*given.get("begun", "").split(), token]))
    return given


def _shown(found: disputes.Dispute) -> dict:
    round = found.item.round
    return {"item": found.item, "dispute": found, "versions": [round.pairs_version, round.rubric_version]}


def _over(item: Item, user) -> dict:
    """Who settled it. She who judged it a second time is told of her own judgement: that another's stands, she is not."""
    hers = SecondJudgement.objects.filter(second_reading__decision__item=item, rater__user=user).last()
    if hers:
        return {"who": hers.rater, "when": hers.at}
    settled = item.decisions.settling().select_related("rater__user").order_by("-n").first()
    return {"who": settled.rater, "when": settled.decided_at} if settled else {}


def _item(public_id) -> Item:
    items = Item.objects.select_related(
        "round__pairs_version__guideline", "round__rubric_version__guideline", "instance__version__guideline"
    ).prefetch_related("standings")
    return get_object_or_404(items, public_id=public_id)
