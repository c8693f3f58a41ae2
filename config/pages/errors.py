"""Errors say what happened, what was kept and what to do."""

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.roles import Refused
from guidelines.doors import typed


def _answer(request, status: int, title: str, message: str, todo: str) -> HttpResponse:
    if request.path.startswith("/api/"):
        body = {"type": "about:blank", "title": title, "status": status, "detail": message}
        return JsonResponse(body, status=status, content_type="application/problem+json")
    context = {"title": title, "message": message, "todo": todo}
    return render(request, "error.html", context, status=status)


def refused(request: HttpRequest, exception=None) -> HttpResponse:
    reason = (
        str(exception)
        if isinstance(exception, Refused) and str(exception)
        else _("You may not open this page.")
    )
    return _answer(
        request, 403, _("Not for you"), reason, _("Nothing was changed. A lead can give you the role.")
    )


def outdated(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form is older than the last time somebody logged in here; whoever wrote into it gets the words back."""
    # Only what is written for others to read: another form may hold a password.
    words = typed(request) if request.path.startswith(reverse("guidelines")) else []
    return render(request, "outdated.html", {"typed": words}, status=403)


def missing(request: HttpRequest, exception=None) -> HttpResponse:
    message = _("There is nothing at this address.")
    return _answer(request, 404, _("Not found"), message, _("Check the link, or start from your home page."))


def broken(request: HttpRequest) -> HttpResponse:
    message = _("Something went wrong on our side. What you had saved before is kept.")
    return _answer(
        request, 500, _("Our mistake"), message, _("Try again; if it happens twice, tell a lead when.")
    )


class ShowRefusals:
    """Middleware: a refusal raised anywhere below becomes a 403 that carries its reason."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        if isinstance(exception, Refused):
            if not request.user.is_authenticated and not request.path.startswith("/api/"):
                return redirect_to_login(request.get_full_path())
            return refused(request, exception)
        return None
