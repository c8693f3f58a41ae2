"""Disputes, for adjudicators: first the texts alone, then what the readers said."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts import roles
from review import access, disputes, outcomes, revealing
from review.disputing import marks
from review.disputing.forms import JudgingFirst, Settling
from review.models import Item, SecondJudgement
from review.workflow import CannotSettle

PAGE = 50
FIRST, BEGIN = "first", "begin"
ADD, DROP, CORRECT = "add", "drop", "correct"  # parts of the form for marks of her own


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
    if sent is not None and (going_on := _going_on(request, found, ADD, DROP)):
        form = JudgingFirst(found, initial=going_on)
    else:
        form = JudgingFirst(found, sent)
    if request.method == "POST" and sent is None:
        messages.warning(request, _("What is in dispute changed meanwhile; look at it again."))
    if form.is_bound and form.is_valid():
        try:
            found.judge_first(by=request.user, **form.answers())
        except CannotSettle as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("dispute", public_id=found.item.public_id)
    texts = [
        {"n": n, "text": text, "field": form[f"text-{text.token}"]} for n, text in enumerate(found.texts, 1)
    ]
    context = {"form": form, "texts": texts, "step": FIRST, **_shown(found)}
    return render(request, "review/dispute.html", context, status=400 if form.errors else 200)


def _settle(request, found: disputes.Dispute, first):
    if going_on := _going_on(request, found, BEGIN, ADD, DROP, CORRECT):
        form = Settling(found, initial=going_on)
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


def _going_on(request, found: disputes.Dispute, *acts: str) -> dict | None:
    """What she has filled in so far, where she sent it to go on from there and not as her answer. `acts`: what can be
    done on this page; to correct a reader's finding tells that there is one, and is for the second step.
    """
    sent = request.POST
    asked = next((name for name in acts if name in sent), None)
    if asked is None:
        return None
    several = {"finding", *(marks.names(n)[1] for n in marks.numbers_in(sent))}
    given = {name: sent.getlist(name) if name in several else sent[name] for name in sent}
    if asked == BEGIN:
        return _begun(given, found, sent[BEGIN])
    if asked == DROP:
        dropped = {name for n in marks.numbers_in(sent) if str(n) == sent[DROP] for name in marks.names(n)}
        return {name: value for name, value in given.items() if name not in dropped}
    n = max(marks.numbers_in(sent), default=-1) + 1
    if asked == ADD:
        return given | marks.initial(n) | {"newest": n}
    theirs = next((one for one in found.proposed if one.token == sent[CORRECT]), None)
    if theirs is None:
        messages.warning(request, _("The findings changed meanwhile; look at them again."))
        return given
    given["finding"] = [token for token in given.get("finding", []) if token != theirs.token]
    given |= marks.initial(n, theirs.mistake, theirs.utterances, theirs.severity)
    return given | {"any_mistake": "yes", "newest": n}


def _begun(given: dict, found: disputes.Dispute, token: str) -> dict:
    """With the words of one more text to go on from."""
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
