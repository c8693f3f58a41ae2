"""Entries are written here: in place on the guideline's page, or on a page of their own without JavaScript."""

from contextlib import suppress

from django.contrib import messages
from django.http import Http404, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django_htmx.http import trigger_client_event

from guidelines import access, cards, keeping, moving, present, publishing
from guidelines.addressed import draft_of, is_n, revision_of
from guidelines.checking import NEIGHBOURS
from guidelines.comparing import fields_that_differ
from guidelines.doors import door
from guidelines.finding import PAGE, Asked
from guidelines.forms import FORMS
from guidelines.kinds import key_of, shape_of
from guidelines.models import Guideline, VersionState
from guidelines.neighbours import Others
from guidelines.texts import fresh_key


@door(access.may_write)
def pair_new(request, guideline):
    return _edit(request, guideline, None)


@door(access.may_write)
def pair_edit(request, guideline, key):
    get_object_or_404(shape_of(guideline).identity, guideline=guideline, key=key)
    return _edit(request, guideline, key)


@door(access.may_read, methods=("GET", "HEAD"))
def entry_card(request, guideline, key):
    """One card as it stands now: what a form in place gives way to. Opened as a page it leads to the card."""
    if not request.htmx:
        return redirect(place_of(guideline, key))
    context = cards.alone(guideline, key, request.user)
    if context is None:
        raise Http404
    if keeping.of(guideline, key, request.user).exists():
        context["said"] = _("What you wrote is kept and not saved; Edit offers it to you again.")
    return render(request, "guidelines/_card_alone.html", context)


@door(access.may_read, methods=("GET", "HEAD"))
def entry_names(request, guideline):
    """Names that hold what somebody types into a box; the box sends itself under its own name."""
    words = next(iter(request.GET.values()), "")[:200].strip()
    found = Others(guideline).like(words) if words else []
    return render(request, "guidelines/_names.html", {"found": found})


def place_of(guideline: Guideline, key: str) -> str:
    """The address of a card: on a page that begins with it where there are several pages."""
    version = present.version_of(guideline)
    several = version is not None and version.entries.count() > PAGE
    return f"{reverse('guideline', args=[guideline.slug])}{f'?start={key}' if several else ''}#{key}"


def _edit(request, guideline, key):
    version = guideline.versions.unpublished().first()
    others = {"others": Others(guideline, but=[key] if key else [])}
    if request.htmx and key:
        # Several cards of a page may be open at once.
        others["auto_id"] = f"id-{key}-%s"
    form_class = FORMS[guideline.kind]
    if request.method == "POST":
        form = form_class(request.POST, **others)
        if "preview" in request.POST:
            return _previewed(request, guideline, key, form)
        try:
            return _save(request, guideline, key, form)
        except publishing.WrongState as refusal:
            raise _kept(request, guideline, key, form, refusal) from refusal
    if version is None:
        draft_of(guideline)
    current = present.text_of(guideline, key) if key else None
    texts, base = current.texts if current else {}, current
    scratch = keeping.of(guideline, key, request.user).first()
    if scratch and request.GET.get("words") == "mine":
        # On the text that she started from: if a colleague has saved since, saving shows both.
        texts, base = texts | scratch.texts, scratch.base if key else None
    initial = {"base": base.n if base else None} | (form_class.initial_of(texts) if texts else {})
    return _shown(request, guideline, key, form_class(initial=initial, **others), current=current)


def _shown(request, guideline, key, form, *, template="edit", status=200, **more):
    """The form, in the card's place or on a page of its own."""
    if key and "current" not in more:
        more["current"] = present.text_of(guideline, key)
    scratch = keeping.of(guideline, key, request.user).first()
    # Kept on the same row: what she types now would write over words that she has not decided about.
    keeps = scratch is None or (request.POST or request.GET).get("words") == "mine"
    context = {
        "guideline": guideline,
        "key": key,
        "form": form,
        "scratch": scratch,
        "keeps": keeps,
        "in_place": bool(request.htmx and key),
        "place": place_of(guideline, key) if key else reverse("guideline", args=[guideline.slug]),
    } | more
    page = "guidelines/_editing.html" if context["in_place"] else f"guidelines/{template}.html"
    return render(request, page, context, status=status)


def _previewed(request, guideline, key, form):
    """How the words would look, saved or not; without JavaScript above the form that holds them."""
    shape, typed = shape_of(guideline), form.typed
    named = [other for field in NEIGHBOURS for other in typed.get(field, ())]
    look = {
        "revision": shape.revision(**typed),
        "names": dict(Others(guideline).found(named).values()),
        "here": (),
        "unfolded": True,
    }
    if request.htmx:
        return render(request, "guidelines/_preview.html", {"guideline": guideline} | look)
    return _shown(request, guideline, key, form, **look)


def _save(request, guideline, key, form):
    """Saved, or the form again with its problems, or beside a colleague's words."""
    version = draft_of(guideline)
    if not form.is_valid():
        return _shown(request, guideline, key, form, status=400)
    base, reason = revision_of(guideline, key, form.cleaned_data["base"]), form.cleaned_data["reason"]
    said = {"texts": form.texts, "by": request.user, "base": base, "reason": reason}
    try:
        revision = publishing.save_entry(version=version, key=key or _new_key(guideline, form), **said)
    except publishing.BadTexts as refusal:
        form.show(refusal.problems)
        return _shown(request, guideline, key, form, status=400)
    except publishing.StaleEdit as stale:
        return _stale(request, guideline, form, stale)
    # Words that wait and are not in this form stay: she has not decided about them.
    if revision != base and request.POST.get("words") == "mine":
        keeping.forget(guideline=guideline, key=key, by=request.user)
    sentence = _("“%s” is saved in the draft.") % revision.name
    if version.state == VersionState.IN_REVIEW:
        sentence += " " + _("Approvals of the earlier words no longer count.")
    if request.htmx and key:
        context = cards.alone(guideline, key, request.user) | {"said": sentence}
        return render(request, "guidelines/_card_alone.html", context)
    messages.success(request, sentence)
    return redirect(place_of(guideline, key_of(revision)))


def _new_key(guideline: Guideline, form) -> str:
    taken = shape_of(guideline).identity.objects.filter(guideline=guideline).values_list("key", flat=True)
    return fresh_key(form.cleaned_data["name"], set(taken))


def _kept(request, guideline, key, form, refusal) -> publishing.WrongState:
    """The refusal, with what became of the words: they outlive the draft that they were written for."""
    n = request.POST.get("base", "")
    base = revision_of(guideline, key, int(n)) if key and is_n(n) else None
    try:
        keeping.keep(guideline=guideline, key=key, texts=form.typed, by=request.user, base=base)
    except keeping.NotKept as problem:
        return publishing.WrongState(f"{refusal} {problem}")
    kept = _("What you wrote is kept for you; you find it on the page of the guideline.")
    return publishing.WrongState(f"{refusal} {kept}")


def _read(request, guideline, key):
    """The text that the page showed when something was asked of it; a page that names none is none of ours."""
    n = request.POST.get("base", "")
    if not is_n(n):
        raise Http404
    return revision_of(guideline, key, int(n))


def _stale(request, guideline, form, stale):
    """409 with both texts and a form to merge them: it holds the writer's own words, on the newest base."""
    more = {"stale": stale, "fields": []}
    if _are_hers(request, guideline, stale):
        # Her words stand in the form that comes back: there is nothing to decide about them.
        more |= {"keeps": True, "scratch": None}
    form.data = form.data.copy()
    form.data["base"] = stale.current.n if stale.current else ""
    if stale.current:
        model = shape_of(guideline).revision
        more["fields"] = fields_that_differ(guideline.kind, model, stale.current.texts, stale.texts)
    return _shown(request, guideline, stale.key, form, template="stale", status=409, **more)


def _are_hers(request, guideline, stale) -> bool:
    """Whether no other words than the refused ones wait for her; those that the form held give way to them."""
    if request.POST.get("words") == "mine":
        # What is too long to be kept stands in the form all the same.
        with suppress(keeping.NotKept):
            said = {"texts": stale.texts, "by": request.user, "base": stale.base}
            keeping.keep(guideline=guideline, key=stale.key, **said)
        return True
    waits = keeping.of(guideline, stale.key, request.user).first()
    return waits is None or waits.texts == stale.texts


@door(access.may_write, methods=("POST",))
def pair_drop(request, guideline, key):
    """Take the entry out while it says what the page showed."""
    version, base = draft_of(guideline), _read(request, guideline, key)
    publishing.drop_entry(version=version, key=key, by=request.user, base=base)
    messages.success(request, _("“%s” is out of the draft. Its history stays.") % key)
    return redirect("guideline", guideline.slug)


@door(access.may_write, methods=("POST",))
def pair_move(request, guideline, key):
    """To another place in the order; the page that is open moves its card itself."""
    get_object_or_404(shape_of(guideline).identity, guideline=guideline, key=key)
    place = moving.move(version=draft_of(guideline), key=key, to=request.POST.get("to", ""), by=request.user)
    name = Others(guideline).found([key])[key][1]
    sentence = _("“%(name)s” is number %(n)d of %(of)d now.") % {"name": name, "n": place.n, "of": place.of}
    if request.htmx:
        context = {"said": sentence, "place": place_of(guideline, key)}
        answer = render(request, "guidelines/_moved.html", context)
        return trigger_client_event(
            answer, "moved", {"key": key, "after": place.after, "before": place.before}
        )
    messages.success(request, sentence)
    asked = Asked.of(QueryDict(request.POST.get("back", "")[:1_000]))
    address = asked.address(start=asked.start) if asked.narrows or asked.start else ""
    return redirect(f"{reverse('guideline', args=[guideline.slug])}{address}#{key}")


@door(access.may_write, methods=("POST",))
def pair_restore(request, guideline, key):
    """Put revision `n` back as a new revision, on the base that the page showed."""
    version = draft_of(guideline)
    wanted, base = request.POST.get("n", ""), request.POST.get("base", "")
    if not is_n(wanted) or not (base == "" or is_n(base)):
        raise Http404
    revision = revision_of(guideline, key, int(wanted))
    base = revision_of(guideline, key, int(base)) if base else None
    publishing.restore(version=version, revision=revision, by=request.user, base=base)
    messages.success(request, _("“%s” is restored in the draft.") % revision.name)
    back = request.POST.get("next", "")
    known = url_has_allowed_host_and_scheme(back, request.get_host())
    return redirect(back if known else place_of(guideline, key))
