"""What was done with settings, clients, runs, rounds, datasets and trainings; guidelines and people have their own."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts import acts, asking, roles, trail_reading
from accounts.models import TrailEvent
from exports import trail as exports_trail
from review import access as review_access
from review import trail as review_trail
from synthesis import trail as synthesis_trail

VOCABULARY = synthesis_trail.VOCABULARY | review_trail.VOCABULARY | exports_trail.VOCABULARY
SETTINGS = (synthesis_trail.ENDPOINT, synthesis_trail.MODEL_ROLE, review_trail.SERVER, exports_trail.NODE,
            review_trail.WELFARE)  # fmt: skip
# The address of the page of such a thing, which takes its public id.
PAGES = {
    synthesis_trail.RUN: "run",
    synthesis_trail.SESSION: "instance",
    review_trail.ROUND: "round",
    review_trail.GOLD: "gold",
    exports_trail.DATASET: "dataset",
    exports_trail.TRAINING: "training_run",
}
KINDS = {
    synthesis_trail.RUN: _("a run"),
    synthesis_trail.SESSION: _("a session"),
    review_trail.ROUND: _("a round"),
    review_trail.GOLD: _("known answers"),
    exports_trail.DATASET: _("a dataset"),
    exports_trail.TRAINING: _("a training"),
    synthesis_trail.PROFILES: _("clients"),
    synthesis_trail.ENDPOINT: _("the endpoint"),
    synthesis_trail.MODEL_ROLE: _("the role"),
    review_trail.SERVER: _("the Label Studio server"),
    exports_trail.NODE: _("the node"),
    review_trail.WELFARE: _("what readers are provided with:"),
    review_trail.READER: _("what they read themselves"),
    review_trail.CONFLICT: _("conflicts of interest"),
}


@login_required
def page(request):
    """For leads; of an open round in which she judges, nothing: not even which disputes were settled."""
    roles.require(roles.may_lead(request.user))
    everything = TrailEvent.objects.filter(kind__in=KINDS).exclude(
        kind=review_trail.ROUND, name__in=_judged_by(request.user)
    )
    events = everything
    if kind := asking.words(request, "kind"):
        events = events.filter(kind=kind)
    if name := asking.words(request, "name"):
        events = events.filter(name=name)
    found, more = trail_reading.page(trail_reading.narrowed(events, request), request)
    context = {
        "rows": [(row, *_thing(row.event)) for row in acts.rows(found, VOCABULARY)],
        "more": more,
        "kind": kind,
        "name": name,
        "people": trail_reading.people_in(everything),
        "verbs": VOCABULARY.words.items(),
        "sees_addresses": True,
    }
    return render(request, "trail.html", context)


def _judged_by(user) -> list[str]:
    return [
        str(public_id)
        for public_id in review_access.rounds_she_judges(user).values_list("public_id", flat=True)
    ]


def _thing(event: TrailEvent) -> tuple[str, str]:
    """What it was done with, in words, and the address of its page where it has one."""
    if event.kind in PAGES:
        return str(KINDS[event.kind]), reverse(PAGES[event.kind], args=[event.name])
    return f"{KINDS[event.kind]} {event.name}" if event.kind in SETTINGS else str(KINDS[event.kind]), ""


def of_settings():
    """The newest acts on endpoints, roles and nodes, for the page of the settings."""
    events = TrailEvent.objects.filter(kind__in=SETTINGS).select_related("by").order_by("-id")
    return acts.rows(list(events[: acts.LATEST]), VOCABULARY)
