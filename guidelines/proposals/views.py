"""The proposals of a guideline: to read, to make, to vote on, to take, decline or withdraw."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts import asking
from accounts.roles import require
from guidelines import access, present, publishing
from guidelines.checking import Problem
from guidelines.discussion import mentioning
from guidelines.discussion.forms import RemarkForm
from guidelines.doors import door
from guidelines.kinds import key_of, shape_of
from guidelines.models import Guideline, Proposal, ProposalKind
from guidelines.neighbours import Others
from guidelines.proposals import deciding, origins, showing, taking, voting
from guidelines.proposals.forms import ProposalForm, StartForm, VoteForm, beginnings, parts_for
from guidelines.proposals.proposing import MOST_PARTS, SIZES
from guidelines.publishing import BadTexts


@door(access.may_discuss, methods=("GET", "HEAD"))
def proposals(request, guideline):
    closed = request.GET.get("state") == "closed"
    found = Proposal.objects.filter(guideline=guideline)
    found = showing.seen_by(request.user, found.closed() if closed else found.open())
    rows, more = showing.page_of(found, asking.number(request, "before"))
    context = {
        "guideline": guideline,
        "rows": rows,
        "more": more,
        "closed": closed,
        "corrections": origins.corrections(request.user, guideline),
    }
    return render(request, "guidelines/proposals.html", context)


@door(access.may_propose)
def proposal_new(request, guideline):
    """First what and with which, in the address; then the words."""
    start = StartForm(request.GET or None, others=Others(guideline))
    if not start.is_valid():
        if request.method == "POST":
            # Only an entry that went since can be the reason; what she wrote is shown with it.
            raise publishing.WrongState(_("What this is about is no longer in the guideline."))
        return render(request, "guidelines/proposal_start.html", {"guideline": guideline, "form": start})
    kind, keys = start.cleaned_data["kind"], start.cleaned_data["of"]
    if request.method != "POST" and keys != request.GET.getlist("of"):
        # From here on by their keys, which stay when a name is changed.
        return redirect(f"{request.path}?{urlencode({'kind': kind, 'of': keys}, doseq=True)}")
    there = present.texts_of(guideline, keys)
    of = [there[key] for key in keys]
    n = SIZES[kind][1][0]
    if kind == ProposalKind.SPLIT:
        n = max(2, min(MOST_PARTS, asking.number(request, "parts") or 2))
    gone = set(keys)
    parts = parts_for(
        guideline,
        n,
        others=Others(guideline, but=gone),
        initial=beginnings(guideline, kind, of, n),
        data=request.POST or None,
    )
    form = ProposalForm(request.POST or None)
    # Every one of them is asked, so that the page shows the problems of all.
    good = request.method == "POST" and [one.is_valid() for one in [form, *parts]]
    if good and all(good):
        read = _as_read(request, guideline, of)
        if answer := _propose(request, guideline, kind, read, form, parts):
            return answer
    context = {
        "guideline": guideline,
        "form": form,
        "parts": parts,
        "kind": kind,
        "kind_in_words": ProposalKind(kind).label,
        "of": [
            {"key": key_of(one), "revision": one, "read": request.POST.get(f"read-{key_of(one)}", one.n)}
            for one in of
        ],
        "more_parts": n + 1 if kind == ProposalKind.SPLIT and n < MOST_PARTS else None,
    }
    status = 400 if any(one.errors for one in [form, *parts]) else 200
    return render(request, "guidelines/proposal_new.html", context, status=status)


def _as_read(request, guideline: Guideline, of: list) -> list:
    """The revisions that the page showed when it was opened, though a newer one may be there by now."""
    shape, read = shape_of(guideline), []
    for revision in of:
        sent = request.POST.get(f"read-{key_of(revision)}", "")
        if not sent.isdecimal() or len(sent) > 9:
            raise Http404
        if int(sent) != revision.n:
            identity = getattr(revision, shape.identity_field)
            revision = identity.revisions.filter(n=int(sent)).first()
            if revision is None:
                raise Http404
            setattr(revision, shape.identity_field, identity)
        read.append(revision)
    return read


def _propose(request, guideline, kind, of, form, parts):
    """Propose and answer; None when the forms have to be shown again with their problems."""
    try:
        proposal = publishing.propose_pair(
            guideline=guideline,
            kind=kind,
            texts=[part.texts for part in parts],
            of=of,
            by=request.user,
            reason=form.cleaned_data["reason"],
        )
    except BadTexts as refusal:
        for problem in refusal.problems:
            if problem.path and isinstance(problem.path[0], int):
                parts[problem.path[0]].show([Problem(problem.path[1:], problem.reason)])
            else:
                form.show([problem])
        return None
    messages.success(request, _("Your colleagues find it among the proposals."))
    return redirect("proposal", guideline.slug, proposal.n)


def _proposal(request, guideline: Guideline, n: int) -> Proposal:
    found = showing.visible(guideline, n, request.user)
    if found is None:
        raise Http404
    return found


@door(access.may_discuss, methods=("GET", "HEAD"))
def proposal(request, guideline, n):
    found = _proposal(request, guideline, n)
    mentioning.seen(by=request.user, threads=[found.thread])
    return _page(request, found)


def _page(request, found: Proposal, vote_form=None, status=200):
    context = showing.shown(found, request.user)
    mine = context["my_vote"]
    initial = {"choice": mine.choice, "reason": mine.reason} if mine else None
    context |= {
        "vote_form": vote_form or VoteForm(initial=initial),
        "form": RemarkForm(by=request.user),
        "open": found.state == "open",
    }
    return render(request, "guidelines/proposal.html", context, status=status)


@door(access.may_discuss, methods=("POST",))
def proposal_vote(request, guideline, n):
    found = _proposal(request, guideline, n)
    require(access.may_vote(request.user, found))
    form = VoteForm(request.POST)
    if form.is_valid():
        try:
            voting.vote(proposal=found, by=request.user, **form.cleaned_data)
        except BadTexts as refusal:
            form.show(refusal.problems)
        else:
            messages.success(request, _("Your vote counts. You can change it while the proposal is open."))
            return redirect("proposal", guideline.slug, n)
    return _page(request, found, vote_form=form, status=400)


def _seen(request) -> dict[str, int]:
    """{key: number of the text that the page showed}, as the page sent it."""
    sent = {
        name.removeprefix("seen-"): value
        for name, value in request.POST.items()
        if name.startswith("seen-") and value.isdecimal() and len(value) < 10
    }
    return {key: int(value) for key, value in sent.items()}


@door(access.may_write, methods=("POST",))
def proposal_take(request, guideline, n):
    found = _proposal(request, guideline, n)
    version = taking.take(
        proposal=found,
        by=request.user,
        seen=_seen(request),
        confirmed=request.POST.get("confirmed") == "yes",
    )
    return _taken(request, guideline, version)


def _taken(request, guideline, version):
    sentence = _("It is in the draft, as its proposer's words.")
    if version.approvals.exists():
        sentence += " " + _("Approvals of the earlier words no longer count.")
    messages.success(request, sentence)
    return redirect("guideline", guideline.slug)


@door(access.may_write)
def proposal_merge(request, guideline, n):
    """The proposed words of a change in a form, beside what changed since, to be made into one."""
    found = _proposal(request, guideline, n)
    require(access.may_take(request.user, found))
    deciding.require_open(found)
    context = showing.shown(found, request.user)
    if found.kind != ProposalKind.CHANGE or context["gone"]:
        raise publishing.WrongState(_("Only the words of a change to an entry that is there are merged."))
    [target] = context["targets"]
    [part] = found.parts.all()
    others = Others(guideline, but=[target["key"]])
    [form] = parts_for(guideline, 1, others=others, initial=[part.texts], data=request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            version = taking.take(proposal=found, by=request.user, seen=_seen(request), merged=form.texts)
        except BadTexts as refusal:
            form.show(refusal.problems)
        else:
            return _taken(request, guideline, version)
    context |= {"form": form, "target": target}
    status = 400 if form.errors else 200
    return render(request, "guidelines/proposal_merge.html", context, status=status)


@door(access.may_write, methods=("POST",))
def proposal_decline(request, guideline, n):
    found = _proposal(request, guideline, n)
    deciding.decline(proposal=found, by=request.user, reason=request.POST.get("reason", ""))
    messages.success(request, _("The proposal is declined; it and its discussion stay."))
    return redirect("proposal", guideline.slug, n)


@door(access.may_discuss, methods=("POST",))
def proposal_withdraw(request, guideline, n):
    found = _proposal(request, guideline, n)
    deciding.withdraw(proposal=found, by=request.user, reason=request.POST.get("reason", ""))
    messages.success(request, _("You withdrew the proposal; it and its discussion stay."))
    return redirect("proposal", guideline.slug, n)
