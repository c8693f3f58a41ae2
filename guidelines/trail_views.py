"""The page on which a guideline's trail is read."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, render

from accounts import asking, roles, trail_reading
from guidelines import access, trail, trail_words
from guidelines.kinds import shape_of
from guidelines.models import Guideline

MOST_KEYS = 200


@login_required
def guideline_trail(request, slug):
    roles.require(access.may_see_trail(request.user))
    guideline = get_object_or_404(Guideline, slug=slug)
    everything = trail.of(guideline)
    events, entry = everything, asking.words(request, "entry")
    act = asking.number(request, "within")
    if act is not None:
        events = events.filter(within=act)
    elif entry:
        events = events.filter(part__in=_keys(guideline, entry))
    else:
        events = events.acts()
    found, more = trail_reading.page(trail_reading.narrowed(events, request), request)
    context = {
        "guideline": guideline,
        "rows": trail_words.rows(guideline, found),
        "more": more,
        "people": trail_reading.people_in(everything.acts()),
        "verbs": trail_words.VERBS.items(),
        "entry": entry,
        "sees_addresses": roles.may_lead(request.user),
    }
    return render(request, "guidelines/trail.html", context)


def _keys(guideline: Guideline, typed: str) -> list[str]:
    """The entry with this key, otherwise every entry that was ever called so."""
    shape = shape_of(guideline)
    entries = shape.identity.objects.filter(guideline=guideline)
    if entries.filter(key=typed).exists():
        return [typed]
    called = entries.filter(revisions__name__icontains=typed)
    return list(called.order_by("key").values_list("key", flat=True).distinct()[:MOST_KEYS])
