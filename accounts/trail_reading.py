"""The trail as its pages show it: filtered as the address asks, newest first, a page at a time, in words."""

from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from accounts import asking, doors
from accounts.models import TrailEvent, User

PAGE = 30
# In a filter by person: whatever no person did.
NOBODY = "nobody"


@dataclass(frozen=True)
class Row:
    """An event in words; `fields` are texts before and after, `lines` whatever else is to be told."""

    event: TrailEvent
    what: str
    lines: list[str] = field(default_factory=list)
    fields: list = field(default_factory=list)

    @property
    def who(self) -> str:
        if self.event.by:
            return str(self.event.by)
        return _("the command line") if self.event.from_where == doors.COMMAND else _("the program")

    @property
    def door(self) -> str:
        """How the act came in, without an address: that is for leads."""
        kind, name = self.event.from_where, self.event.door
        if kind in (doors.COMMAND, doors.WORKER) and name:
            return f"{self.event.get_from_where_display()}: {name}"
        return self.event.get_from_where_display()

    @property
    def address(self) -> str:
        return self.event.door if self.event.from_where in (doors.PAGE, doors.API) else ""


def narrowed(events, request):
    """Only those by the person and of the verb that the address names; what it does not know asks for nothing."""
    if request.GET.get("by") == NOBODY:
        events = events.filter(by=None)
    elif person := asking.public_id(request, "by"):
        events = events.filter(by__public_id=person)
    if verb := asking.words(request, "verb"):
        events = events.filter(verb=verb)
    return events


def page(events, request) -> tuple[list[TrailEvent], int | None]:
    """Newest first, and the number after which the next page goes on, if there is one."""
    before = asking.number(request, "before")
    if before is not None:
        events = events.filter(id__lt=before)
    found = list(events.select_related("by").order_by("-id")[: PAGE + 1])
    return found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else None


def people_in(events) -> list[User]:
    """Whoever did any of these; looked up by person, as the acts may be very many."""
    return list(User.objects.filter(Exists(events.order_by().filter(by=OuterRef("pk")))))
