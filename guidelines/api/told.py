"""The trail of a guideline: who did what, when, from where."""

from rest_framework.response import Response

from accounts import asking, roles, trail_reading
from guidelines import access, trail, trail_words
from guidelines.api import representing
from guidelines.api.describing import describes, query
from guidelines.api.door import Door
from guidelines.api.shapes.told import Trail as TrailShape

FILTERS = [
    query("entry", "Only acts on the entry with this key."),
    query("verb", "Only acts of this kind, such as guidelines.save_pair."),
    query("by", "The id of the person who acted, or `nobody`."),
    query("within", "The texts that one import wrote, by its id.", type=int),
    query("before", "Only older ones than the event with this id; `more` holds it.", type=int),
]


class Trail(Door):
    may = {"GET": access.may_see_trail}

    @describes("trail", "Who did what with the guideline, newest first", gives=TrailShape, parameters=FILTERS)
    def get(self, request, slug):
        """Nobody can change or remove what stands here. Clients' addresses are told to leads only."""
        events, act = trail.of(self.guideline), asking.number(request, "within")
        entry = asking.words(request, "entry")
        if act is not None:
            events = events.filter(within=act)
        elif entry:
            events = events.filter(part=entry)
        else:
            events = events.acts()
        found, more = trail_reading.page(trail_reading.narrowed(events, request), request)
        leads = bool(roles.may_lead(request.user))
        rows = [_row(row, leads) for row in trail_words.rows(self.guideline, found)]
        return Response({"events": rows, "more": more})


def _row(row, leads: bool) -> dict:
    event = row.event
    return {
        "id": event.pk,
        "at": representing.moment(event.at),
        "by": representing.person(event.by),
        "from_where": event.from_where,
        "address": row.address if leads else "",
        "verb": event.verb,
        "entry": event.part,
        "what": row.what,
        "lines": [str(line) for line in row.lines],
        "changes": representing.changes(row.fields),
    }
