"""How many sessions of a round several should read: a calculation that has an address. Nothing is written here."""

from django.shortcuts import get_object_or_404, render

from accounts import asking, roles
from review import access
from review.choosing.carrying import fields, kept
from review.choosing.forms import SESSIONS
from review.models import Round, RoundState
from review.planning import as_in, planned
from review.planning_forms import HowMany

EARLIER = 50


def round_plan(request):
    """With `like`, a closed round, its figures are suggested; with the questions answered, the number is told."""
    roles.require(access.may_see_agreement(request.user))
    hidden = access.rounds_she_judges(request.user)
    earlier = Round.objects.of_review().filter(state=RoundState.CLOSED).exclude(pk__in=hidden.values("pk"))
    like = request.GET.get("like") and get_object_or_404(earlier, public_id=asking.public_id(request, "like"))
    asked = "reach" in request.GET
    form = HowMany(request.GET) if asked else HowMany(initial=as_in(like) if like else None)
    found = planned(**form.cleaned_data) if asked and form.is_valid() else None
    sessions = kept(request.GET, SESSIONS)
    context = {"sessions": sessions.urlencode(), "kept": fields(sessions)}
    context |= {"form": form, "found": found, "like": like, "earlier": earlier.order_by("-serial")[:EARLIER]}
    return render(request, "review/round_plan.html", context, status=400 if form.errors else 200)
