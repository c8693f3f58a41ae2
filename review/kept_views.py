"""All that came from Label Studio for a round and does not count, and all that stands there otherwise; its own page shows
the newest of both.
"""

from django.shortcuts import get_object_or_404, render

from accounts import asking, roles
from review import reports, uncounted_rows
from review.access import may_run_rounds
from review.models import Round
from review.sessions.access import may_see_sessions

PAGE = 50


def round_not_counted(request, public_id):
    """`before`: the number of the last one seen."""
    found = _round(request, public_id)
    rows = uncounted_rows.rows(found, request.user, PAGE + 1, before=asking.number(request, "before"))
    total, _skips = reports.uncounted_and_skips(found)
    context = {"round": found, "total": total, "uncounted": rows[:PAGE]}
    context["more"] = rows[PAGE - 1].raw.pk if len(rows) > PAGE else None
    return render(request, "review/not_counted.html", context)


def round_otherwise(request, public_id):
    """`before`: the number of the last one seen."""
    found = _round(request, public_id)
    differences = reports.differences(found, before=asking.number(request, "before"))[: PAGE + 1]
    context = {"round": found, "differences": differences[:PAGE]}
    context["more"] = differences[PAGE - 1].pk if len(differences) > PAGE else None
    return render(request, "review/otherwise.html", context)


def _round(request, public_id) -> Round:
    roles.require(may_run_rounds(request.user))
    found = get_object_or_404(Round, public_id=public_id)
    roles.require(may_see_sessions(request.user, found))
    return found
