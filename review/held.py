"""Which sessions are held back: no reviewer gets them until a lead releases them."""

from collections.abc import Sequence

from django.db.models import OuterRef, Subquery

from synthesis.models import Instance, Mark
from synthesis.models.marks import MarkKind


def held_among(instances: Sequence[Instance]) -> set[int]:
    """Ids of those whose latest mark, on themselves or on their profile, holds them."""
    kinds = [MarkKind.HELD, MarkKind.RELEASED]
    held = set()
    for column in ("instance", "profile"):
        latest = (
            Mark.objects.filter(**{column: OuterRef(column)}, kind__in=kinds).order_by("-id").values("pk")[:1]
        )
        marks = Mark.objects.filter(kind=MarkKind.HELD, pk=Subquery(latest))
        held |= {(column, pk) for pk in marks.values_list(f"{column}_id", flat=True)}
    return {i.pk for i in instances if ("instance", i.pk) in held or ("profile", i.profile_id) in held}
