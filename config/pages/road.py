"""The road: where everything is, what is stuck, how fast."""

from django.shortcuts import render

from accounts import roles
from config.pages import stages


def _context(user) -> dict:
    return {"stages": stages.stages(user), "runs": stages.runs_under_way()}


def page(request):
    roles.require(roles.may_lead(request.user))
    return render(request, "road.html", _context(request.user))


def progress(request):
    """The part of the page that refreshes itself."""
    roles.require(roles.may_lead(request.user))
    return render(request, "_road.html", _context(request.user))
