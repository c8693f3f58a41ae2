"""A reviewer says what she reads and how much in a day; what she no longer reads leaves her queue at once."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, time
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import roles
from accounts.models import User
from review import access, handing_on, trail
from review.matching import carried, wish_of
from review.models import Decision, DecisionKind, Reading, RoundState, Seat, Wish
from review.welfare.notices import NOTICES, in_order
from review.welfare.providing import provided
from synthesis.models import Instance


@transaction.atomic
def choose(*, reads: Iterable[str], daily_cap: int | None, by) -> Wish:
    """Her dated word; earlier ones stay. What she holds and no longer reads goes to others or waits for one; what waits
    and she may read now comes to those seated. Raises Refused, ValidationError.
    """
    roles.require(access.may_see_desk(by))
    reads = in_order(_known(reads))
    _require_cap(daily_cap)
    # Two at once would take the same number; the person's row is the lock.
    User.objects.select_for_update().get(pk=by.pk)
    last = wish_of(by)
    if last and (last.reads, last.daily_cap) == (reads, daily_cap):
        return last
    made = Wish.objects.create(user=by, n=last.n + 1 if last else 1, reads=reads, daily_cap=daily_cap)
    # That she chose, never what: it is nobody's to read.
    trail.of_reader(verb="choose", by=by, after={"choice": made.n})
    if set(reads) != set(last.reads if last else ()):
        for seat in Seat.objects.filter(rater__user=by, round__state=RoundState.OPEN).order_by("round"):
            handing_on.rematch(round=seat.round, rater=seat.rater)
    return made


def _known(reads: Iterable[str]) -> set[str]:
    reads = set(reads)
    if unknown := reads - NOTICES.keys():
        raise ValidationError({"reads": _("This topic is not known: %s") % ", ".join(sorted(unknown))})
    return reads


def _require_cap(daily_cap: int | None) -> None:
    if daily_cap is None:
        return
    if daily_cap < 1:
        raise ValidationError({"daily_cap": _("At least one; leave it empty for no limit of your own.")})
    now = provided()
    if now and now.daily_ceiling and daily_cap > now.daily_ceiling:
        words = _("In this study nobody judges more than %s a day.") % now.daily_ceiling
        raise ValidationError({"daily_cap": words})


def cap_of(user) -> int | None:
    """How many judgements a day she gives at the most: her own word, and never more than the study allows."""
    own, now = wish_of(user), provided()
    caps = [own.daily_cap if own else None, now.daily_ceiling if now else None]
    return min((cap for cap in caps if cap is not None), default=None)


def judged_today(user) -> int:
    """Sessions that she judged for the first time since midnight where she is."""
    here = ZoneInfo(user.time_zone)
    midnight = datetime.combine(timezone.localdate(timezone=here), time(0), tzinfo=here)
    own = Decision.objects.filter(rater__user=user, kind=DecisionKind.READING, decided_at__gte=midnight)
    # Those of today are found by an index; asked for with nothing replaced, all that ever replaced nothing are read.
    said = own.aggregate(n=Count("pk"), again=Count("supersedes"))
    return said["n"] - said["again"]


def has_had_enough(user) -> bool:
    """Whether she has judged as many today as she, or the study, has set."""
    cap = cap_of(user)
    return cap is not None and judged_today(user) >= cap


def ahead(user) -> list[tuple[str, int]]:
    """Of the sessions that she has still to judge, how many carry which notice: [(words, n)]."""
    left = Reading.objects.undecided().filter(seat__rater__user=user, seat__round__state=RoundState.OPEN)
    sessions = carried(Instance.objects.filter(pk__in=left.values("item__instance")))
    held = left.filter(item__instance__in=sessions).values_list("item__instance", flat=True)
    counted = Counter(tier for instance in held for tier in sessions[instance])
    return [(NOTICES[tier], counted[tier]) for tier in in_order(counted)]
