"""What a writer types is kept while she types, so that a closed browser loses nothing."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import gettext as _

from guidelines import access, keeping
from guidelines.forms import PairForm
from guidelines.models import Kind
from guidelines.views import door, draft_of, is_n, revision_of


@door(access.may_write, methods=("POST",))
def pair_keep(request, guideline, key):
    """Answers with the sentence that the page shows beside the button."""
    version = draft_of(guideline)
    if guideline.kind != Kind.PAIRS or not guideline.pairs.filter(key=key).exists():
        raise Http404
    n = request.POST.get("base", "")
    base = revision_of(version, key, int(n)) if is_n(n) else None
    texts = PairForm(request.POST, others=()).typed
    try:
        kept = keeping.keep(version=version, key=key, texts=texts, by=request.user, base=base)
    except keeping.NotKept as refusal:
        return HttpResponse(escape(str(refusal)))
    if kept is None:
        return HttpResponse("")
    return HttpResponse(
        _("Kept for you at %s, not saved in the draft yet.") % f"{timezone.localtime():%H:%M:%S}"
    )


@door(access.may_write, methods=("POST",))
def pair_forget(request, guideline, key):
    keeping.forget(version=draft_of(guideline), key=key, by=request.user)
    return redirect("pair_edit", guideline.slug, key)
