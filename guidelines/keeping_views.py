"""What a writer types is kept while she types, so that a closed browser loses nothing."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import gettext as _

from guidelines import access, keeping
from guidelines.addressed import is_n, revision_of
from guidelines.doors import door
from guidelines.forms import FORMS
from guidelines.kinds import shape_of
from guidelines.neighbours import Others


@door(access.may_write, methods=("POST",))
def pair_keep(request, guideline, key=None):
    """Answers with the sentence that the page shows beside the button. No draft is asked for."""
    base = None
    if key is not None:
        get_object_or_404(shape_of(guideline).identity, guideline=guideline, key=key)
        n = request.POST.get("base", "")
        base = revision_of(guideline, key, int(n)) if is_n(n) else None
    typed = FORMS[guideline.kind](request.POST, others=Others(guideline, but=[key] if key else [])).typed
    try:
        kept = keeping.keep(guideline=guideline, key=key, texts=typed, by=request.user, base=base)
    except keeping.NotKept as refusal:
        return HttpResponse(escape(str(refusal)))
    if kept is None:
        return HttpResponse("")
    return HttpResponse(
        _("Kept for you at %s, not saved in the draft yet.") % f"{timezone.localtime():%H:%M:%S}"
    )


@door(access.may_write, methods=("POST",))
def pair_forget(request, guideline, key=None):
    keeping.forget(guideline=guideline, key=key, by=request.user)
    if not guideline.versions.unpublished().exists():
        return redirect("guideline", guideline.slug)
    return redirect("pair_edit", guideline.slug, key) if key else redirect("pair_new", guideline.slug)
