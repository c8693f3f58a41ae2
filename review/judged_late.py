"""What a reader says of a session that is settled, beside what counts for her; for the lead who answers."""

import json
from collections.abc import Iterable

from django.db.models import OuterRef, Subquery

from review.label_studio.gateway.telling import compared
from review.models import Appeal, Decision, RawAnnotation


def told(appeals: Iterable[Appeal]) -> dict[int, list[dict]]:
    """{appeal: [{"question", "sent", "stands", "same"}]} of the late judgements among these, each as it is at the latest,
    in the words of the screen that it was given on. One query.
    """
    chosen = [one.pk for one in appeals if one.raw_id]
    own = RawAnnotation.objects.filter(
        reading=OuterRef("raw__reading"), ls_updated_at__gte=OuterRef("raw__ls_updated_at")
    )
    # The reader's own states, of the annotation that came late; a stranger's on her task is another.
    own = own.filter(completed_by=OuterRef("raw__completed_by")).order_by("-ls_updated_at", "-pk")
    counts = Decision.objects.in_force().filter(reading=OuterRef("raw__reading")).values("raw__payload")
    found = (
        Appeal.objects.filter(pk__in=chosen)
        .annotate(latest=Subquery(own.values("payload")[:1]), counts=Subquery(counts[:1]))
        .values_list("pk", "latest", "counts", "raw__seat_project__config")
    )
    return {pk: compared(config, _read(latest), _read(counts)) for pk, latest, counts, config in found}


def _read(payload: str | None) -> dict:
    return json.loads(payload) if payload else {}
