"""What every page of a guideline begins with: who may enter is asked before it is said whether anything is there."""

from functools import wraps

from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, render
from django_htmx.http import reswap, retarget

from accounts.roles import require
from guidelines import publishing
from guidelines.models import Guideline

REFUSALS = publishing.WrongState, publishing.StillReferred, publishing.BadTexts, publishing.StaleEdit
WORTH_KEEPING = 12  # characters; a key or a number is typed again


def door(may, *, methods=("GET", "HEAD", "POST")):
    """First the role, then the guideline; a verb that does not fit the state answers 409 with the reason."""

    def made(view):
        @wraps(view)
        def told(request, slug, *args, **kwargs):
            if not request.user.is_authenticated:
                return _logged_out(request)
            require(may(request.user))
            if request.method not in methods:
                return HttpResponseNotAllowed(methods)
            guideline = get_object_or_404(Guideline, slug=slug)
            try:
                return view(request, guideline, *args, **kwargs)
            except REFUSALS as refusal:
                problems = getattr(refusal, "problems", [])
                context = {"guideline": guideline, "reason": str(refusal), "problems": problems}
                if request.htmx:
                    return _aside(render(request, "guidelines/_not_now.html", context, status=409))
                context["typed"] = typed(request)
                return render(request, "guidelines/not_now.html", context, status=409)

        return told

    return made


def typed(request) -> list[str]:
    """What a person wrote into a form whose act is refused: it is not to go with the page."""
    lists = (values for name, values in request.POST.lists() if name not in ("csrfmiddlewaretoken", "digest"))
    return [value for values in lists for value in values if len(value) >= WORTH_KEEPING]


def _aside(answer):
    """Said beside what is on the page, which stays: a form keeps its words."""
    return retarget(reswap(answer, "innerHTML"), "#said")


def _logged_out(request):
    """The way to the login page, unless somebody wrote something: those words are not to go with the page."""
    if request.htmx:
        return _aside(render(request, "guidelines/_logged_out.html", status=401))
    if words := typed(request):
        return render(request, "guidelines/logged_out.html", {"typed": words}, status=401)
    return redirect_to_login(request.get_full_path())
