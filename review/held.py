"""Which sessions are held back: no reviewer gets them until a lead releases them."""

from collections.abc import Sequence

from django.db.models import F, OuterRef, QuerySet, Subquery

from review.models import Item, Round
from synthesis.models import Instance, Mark
from synthesis.models.marks import MarkKind


def held_among(instances: Sequence[Instance]) -> set[int]:
    """Ids of those whose latest mark, on themselves or on their profile, holds them."""
    held = set()
    for column in ("instance", "profile"):
        held |= {(column, pk) for pk in _holding(column).values_list(f"{column}_id", flat=True)}
    return {i.pk for i in instances if ("instance", i.pk) in held or ("profile", i.profile_id) in held}


def held_items_of(round: Round) -> QuerySet:
    """Its sessions that are held back now."""
    of_clients = (
        Instance.objects.filter(profile__in=_holding("profile").values("profile")).order_by().values("pk")
    )
    held = _holding("instance").values("instance").union(of_clients)
    # By what is held, which is little: as a sum the round is asked last.
    return Item.objects.annotate(of=F("round") + 0).filter(of=round.pk, instance__in=held)


def _holding(column: str) -> QuerySet:
    """Marks on a session, or on a client, that hold it: the latest of their kind."""
    kinds = [MarkKind.HELD, MarkKind.RELEASED]
    latest = Mark.objects.filter(**{column: OuterRef(column)}, kind__in=kinds).order_by("-id").values("pk")
    return Mark.objects.filter(kind=MarkKind.HELD, pk=Subquery(latest[:1])).order_by()
