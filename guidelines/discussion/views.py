"""The discussion of a pair or dimension, one thread of it, and what waits for a person in all of them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts import asking
from accounts.roles import require
from guidelines import access, present
from guidelines.addressed import thread_of
from guidelines.discussion import mentioning, showing, talking, unclear
from guidelines.discussion.forms import RemarkForm
from guidelines.doors import door
from guidelines.kinds import shape_of
from guidelines.models import Guideline, Remark, Thread, ThreadState
from guidelines.proposals import showing as proposals
from guidelines.publishing import BadTexts

MOST_WAITING = 50


@login_required
def discussions(request):
    """What names her, what waits for her vote or to be decided, and what is unclear, in every guideline."""
    require(access.may_discuss(request.user))
    context = {"mentions": mentioning.waiting(request.user)[:MOST_WAITING], "writes": False}
    if access.may_write(request.user):
        votes, more = proposals.page_of(proposals.to_vote_on(request.user), None)
        decide, more_to_decide = proposals.page_of(proposals.to_decide(request.user), None)
        finds = showing.listed(unclear.waiting_for(request.user)).select_related(
            "begun_by", "guideline", "pair_revision", "dimension_revision"
        )
        context |= {
            "writes": True,
            "votes": votes,
            "more": more is not None,
            "decide": decide,
            "more_to_decide": more_to_decide is not None,
            "unclear": finds[:MOST_WAITING],
        }
    return render(request, "guidelines/discussions.html", context)


def _say(form, verb, **given):
    """What the verb made of the form's words; None when the form has to be shown again with its problems."""
    try:
        return verb(words=form.cleaned_data["words"], mentions=form.cleaned_data["mentions"], **given)
    except BadTexts as refusal:
        form.show(refusal.problems)
        return None


@door(access.may_discuss)
def discussion(request, guideline, key):
    shape = shape_of(guideline)
    identity = get_object_or_404(shape.identity, guideline=guideline, key=key)
    now = present.text_of(guideline, key) or identity.revisions.order_by("-n").first()
    if now is None:
        raise Http404
    form = RemarkForm(request.POST or None, by=request.user, initial={"on": now.n})
    if request.method == "POST" and form.is_valid():
        on = get_object_or_404(identity.revisions, n=form.cleaned_data["on"] or now.n)
        setattr(on, shape.identity_field, identity)
        if thread := _say(form, talking.begin, on=on, by=request.user):
            return redirect("thread", guideline.slug, thread.n)
    state = ThreadState.RESOLVED if request.GET.get("state") == ThreadState.RESOLVED else ThreadState.OPEN
    threads = Thread.objects.on(guideline, key).filter(state=state)
    rows, more = showing.page_of(threads, asking.number(request, "before"))
    context = {
        "guideline": guideline,
        "key": key,
        "now": now,
        "form": form,
        "rows": rows,
        "more": more,
        "state": state,
    }
    return render(request, "guidelines/discussion.html", context, status=400 if form.errors else 200)


def _back(guideline: Guideline, thread: Thread, remark: Remark | None = None):
    if thread.proposal:
        answer = redirect("proposal", guideline.slug, thread.proposal.n)
    else:
        answer = redirect("thread", guideline.slug, thread.n)
    if remark:
        answer["Location"] += f"#r{remark.n}"
    return answer


@door(access.may_discuss)
def thread(request, guideline, n):
    found = thread_of(guideline, n, request.user)
    if request.method != "POST":
        return _back(guideline, found) if found.proposal else _shown(request, found, None)
    form = RemarkForm(request.POST, by=request.user)
    if form.is_valid() and (remark := _say(form, talking.reply, thread=found, by=request.user)):
        return _back(guideline, found, remark)
    return _shown(request, found, form, status=400)


def _shown(request, found: Thread, form, status=200):
    mentioning.seen(by=request.user, threads=[found])
    context = {
        "guideline": found.guideline,
        "thread": found,
        "stream": showing.stream(found, request.user),
        "form": form or RemarkForm(by=request.user),
        "resolved": found.state == ThreadState.RESOLVED,
    }
    if not found.proposal:
        context |= showing.changed_since(found)
        context["key"] = showing.key_of(found.begun_on)
    return render(request, "guidelines/thread.html", context, status=status)


@door(access.may_discuss, methods=("POST",))
def thread_resolve(request, guideline, n):
    found = thread_of(guideline, n, request.user)
    talking.resolve(thread=found, by=request.user, words=request.POST.get("words", ""))
    messages.success(request, _("The thread is resolved."))
    return _back(guideline, found)


@door(access.may_discuss, methods=("POST",))
def thread_reopen(request, guideline, n):
    found = thread_of(guideline, n, request.user)
    talking.reopen(thread=found, by=request.user, words=request.POST.get("words", ""))
    messages.success(request, _("The thread is open again."))
    return _back(guideline, found)


@door(access.may_discuss)
def remark_reword(request, guideline, n, remark):
    found = thread_of(guideline, n, request.user)
    said = get_object_or_404(found.remarks, n=remark)
    require(access.may_reword(request.user, said))
    initial = {"words": said.words, "mentions": [m.person for m in said.mentions.select_related("person")]}
    form = RemarkForm(request.POST or None, by=request.user, initial=initial)
    sent = request.method == "POST" and form.is_valid()
    if sent and (now := _say(form, talking.reword, remark=said, by=request.user)):
        return _back(guideline, found, now)
    context = {"guideline": guideline, "thread": found, "remark": said, "form": form}
    return render(request, "guidelines/remark.html", context, status=400 if form.errors else 200)


@door(access.may_discuss, methods=("POST",))
def remark_take_back(request, guideline, n, remark):
    found = thread_of(guideline, n, request.user)
    said = get_object_or_404(found.remarks, n=remark)
    talking.take_back(remark=said, by=request.user)
    messages.success(request, _("Your words are shown no longer; that you took them back is."))
    return _back(guideline, found)
