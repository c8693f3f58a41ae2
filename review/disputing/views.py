"""Disputes, for adjudicators: first the texts alone, then what the readers said."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts import roles
from review import access, disputes, revealing
from review.disputing import marks, telling
from review.disputing import overtaken_views as overtaken
from review.disputing.forms import JudgingFirst, Settling, said_first
from review.models import Item
from review.workflow import CannotSettle

PAGE, MOST_TIMES = 50, 5
FIRST, BEGIN = "first", "begin"
ADD, DROP, CORRECT = "add", "drop", "correct"  # parts of the form for marks of her own
CHANGED = gettext_lazy(
    "What is in dispute changed meanwhile; look at it again. What you had filled in is kept."
)


def disputes_page(request):
    roles.require(access.may_see_disputes(request.user))
    # Nothing of what is in dispute: that would tell, before she judges, how the readers did.
    found = disputes.longest_waiting(request.user, PAGE)
    return render(request, "review/disputes.html", {"items": found})


def dispute(request, public_id):
    roles.require(access.may_see_disputes(request.user))
    item = _item(public_id)
    try:
        roles.require(access.may_settle(request.user, item))
        return _as_it_stands(request, item)
    except roles.Refused as refusal:
        if request.method != "POST":
            raise
        return overtaken.refused(request, item, str(refusal))


def _as_it_stands(request, item: Item):
    """What changed in the moment in which she sent it is met as it stands then; where it never stands still, she has her
    words back.
    """
    for _time in range(MOST_TIMES):
        try:
            return _step(request, disputes.of(item, request.user))
        except disputes.Overtaken:
            item = _item(item.public_id)
    if request.method != "POST":
        return redirect("dispute", public_id=item.public_id)
    return overtaken.never_still(request, item)


def _step(request, found: disputes.Dispute):
    if not found.aspects:
        return overtaken.over(request, found.item)
    first = found.first_of(request.user)
    if first is None:
        return _judge_first(request, found)
    if request.POST.get("step") == FIRST:  # sent twice: what she said first stands
        if overtaken.kept(request.POST):
            return _settle(request, found, first, going_on=overtaken.kept(request.POST))
        return redirect("dispute", public_id=found.item.public_id)
    return _settle(request, found, first)


def _judge_first(request, found: disputes.Dispute):
    # An answer to a page of before, whose texts or questions have changed, is none to this one.
    sent = request.POST
    stale = bool(sent) and (sent.get("step") != FIRST or sent.get("about") != found.about)
    if stale:
        form = JudgingFirst(found, initial=overtaken.judging_again(request, found))
        messages.warning(request, CHANGED)
    elif going_on := _going_on(request, found, ADD, DROP):
        form = JudgingFirst(found, initial=going_on)
    else:
        form = JudgingFirst(found, sent or None)
    if form.is_bound and form.is_valid():
        try:
            first = found.judge_first(by=request.user, **form.answers())
        except disputes.Overtaken:
            raise
        except CannotSettle as refusal:
            form.add_error(None, str(refusal))
        else:
            if overtaken.kept(sent):
                return _settle(request, found, first, going_on=overtaken.kept(sent))
            return redirect("dispute", public_id=found.item.public_id)
    texts = [
        {"n": n, "text": text, "field": form[f"text-{text.token}"]} for n, text in enumerate(found.texts, 1)
    ]
    kept = overtaken.kept(sent)
    context = {"form": form, "texts": texts, "step": FIRST, "kept": kept, **_shown(found)}
    return render(request, "review/dispute.html", context, status=409 if stale else _status(form))


def _settle(request, found: disputes.Dispute, first, *, going_on: dict | None = None):
    """`going_on`: what she had written before she judged once more."""
    said, stale = said_first(found, first), False
    if going_on is not None:
        form = Settling(found, initial=said | going_on)
    elif stale := request.POST.get("about", found.about) != found.about:
        form = Settling(found, initial=said | overtaken.filled_in(request.POST))
        messages.warning(request, CHANGED)
    elif going_on := _going_on(request, found, BEGIN, ADD, DROP, CORRECT):
        form = Settling(found, initial=going_on)
    else:
        form = Settling(found, request.POST or None, initial=said)
    if form.is_bound and form.is_valid():
        try:
            settled = found.settle(by=request.user, **form.answers())
        except disputes.Overtaken:
            raise
        except CannotSettle as refusal:
            form.add_error(None, str(refusal))
        else:
            return _next(request, found, settled)
    context = {
        "form": form,
        "first": first,
        "texts": revealing.texts(found, first),
        "readers": revealing.readers(found),
        "grid": revealing.grid(found, first),
        "pairs": revealing.guideline(found, first),
        **_shown(found),
    }
    return render(request, "review/dispute_settle.html", context, status=409 if stale else _status(form))


def _next(request, found: disputes.Dispute, settled):
    """On to the one that waits longest."""
    left = disputes.how_many_wait(request.user)
    said = [_("Settled. Thank you."), telling.settled(found, settled)]
    said.append(
        ngettext("%s dispute is left: here it is.", "%s disputes are left: this one waits longest.", left)
        % disputes.as_shown(left)
        if left
        else _("No other dispute waits for you.")
    )
    messages.success(request, " ".join(said))
    for item in disputes.longest_waiting(request.user, 1):
        return redirect("dispute", public_id=item.public_id)
    return redirect("disputes")


def _going_on(request, found: disputes.Dispute, *acts: str) -> dict | None:
    """What she has filled in so far, where she sent it to go on from there and not as her answer. `acts`: what can be
    done on this page; to correct a reader's finding tells that there is one, and is for the second step.
    """
    sent = request.POST
    asked = next((name for name in acts if name in sent), None)
    if asked is None:
        return None
    given = overtaken.filled_in(sent)
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
    severity = theirs.severities[0] if len(theirs.severities) == 1 else ""
    given |= marks.initial(n, theirs.mistake, theirs.utterances, severity)
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


def _status(form) -> int:
    return 400 if form.errors else 200


def _item(public_id) -> Item:
    items = Item.objects.select_related(
        "round__pairs_version__guideline", "round__rubric_version__guideline", "instance__version__guideline"
    ).prefetch_related("standings")
    return get_object_or_404(items, public_id=public_id)
