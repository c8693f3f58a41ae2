"""A page beside the task: what is unclear in this text? It shows nothing of what others say to it."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts import asking
from guidelines import access
from guidelines.addressed import is_n, revision_of
from guidelines.checking import BadTexts
from guidelines.discussion.forms import UnclearForm
from guidelines.discussion.unclear import say_unclear
from guidelines.doors import door
from guidelines.kinds import shape_of


@door(access.may_say_unclear)
def entry_unclear(request, guideline, key):
    """`on`: the number of the revision that she has before her; without it the one in force."""
    named = asking.words(request, "on")
    on = revision_of(guideline, key, int(named)) if is_n(named) else _in_force(guideline, key)
    form = UnclearForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            say_unclear(on=on, by=request.user, words=form.cleaned_data["words"])
        except BadTexts as refusal:
            form.show(refusal.problems)
        else:
            messages.success(request, _("Thank you: those who write the guideline have your question."))
            return redirect(request.get_full_path())
    context = {"guideline": guideline, "on": on, "form": form}
    return render(request, "guidelines/unclear.html", context, status=400 if form.errors else 200)


def _in_force(guideline, key):
    shape = shape_of(guideline)
    identity = get_object_or_404(shape.identity, guideline=guideline, key=key)
    published = identity.revisions.filter(entries__version=guideline.in_force).first()
    if published is None:
        raise Http404
    return published
