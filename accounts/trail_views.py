"""The page on which the trail of the accounts is read."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import render

from accounts import people_trail as trail
from accounts import roles, trail_reading


@login_required
def people_trail(request):
    roles.require(roles.may_invite(request.user))
    events = trail.events()
    found, more = trail_reading.page(trail_reading.narrowed(events, request), request)
    context = {
        "rows": trail.rows(found),
        "more": more,
        "people": trail_reading.people_in(events),
        "verbs": trail.VERBS.items(),
        "sees_addresses": True,
    }
    return render(request, "accounts/people_trail.html", context)
