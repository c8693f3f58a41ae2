"""When resolutions open to the reviewers of a round, and how many more sessions two of them read; for its lead."""

from django.contrib import messages
from django.http import HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import roles
from review import access, extending, releasing
from review.forms import Extend, MoveRelease
from review.models import Round


def round_release(request, public_id):
    roles.require(access.may_run_rounds(request.user))
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    found = get_object_or_404(Round, public_id=public_id)
    form = MoveRelease(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(form.errors["resolutions_from"]))
        return redirect("round", public_id=found.public_id)
    try:
        releasing.move_release(round=found, to=form.cleaned_data["resolutions_from"], by=request.user)
    except releasing.CannotMoveRelease as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Moved."))
    return redirect("round", public_id=found.public_id)


def round_extension(request, public_id):
    roles.require(access.may_run_rounds(request.user))
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    found = get_object_or_404(Round, public_id=public_id)
    form = Extend(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(form.errors["sessions"]))
        return redirect("round", public_id=found.public_id)
    try:
        handed = extending.extend(round=found, sessions=form.cleaned_data["sessions"], by=request.user)
    except extending.CannotExtend as refusal:
        messages.error(request, str(refusal))
    else:
        said = ngettext(
            "%d more session is read by two now.", "%d more sessions are read by two now.", handed.on
        )
        messages.success(request, said % handed.on)
    return redirect("round", public_id=found.public_id)
