"""The pages of the guidelines. Each door asks who may enter before it says whether anything is there."""

from functools import wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.roles import require
from guidelines import access, comparing, dependents, drafts, overview, publishing
from guidelines.comparing import fields_that_differ
from guidelines.finding import Asked, index
from guidelines.forms import FORMS, PublishForm
from guidelines.kinds import key_of, shape_of
from guidelines.models import Guideline, Kind, Version, VersionState
from guidelines.texts import fresh_key
from guidelines.translating import showing

WORTH_KEEPING = 12  # characters; a key or a number is typed again


def door(may, *, methods=("GET", "HEAD", "POST")):
    """First the role, then the guideline; a verb that does not fit the state answers 409 with the reason."""

    def made(view):
        @wraps(view)
        @login_required
        def told(request, slug, *args, **kwargs):
            require(may(request.user))
            if request.method not in methods:
                return HttpResponseNotAllowed(methods)
            guideline = get_object_or_404(Guideline, slug=slug)
            try:
                return view(request, guideline, *args, **kwargs)
            except (publishing.WrongState, publishing.StillReferred, publishing.BadTexts) as refusal:
                problems = refusal.problems if isinstance(refusal, publishing.BadTexts) else []
                context = {"guideline": guideline, "reason": str(refusal), "problems": problems}
                context["typed"] = _typed(request)
                return render(request, "guidelines/not_now.html", context, status=409)

        return told

    return made


def _typed(request) -> list[str]:
    """What a person wrote into a form whose act is refused: it is not to go with the page."""
    lists = (values for name, values in request.POST.lists() if name not in ("csrfmiddlewaretoken", "digest"))
    return [value for values in lists for value in values if len(value) >= WORTH_KEEPING]


def draft_of(guideline: Guideline) -> Version:
    version = guideline.versions.unpublished().first()
    if version is None:
        raise publishing.WrongState(_("No draft is open. Start one on the page of the guideline."))
    version.guideline = guideline
    return version


def named_version(guideline: Guideline, name: str) -> Version:
    """`draft`, or a number."""
    versions = guideline.versions.select_related("published_by", "opened_by")
    if name == "draft":
        version = versions.unpublished().first()
    else:
        version = versions.filter(number=int(name)).first() if name.isdecimal() and len(name) < 7 else None
    if version is None:
        raise Http404
    version.guideline = guideline
    return version


def _said(request, guideline, sentence: str):
    messages.success(request, sentence)
    return redirect("guideline", guideline.slug)


@login_required
def guidelines(request):
    require(access.may_read(request.user))
    return render(request, "guidelines/list.html", {"rows": overview.listed()})


@door(access.may_read)
def guideline(request, guideline):
    return _workspace(request, guideline)


def _workspace(request, guideline, publish_form=None, status=200):
    context = overview.workspace(guideline, request.user, Asked.of(request.GET))
    context = showing.speak(context, request, context["published"] or context["draft"])
    context["publish_form"] = publish_form or PublishForm(initial={"meaning": context.get("meaning")})
    return render(request, "guidelines/guideline.html", context, status=status)


@door(access.may_read)
def guideline_version(request, guideline, name):
    version = named_version(guideline, name)
    approvals = version.approvals.filter(digest=version.digest).select_related("approver")
    listed = overview.listing(guideline, index(version, None), Asked.of(request.GET), [version])
    context = {"guideline": guideline, "version": version, "approvals": approvals, **listed}
    context = showing.speak(context, request, version)
    return render(request, "guidelines/version.html", context)


@door(access.may_read)
def guideline_compare(request, guideline, a, b):
    before, after = named_version(guideline, a), named_version(guideline, b)
    changes = comparing.compare_versions(before, after)
    digest = after.digest or drafts.digest(after)
    context = {
        "guideline": guideline,
        "before": before,
        "after": after,
        "changes": [change for change in changes if change.state != "same"],
        "same": sum(change.state == "same" for change in changes),
        "approvals": after.approvals.filter(digest=digest).select_related("approver"),
        "dependents": dependents.of(before) if access.may_see_numbers(request.user) else [],
        "names": {key_of(revision): revision.name for revision in drafts.revisions(before)},
        "digest": digest,
        "approved_these": after.state == VersionState.IN_REVIEW
        and request.user.pk in drafts.approvers(after),
        "may_approve": after.state == VersionState.IN_REVIEW and access.may_approve(request.user, after),
    }
    return render(request, "guidelines/compare.html", context)


@door(access.may_read)
def pair_history(request, guideline, key):
    rows = overview.history(guideline, key)
    if not rows:
        raise Http404
    draft = guideline.versions.unpublished().first()
    in_draft = {key_of(revision): revision for revision in drafts.revisions(draft)} if draft else {}
    context = {
        "guideline": guideline,
        "key": key,
        "rows": rows,
        "draft": draft,
        "current": in_draft.get(key),
        "may_write": access.may_write(request.user),
        "may_see_trail": access.may_see_trail(request.user),
    }
    return render(request, "guidelines/history.html", context)


def _acting(may, verb, sentence):
    """A door that does one thing with the open draft and says so."""

    @door(may, methods=("POST",))
    def act(request, guideline):
        verb(version=draft_of(guideline), by=request.user)
        return _said(request, guideline, sentence)

    return act


draft_submit = _acting(
    access.may_write, publishing.submit, gettext_lazy("The draft waits for a colleague's approval.")
)
draft_send_back = _acting(
    access.may_write, publishing.send_back, gettext_lazy("The draft is back in writing.")
)
draft_discard = _acting(
    access.may_write,
    publishing.discard,
    gettext_lazy("The draft is discarded. What was written stays in the history of each entry."),
)


@door(access.may_write, methods=("POST",))
def draft_open(request, guideline):
    publishing.open_draft(guideline=guideline, by=request.user)
    return _said(request, guideline, _("A draft is open. It starts with the words of the version in force."))


@door(access.may_write, methods=("POST",))
def draft_approve(request, guideline):
    publishing.approve(version=draft_of(guideline), by=request.user, digest=request.POST.get("digest", ""))
    return _said(
        request, guideline, _("You approved the draft as it stands; a later change voids your approval.")
    )


@door(access.may_release, methods=("POST",))
def draft_publish(request, guideline):
    form = PublishForm(request.POST)
    if not form.is_valid():
        return _workspace(request, guideline, publish_form=form, status=400)
    version = publishing.publish(version=draft_of(guideline), by=request.user, **form.cleaned_data)
    return _said(
        request, guideline, _("Published as version %d. It can no longer be changed.") % version.number
    )


@door(access.may_release, methods=("POST",))
def version_retire(request, guideline, number):
    publishing.retire(version=named_version(guideline, str(number)), by=request.user)
    return _said(request, guideline, _("Version %d is retired.") % number)


@door(access.may_write, methods=("POST",))
def pair_drop(request, guideline, key):
    publishing.drop_entry(version=draft_of(guideline), key=key, by=request.user)
    return _said(request, guideline, _("“%s” is out of the draft. Its history stays.") % key)


@door(access.may_write, methods=("POST",))
def pair_move(request, guideline, key):
    """One place up or down."""
    version = draft_of(guideline)
    keys = [key_of(revision) for revision in drafts.revisions(version)]
    if key not in keys:
        raise Http404
    at = keys.index(key)
    to = max(0, min(len(keys) - 1, at + (1 if request.POST.get("to") == "down" else -1)))
    keys[at], keys[to] = keys[to], keys[at]
    publishing.reorder(version=version, keys=keys, by=request.user)
    return redirect("guideline", guideline.slug)


@door(access.may_write)
def pair_new(request, guideline):
    return _edit(request, guideline, None)


@door(access.may_write)
def pair_edit(request, guideline, key):
    get_object_or_404(shape_of(guideline).identity, guideline=guideline, key=key)
    return _edit(request, guideline, key)


def _edit(request, guideline, key):
    version = draft_of(guideline)
    present = {key_of(revision): revision for revision in drafts.revisions(version)}
    current = present.get(key)
    others = [(other, revision.name) for other, revision in present.items() if other != key]
    form_class, scratch = FORMS[guideline.kind], overview.unsaved_words(request.user, guideline, key)
    if request.method == "POST":
        form = form_class(request.POST, others=others)
        if form.is_valid() and (answer := _save(request, version, key or _new_key(guideline, form), form)):
            return answer
    else:
        texts = current.texts if current else {}
        if scratch and request.GET.get("words") == "mine":
            texts = texts | scratch.texts
        base = current
        if scratch and request.GET.get("words") == "mine":
            # On the text that she started from: if a colleague has saved since, saving shows both.
            base = scratch.base
        initial = {"base": base.n if base else None} | (form_class.initial_of(texts) if texts else {})
        form = form_class(initial=initial, others=others)
    # Kept on the same row: what she types now would write over words that she has not decided about.
    undecided = scratch is not None and request.GET.get("words") != "mine"
    context = {"guideline": guideline, "key": key, "form": form, "current": current, "scratch": scratch,
               "keeps": key is not None and guideline.kind == Kind.PAIRS and not undecided}  # fmt: skip
    return render(request, "guidelines/edit.html", context, status=400 if form.errors else 200)


def _new_key(guideline: Guideline, form) -> str:
    taken = shape_of(guideline).identity.objects.filter(guideline=guideline).values_list("key", flat=True)
    return fresh_key(form.cleaned_data["name"], set(taken))


def is_n(text: str) -> bool:
    """Whether it is the number of a revision, as a page writes it."""
    return text.isdecimal() and len(text) < 10


def revision_of(version: Version, key: str, n: int | None):
    if n is None:
        return None
    shape = shape_of(version.guideline)
    at = {f"{shape.identity_field}__guideline": version.guideline, f"{shape.identity_field}__key": key}
    return get_object_or_404(shape.revision.objects.select_related(shape.identity_field), n=n, **at)


def _save(request, version, key, form):
    """Save and answer; None when the form has to be shown again with its problems."""
    guideline = version.guideline
    save = publishing.save_pair if guideline.kind == Kind.PAIRS else publishing.save_dimension
    base, reason = revision_of(version, key, form.cleaned_data["base"]), form.cleaned_data["reason"]
    try:
        revision = save(version=version, key=key, texts=form.texts, by=request.user, base=base, reason=reason)
    except publishing.BadTexts as refusal:
        form.show(refusal.problems)
        return None
    except publishing.StaleEdit as stale:
        return _stale(request, guideline, form, stale)
    sentence = _("“%s” is saved in the draft.") % revision.name
    if version.state == VersionState.IN_REVIEW:
        sentence += " " + _("Approvals of the earlier words no longer count.")
    return _said(request, guideline, sentence)


def _stale(request, guideline, form, stale):
    """409 with both texts and a form to merge them: it holds the writer's own words, on the newest base."""
    form.data = form.data.copy()
    form.data["base"] = stale.current.n if stale.current else ""
    fields = []
    if stale.current:
        model = shape_of(guideline).revision
        fields = fields_that_differ(guideline.kind, model, stale.current.texts, stale.texts)
    keeps = guideline.kind == Kind.PAIRS
    context = {"guideline": guideline, "key": stale.key, "stale": stale, "form": form, "fields": fields,
               "keeps": keeps}  # fmt: skip
    return render(request, "guidelines/stale.html", context, status=409)


@door(access.may_write, methods=("POST",))
def pair_restore(request, guideline, key):
    """Put revision `n` back as a new revision, on the base that the page showed."""
    version = draft_of(guideline)
    wanted, base = request.POST.get("n", ""), request.POST.get("base", "")
    if not is_n(wanted) or not (base == "" or is_n(base)):
        raise Http404
    revision = revision_of(version, key, int(wanted))
    base = revision_of(version, key, int(base)) if base else None
    try:
        publishing.restore(version=version, revision=revision, by=request.user, base=base)
    except publishing.StaleEdit as stale:
        raise publishing.WrongState(str(stale)) from stale
    return _said(request, guideline, _("“%s” is restored in the draft.") % revision.name)
