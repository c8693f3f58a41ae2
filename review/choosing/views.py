"""Which sessions a new round is of: a filter that has an address, and how many fit it. Nothing is written here."""

from urllib.parse import urlencode

from django.http import QueryDict
from django.shortcuts import render

from accounts import roles
from review import access
from review.choosing.carrying import fields, kept
from review.choosing.fitting import at_risk, fitting
from review.choosing.forms import SHARE, WhichSessions, weights_in_words
from review.choosing.telling import chosen
from review.models import Reason


def choose(request):
    roles.require(access.may_run_rounds(request.user))
    asked = WhichSessions.asked(request.GET)
    context = {"form": asked or WhichSessions(), "judges": access.hides_any(request.user)}
    context["share"] = fields(kept(request.GET, SHARE))
    if asked is not None and asked.is_valid():
        context |= counted(asked, request.user)
    return render(request, "review/choose.html", context, status=400 if asked and asked.errors else 200)


def counted(form: WhichSessions, user) -> dict:
    """How many sessions a valid filter finds, for a page."""
    choosing = form.choosing()
    found = fitting(choosing.wanted, user)
    fits = found.sessions.count()
    drawn = fits if choosing.most is None else min(choosing.most, fits)
    return {
        "counted": True,
        "fits": fits,
        "held": found.held.count(),
        "risky": at_risk(found.sessions).count(),
        "drawn": drawn,
        "is_weighed": drawn < fits and choosing.random_share < 1 and any(choosing.weights.values()),
        "choosing": choosing,
        "said": form.in_words(),
    }


def chosen_in_words(round) -> dict | None:
    """How the sessions of a round were chosen, for its page; None where they were not by a filter."""
    told = chosen(round)
    if told is None:
        return None
    address = urlencode(told.choice.wanted, doseq=True)
    form = WhichSessions(QueryDict(address))
    return {
        "told": told,
        # A client or a mistake of which there is no session any more is not among the choices: then the address alone.
        "said": form.in_words() if form.is_valid() else [],
        "weights": weights_in_words(told.choice.weights),
        "known": [(Reason(part).label, n) for part, n in told.choice.known.items()],
        "least_chance": _chance(told.least),
        "most_chance": _chance(told.most),
        "address": address,
    }


def _chance(chance: float) -> str:
    """Two figures that count: of very many sessions each has a small one."""
    return f"{100 * chance:.2g} %" if chance < 0.995 else "100 %"
