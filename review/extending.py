"""An open round is extended: more of its sessions get a second reader, as where the interval of their agreement is too
wide. That is logged, with how much had been judged by then, and told with the figures (methods.md §6).
"""

import random

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from accounts import roles
from accounts.models import TrailEvent
from review import access, trail
from review.handing_on import Handed, locked, placed
from review.models import Decision, DecisionKind, Item, Reading, Round


class CannotExtend(ValueError):
    """The round stays as it was; the message says why."""


@transaction.atomic
def extend(*, round: Round, sessions: int, by) -> Handed:
    """So many sessions get a second reader, drawn at random among those that have one and that nobody has judged: what was
    said of a session never decides whether it is read again. Raises Refused, CannotExtend.
    """
    round = locked(round.pk)
    roles.require(access.may_extend(by, round))
    if sessions < 1:
        raise CannotExtend(_("At least one session is to be read by a second reader; nothing was changed."))
    free = list(read_by_one(round))
    if len(free) < sessions:
        raise CannotExtend(
            _("Only %(n)d sessions have one reader and are not judged yet; nothing was changed.")
            % {"n": len(free)}
        )
    # Nobody can know beforehand which.
    drawn = random.SystemRandom().sample(free, sessions)
    handed = placed(round, Reading.objects.none(), besides=drawn)
    if handed.left:
        raise CannotExtend(
            _("Of %(n)d sessions %(left)d would find no second reader who may read them; seat more reviewers. Nothing was "
              "changed.")
            % {"n": sessions, "left": handed.left}
        )  # fmt: skip
    trail.record(
        verb="extend",
        round=round,
        by=by,
        after={"read_by_second": handed.on, "judged_by_then": judged(round)},
    )
    return handed


def read_by_one(round: Round) -> QuerySet:
    """Items of the round that one reader has and nobody has judged."""
    planned = Reading.objects.planned().filter(item=OuterRef("pk")).order_by().values("item")
    items = round.items.unsettled().filter(gold=None).exclude(pk__in=Item.objects.erased().values("pk"))
    items = items.exclude(Exists(Decision.objects.filter(item=OuterRef("pk"))))
    return items.annotate(n=Subquery(planned.annotate(n=Count("pk")).values("n"))).filter(n=1).order_by("pk")


def judged(round: Round) -> int:
    """Readings of the round that were judged, by readers who count."""
    made = Decision.objects.filter(
        item__round=round, kind=DecisionKind.READING, reading__seat__observer=False
    )
    return made.values("reading").distinct().count()


def extensions(round: Round) -> list[dict]:
    """Each extension, the first first: {at (a datetime), sessions, judged_by_then}; as the trail kept it."""
    acts = (
        TrailEvent.objects.of(trail.ROUND, str(round.public_id)).filter(verb="review.extend").order_by("pk")
    )
    return [
        {
            "at": act.at,
            "sessions": act.after["read_by_second"],
            "judged_by_then": act.after["judged_by_then"],
        }
        for act in acts
    ]
