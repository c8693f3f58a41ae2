"""When reviewers see how their sessions were resolved: when the round is closed, or from a moment on that its lead set.

Agreement uses what was judged before its reader could see any resolution of the round (methods.md §2).
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from accounts import roles
from review import access, trail
from review.models import Decision, DecisionKind, Item, Round, Standing, StandingState


class CannotMoveRelease(ValueError):
    """The moment stays as it was; the message says why."""


@transaction.atomic
def move_release(*, round: Round, to: datetime | None, by) -> Round:
    """Let resolutions open from this moment on; None: when the round is closed. Raises Refused, CannotMoveRelease."""
    round = Round.objects.select_for_update().get(pk=round.pk)
    roles.require(access.may_move_release(by, round))
    if to == round.resolutions_from:
        raise CannotMoveRelease(_("Resolutions open then already; nothing was changed."))
    before = {"resolutions_from": trail.moment(round.resolutions_from)}
    round.resolutions_from = to
    round.save(update_fields=["resolutions_from"])
    after = {"resolutions_from": trail.moment(to)}
    trail.record(verb="move_release", round=round, by=by, before=before, after=after)
    return round


def uninformed(round: Round) -> QuerySet:
    """Of each reading of the round the last decision that its rater made before she could see any resolution there."""
    moments = informed_since(round)
    if not moments:
        return Decision.objects.in_force()
    informed, informed_later = _informed(moments), _informed(moments, "superseded_by__")
    return Decision.objects.exclude(informed).filter(Q(superseded_by=None) | informed_later)


def left_out(round: Round) -> int:
    """Judgements in force that agreement does not use, as their readers could see resolutions of the round before."""
    moments = informed_since(round)
    if not moments:
        return 0
    counted = Decision.objects.in_force().readers().filter(item__round=round, reading__pass_number=1)
    return counted.filter(_informed(moments), reading__seat__observer=False).count()


def informed_since(round: Round) -> dict[int, tuple[datetime, int]]:
    """{rater: (the moment from which on she could see how one of her items of the round was resolved, that item)}. One
    query, and none where resolutions open when the round is closed.
    """
    if round.resolutions_from is None:
        return {}
    settled = Item.objects.settled().filter(round=round).order_by().values("pk")
    judged = Decision.objects.readers().filter(item__in=settled).order_by()
    rows = judged.values("rater", "item").annotate(at=Max("item__standings__at"))
    found: dict[int, tuple[datetime, int]] = {}
    for rater, item, at in sorted(rows.values_list("rater", "item", "at"), key=lambda row: row[2]):
        found.setdefault(rater, (max(at, round.resolutions_from), item))
    return found


def informed() -> Q:
    """Of decisions of any rounds: those whose rater could see by then how another of her items of the round was resolved.
    A condition of one statement, for where many rounds are asked at once.
    """
    settled_later = Standing.objects.filter(item=OuterRef("pk")).filter(
        ~Q(state=StandingState.SETTLED) | Q(at__gte=OuterRef(OuterRef("decided_at")))
    )
    hers = Item.objects.filter(
        ~Q(pk=OuterRef("item")), ~Exists(settled_later), round=OuterRef("item__round"), standings__isnull=False,
        decisions__rater=OuterRef("rater"), decisions__kind=DecisionKind.READING,
    )  # fmt: skip
    return Q(item__round__resolutions_from__lt=F("decided_at")) & Exists(hers)


def _informed(moments: dict[int, tuple[datetime, int]], of: str = "") -> Q:
    """A round has few raters; one condition for each. What she judged of the very item that was settled first came
    before that, whatever the clock of the editor says.
    """
    found = Q(pk__in=[])
    for rater, (moment, first) in moments.items():
        found |= Q(**{f"{of}rater": rater, f"{of}decided_at__gt": moment}) & ~Q(**{f"{of}item": first})
    return found
