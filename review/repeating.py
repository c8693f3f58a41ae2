"""Hidden repeats: a reader judges some of her sessions once more, and is not told (methods.md §2). They never settle
anything; they say how far a reader agrees with herself.
"""

from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from review import releasing
from review.agreeing.questions import scales
from review.agreeing.rows import tabled
from review.models import Aspect, Decision, Flag, Reading, Round, Standing, StandingState
from synthesis.models import Mark
from synthesis.models.marks import MarkKind

AFTER = timedelta(days=14)


def due(readings):
    """Without the repeats whose time has not come, or of which their reader may have seen how it was resolved. It comes a
    fortnight after she last judged the session; sooner, when she has judged everything else, only where the round is to
    be over by then. What was called unsafe, or is flagged and not answered, comes to nobody once more.
    """
    now = timezone.now()
    judged = Decision.objects.in_force().filter(
        reading__pass_number=1, reading__seat=OuterRef("seat"), item=OuterRef("item")
    )
    left = Reading.objects.undecided().filter(seat=OuterRef("seat"), pass_number=1)
    over = Q(seat__round__deadline__lt=now + AFTER) & ~Exists(left)
    soon = judged.filter(decided_at__gt=F("item__round__deadline") - AFTER)
    come = Exists(judged.filter(decided_at__lte=now - AFTER)) | (over & Exists(soon))
    told = Q(seat__round__resolutions_from__lte=now) & Exists(_settled())
    return readings.filter(
        Q(pass_number=1) | (come & ~told & ~Exists(_unsafe()) & ~Exists(_flagged()) & ~_held())
    )


def _settled():
    settled = Standing.objects.filter(item=OuterRef("item"), state=StandingState.SETTLED)
    return settled.exclude(aspect=Aspect.SAFETY)


def _flagged():
    """A lead has not answered it in writing."""
    return Flag.objects.filter(item=OuterRef("item"), resolution=None)


def _unsafe():
    return Standing.objects.filter(item=OuterRef("item"), aspect=Aspect.SAFETY)


def _held() -> Q:
    """The session, or its client, is held back by now."""
    same = Q(instance=OuterRef("instance")) | Q(profile=OuterRef("profile"))
    later = Mark.objects.filter(same, kind=MarkKind.RELEASED, pk__gt=OuterRef("pk"))
    holding = Mark.objects.filter(~Exists(later), kind=MarkKind.HELD)
    sessions = holding.filter(instance__isnull=False).values("instance")
    clients = holding.filter(profile__isnull=False).values("profile")
    # A session without a client is held by no client's mark.
    of_client = Q(item__instance__profile__isnull=False, item__instance__profile__in=clients)
    return Q(item__instance__in=sessions) | of_client


@dataclass(frozen=True)
class Repeats:
    """Of the repeats of a round: `planned`, `judged`, and the median `days` between the two judgements."""

    planned: int
    judged: int
    days: float | None


def counted(round: Round) -> Repeats:
    repeats = Reading.objects.filter(seat__round=round, pass_number=2, seat__observer=False)
    first = Decision.objects.in_force().filter(
        reading__pass_number=1, reading__seat=OuterRef("reading__seat"), item=OuterRef("item")
    )
    again = _repeated(round).filter(reading__pass_number=2).annotate(before=first.values("decided_at")[:1])
    apart = [
        (then - before).total_seconds() / 86400 for then, before in again.values_list("decided_at", "before")
    ]
    return Repeats(repeats.count(), len(apart), median(apart) if apart else None)


def figures(round: Round) -> dict[str, dict[str, dict]]:
    """How far readers agree with themselves, as review.agreeing.measuring.whole says of readers with one another: what is
    judged is a session as one reader has it, and the raters are her first and her second judgement.
    """
    if not Reading.objects.filter(seat__round=round, pass_number=2, seat__observer=False).exists():
        return {}
    from review.agreement.report import agreement  # it loads SciPy

    by_name, weights = tabled(
        _repeated(round), lambda item, rater, pass_number: (f"{item}/{rater}", pass_number)
    )
    known, found = scales(round), {}
    for (arm, name), own in sorted(by_name.items()):
        about = known[name]
        found.setdefault(arm, {})[name] = agreement(
            own, scale=about["scale"], levels=about["levels"], seed=round.seed % 2**31, weights=weights
        )
    return found


def _repeated(round: Round):
    """Both judgements of whatever its reader judged twice."""
    # What she judged when she may have seen how it was resolved says nothing of herself.
    blind = releasing.uninformed(round).readers()
    decisions = blind.filter(item__round=round, reading__seat__observer=False)
    other = blind.filter(reading__seat=OuterRef("reading__seat"), item=OuterRef("item")).exclude(
        reading=OuterRef("reading")
    )
    return decisions.filter(Exists(other))
