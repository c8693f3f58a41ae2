"""Settings: the Label Studio servers, each with its test."""

from django.contrib import messages
from django.http import HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts import roles
from config.pages import settings
from review import access
from review.forms import ServerForm
from review.label_studio import connecting, servers
from review.label_studio.errors import LabelStudioError
from review.models import Server


def save(request):
    roles.require(access.may_connect(request.user))
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    form = ServerForm(request.POST)
    if form.is_valid():
        try:
            servers.save_server(**form.cleaned_data, by=request.user)
        except servers.CannotConnect as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            messages.success(
                request, _("Server saved. Test it now. A gateway that runs has to be started again.")
            )
            return redirect("settings")
    return settings.shown(request, status=400, server_form=form)


def offer(request, name: str):
    """Take new rounds, or none."""
    roles.require(access.may_connect(request.user))
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    offered = request.POST.get("offered") == "yes"
    server = get_object_or_404(Server, name=name)
    servers.offer_server(server=server, offered=offered, by=request.user)
    if offered:
        messages.success(request, _("%s takes new rounds.") % server.name)
    else:
        messages.success(request, _("%s takes no new rounds. What is under way there goes on.") % server.name)
    return redirect("settings")


def test(request, name: str):
    """Whether it answers and knows our token. A GET shows the same: testing changes nothing."""
    roles.require(access.may_connect(request.user))
    server = get_object_or_404(Server, name=name)
    try:
        found = {"state": "ok", "message": connecting.connected(server).ready()}
    except connecting.NotConnected as reason:
        found = {"state": "not connected", "message": str(reason)}
    except LabelStudioError as reason:
        found = {"state": "down", "message": str(reason)}
    return render(request, "_part.html", {"name": name, "part": found})
