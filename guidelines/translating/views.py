"""The pages on which a guideline is translated."""

from functools import wraps

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.html import escape
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts import asking
from accounts.roles import require
from guidelines.addressed import is_n
from guidelines.doors import door
from guidelines.drafts import WrongState
from guidelines.keeping import NotKept
from guidelines.models import Translation, TranslationState
from guidelines.translating import access, approving, finding, forms, keeping, languages, segments, standing
from guidelines.translating.saving import BadTexts, StaleTranslation, newest, save_translation
from guidelines.translating.writing import WRITERS


def spoken(view):
    """The address names a language into which something can be translated; another is no page."""

    @wraps(view)
    def told(request, guideline, language, *args, **kwargs):
        found = languages.translatable().get(language)
        if found is None:
            raise Http404
        return view(request, guideline, found, *args, **kwargs)

    return told


def text_of(view):
    """The address names one text of one entry."""

    @spoken
    @wraps(view)
    def told(request, guideline, language, key, n):
        revision = finding.text_of(guideline, key, n)
        if revision is None:
            raise Http404
        return view(request, guideline, language, revision)

    return told


@door(access.may_read, methods=("GET", "HEAD"))
def translations(request, guideline):
    if request.GET.get("language") in languages.translatable():
        # The chooser of a language is a plain form.
        return redirect("translation_list", guideline.slug, request.GET["language"])
    version, draft = finding.version_of(guideline, request.GET.get("version", ""))
    mine = [one for code, one in languages.translatable().items() if code in languages.of(request.user)]
    context = {
        "guideline": guideline,
        "version": version,
        "draft": draft,
        "source": languages.source(),
        "rows": standing.progress(version) if version else [],
        "labels": standing.LABELS,
        "total": version.entries.count() if version else 0,
        "mine": [one for one in mine if access.may_translate(request.user, one.code)],
        "every": languages.translatable().values(),
    }
    return render(request, "guidelines/translations.html", context)


@door(access.may_read, methods=("GET", "HEAD"))
@spoken
def translation_list(request, guideline, language):
    version, draft = finding.version_of(guideline, request.GET.get("version", ""))
    state = request.GET.get("state", "")
    asked = {
        "state": state if state in standing.LABELS else "",
        "words": asking.words(request, "words")[:200],
        "version": "draft" if version and version == draft else "",
    }
    kept = {name: value for name, value in asked.items() if value}
    found = version and finding.page(
        version, language.code, state=asked["state"], words=asked["words"], start=request.GET.get("start", "")
    )
    context = {
        "guideline": guideline,
        "language": language,
        "source": languages.source(),
        "version": version,
        "draft": draft,
        "found": found,
        "asked": asked,
        "labels": standing.LABELS,
        "formats": list(WRITERS),
        "may_translate": access.may_translate(request.user, language.code),
        "before": found and found.before and "?" + urlencode(kept | {"start": found.before}),
        "after": found and found.after and "?" + urlencode(kept | {"start": found.after}),
    }
    return render(request, "guidelines/translation_list.html", context)


@door(access.may_read)
@text_of
def translation_edit(request, guideline, language, revision):
    if request.method == "POST":
        require(access.may_translate(request.user, language.code))
        return _save(request, guideline, language, revision)
    kind, current = guideline.kind, newest(revision, language.code)
    start = current or finding.earlier_of(revision, language.code)
    kept = _kept(request, language, revision)
    scratch = kept["scratch"]
    if scratch is not None and not kept["undecided"]:
        start = scratch.base
        said = {place: segments.Start(text) for place, text in segments.segments(kind, scratch.texts).items()}
    else:
        said = finding.starts_from(kind, revision, start) if start else {}
    boxes = forms.boxes(kind, revision.texts, said)
    return _page(request, guideline, language, revision, boxes=boxes, start=start, current=current, **kept)


def _kept(request, language, revision) -> dict:
    """Her unsaved words; undecided while they stand in no form: what she types now would be written over them."""
    scratch = keeping.of(revision=revision, language=language.code, user=request.user)
    return {"scratch": scratch, "undecided": scratch is not None and not _holds_them(request)}


def _holds_them(request) -> bool:
    return (request.POST or request.GET).get("words") == "mine"


def _page(request, guideline, language, revision, *, boxes, start, current, status=200, **more):
    kind, behind = guideline.kind, start is not None and start.revision != revision
    may_approve = current and access.may_approve(request.user, current)
    context = {
        "guideline": guideline,
        "language": language,
        "source": languages.source(),
        "revision": revision,
        "key": _key(revision),
        "boxes": boxes,
        "base": _named(start),
        "current": current,
        "start": start,
        "behind": behind,
        "gone": segments.gone(kind, start.revision.texts, revision.texts) if behind else [],
        "label": standing.LABELS[standing.standing(current and current.state, behind)],
        "left": len(segments.missing(kind, revision.texts, current.texts)) if current else 0,
        "history": finding.history(revision, language.code),
        "elsewhere": [(v, n) for v, n in finding.current_of(guideline, _key(revision)) if n != revision.n],
        "may_translate": access.may_translate(request.user, language.code),
        "may_approve": may_approve,
    }
    return render(request, "guidelines/translation_edit.html", context | more, status=status)


def _key(revision) -> str:
    return finding.identity_of(revision).key


def _named(text: Translation | None) -> str:
    return finding.named(text) if text else ""


def _base(revision, language, named: str) -> Translation | None:
    """The translation that a form began with; one that is not there is no page."""
    if not named:
        return None
    source, _dot, n = named.partition(".")
    if not (is_n(source) and is_n(n)):
        raise Http404
    found = finding.by_name(revision, language.code, int(source), int(n))
    if found is None:
        raise Http404
    return found


def _save(request, guideline, language, revision):
    texts = forms.typed(guideline.kind, revision.texts, request.POST)
    base = _base(revision, language, request.POST.get("base", ""))
    given = {"revision": revision, "language": language.code, "texts": texts, "by": request.user}
    try:
        saved = save_translation(**given, base=base)
    except BadTexts as refusal:
        boxes = _typed_boxes(guideline, revision, texts, refusal.problems)
        current = newest(revision, language.code)
        named = {box.place for box in boxes}
        problems = [problem.reason for problem in refusal.problems if problem.path not in named]
        more = {"boxes": boxes, "start": base, "current": current, "problems": problems, "status": 400}
        more |= _kept(request, language, revision)
        return _page(request, guideline, language, revision, **more)
    except StaleTranslation as stale:
        return _stale(request, guideline, language, revision, stale, base)
    # Words that wait and are not in this form stay: she has not decided about them.
    if saved != base and _holds_them(request):
        keeping.forget(revision=revision, language=language.code, by=request.user)
    return _said(request, guideline, language, revision, saved)


def _typed_boxes(guideline, revision, texts, problems=()) -> list[forms.Box]:
    said = {place: segments.Start(t) for place, t in segments.segments(guideline.kind, texts).items()}
    boxes = forms.boxes(guideline.kind, revision.texts, said)
    for box in boxes:
        box.problems = [problem.reason for problem in problems if problem.path == box.place]
    return boxes


def _stale(request, guideline, language, revision, stale, base):
    """409 with both texts and a form to merge them: it holds the writer's own words, on the newest base."""
    theirs = segments.segments(guideline.kind, stale.current.texts)
    boxes = _typed_boxes(guideline, revision, stale.texts)
    differ = [(box, theirs.get(box.place, "")) for box in boxes if theirs.get(box.place, "") != box.text]
    if _holds_them(request):
        # What waited stood in this form, and gives way to what she made of it.
        mine = {"revision": revision, "language": language.code, "by": request.user, "base": base}
        keeping.store(texts=stale.texts, **mine)
    scratch = keeping.of(revision=revision, language=language.code, user=request.user)
    context = {
        "guideline": guideline,
        "language": language,
        "source": languages.source(),
        "revision": revision,
        "key": _key(revision),
        "stale": stale,
        "differ": differ,
        "boxes": boxes,
        "base": _named(stale.current),
        "undecided": scratch is not None and scratch.texts != stale.texts,
    }
    return render(request, "guidelines/translation_stale.html", context, status=409)


def _said(request, guideline, language, revision, saved):
    then, here = request.POST.get("then", ""), [guideline.slug, language.code]
    messages.success(request, _("Saved: “%s”.") % revision.name)
    if then == "submit":
        try:
            approving.submit(translation=saved, by=request.user)
            messages.success(request, _("It waits for a colleague's approval."))
        except WrongState as refusal:
            messages.error(request, str(refusal))
    if then == "next":
        version, _draft = finding.version_of(guideline, request.POST.get("version", ""))
        if version and (line := finding.next_to_translate(version, language.code, _key(revision))):
            return redirect("translation_edit", *here, line.key, line.n)
        messages.success(request, _("Nothing is left to translate."))
        return redirect("translation_list", *here)
    return redirect("translation_edit", *here, _key(revision), revision.n)


STEPS = {
    "submit": (approving.submit, TranslationState.IN_REVIEW),
    "send_back": (approving.send_back, TranslationState.DRAFT),
    "approve": (approving.approve, TranslationState.APPROVED),
}


@door(access.may_read, methods=("POST",))
@text_of
def translation_step(request, guideline, language, revision):
    """Move the words that the page showed on; `n` says which these were."""
    verb, n = request.POST.get("step", ""), request.POST.get("n", "")
    if verb not in STEPS or not is_n(n):
        raise Http404
    translation = get_object_or_404(Translation.objects.of(revision, language.code), n=int(n))
    act, state = STEPS[verb]
    act(translation=translation, by=request.user)
    told = {"entry": revision.name, "state": state.label}
    messages.success(request, _("The translation of “%(entry)s” is now: %(state)s.") % told)
    return redirect("translation_edit", guideline.slug, language.code, _key(revision), revision.n)


@door(access.may_read, methods=("POST",))
@text_of
def translation_keep(request, guideline, language, revision):
    """Answers with the sentence that the page shows beside the button."""
    texts = forms.typed(guideline.kind, revision.texts, request.POST)
    base = _base(revision, language, request.POST.get("base", ""))
    given = {"revision": revision, "kind": guideline.kind, "language": language.code, "texts": texts}
    try:
        kept = keeping.keep(**given, by=request.user, base=base)
    except NotKept as refusal:
        return HttpResponse(escape(str(refusal)))
    if kept is None:
        return HttpResponse("")
    return HttpResponse(_("Kept for you at %s, not saved yet.") % f"{timezone.localtime():%H:%M:%S}")


@door(access.may_read, methods=("POST",))
@text_of
def translation_forget(request, guideline, language, revision):
    keeping.forget(revision=revision, language=language.code, by=request.user)
    return redirect("translation_edit", guideline.slug, language.code, _key(revision), revision.n)
