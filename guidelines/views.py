"""The pages of a guideline and the acts on its draft."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.roles import require
from guidelines import access, overview, publishing
from guidelines.addressed import draft_of, named_version
from guidelines.citing import FINGERPRINT, MEANING
from guidelines.doors import door
from guidelines.finding import Asked
from guidelines.forms import PublishForm
from guidelines.kinds import shape_of
from guidelines.translating import showing


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
    listed = overview.listing(guideline, version, None, Asked.of(request.GET))
    context = {
        "guideline": guideline,
        "version": version,
        "approvals": approvals,
        "fingerprint": (FINGERPRINT, MEANING),
        **listed,
    }
    context = showing.speak(context, request, version)
    return render(request, "guidelines/version.html", context)


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
    """Opens a draft; from the Edit of a card it goes on to that card's form, also where a colleague was faster."""
    key = request.POST.get("edit", "")
    known = shape_of(guideline).identity.objects.filter(guideline=guideline, key=key).exists()
    if not (known and guideline.versions.unpublished().exists()):
        publishing.open_draft(guideline=guideline, by=request.user)
    if known:
        return redirect("pair_edit", guideline.slug, key)
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
    try:
        version = publishing.publish(version=draft_of(guideline), by=request.user, **form.cleaned_data)
    except publishing.BadTexts as refusal:
        if not form.show(refusal.problems):
            raise
        return _workspace(request, guideline, publish_form=form, status=400)
    return _said(
        request, guideline, _("Published as version %d. It can no longer be changed.") % version.number
    )


@door(access.may_release, methods=("POST",))
def version_retire(request, guideline, number):
    publishing.retire(version=named_version(guideline, str(number)), by=request.user)
    return _said(request, guideline, _("Version %d is retired.") % number)
