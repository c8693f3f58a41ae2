"""What a reader says of a session that is settled, beside what counts for her; for the lead who answers."""

import json
from collections.abc import Iterable

from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from review.label_studio.gateway.telling import compared
from review.models import Appeal, Decision, RawAnnotation


def told(appeals: Iterable[Appeal]) -> dict[int, list[dict]]:
    """{appeal: [{"question", "sent", "stands"}]} of the late judgements among these, each as it is at the latest, or was
    when it was answered: where it differs from what counts for her, in the words of the screen that it was given on. Empty
    where it does no more. One query.
    """
    chosen = [one.pk for one in appeals if one.raw_id]
    own = RawAnnotation.objects.filter(
        reading=OuterRef("raw__reading"), ls_updated_at__gte=OuterRef("raw__ls_updated_at")
    )
    # The reader's own states, of the annotation that came late; a stranger's on her task is another.
    own = own.filter(completed_by=OuterRef("raw__completed_by")).order_by("-ls_updated_at", "-pk")
    # Of an answered one as it was when it was answered.
    own = own.filter(received_at__lte=Coalesce(OuterRef("answered_at"), Value(timezone.now())))
    counts = Decision.objects.in_force().filter(reading=OuterRef("raw__reading")).values("raw__payload")
    found = (
        Appeal.objects.filter(pk__in=chosen)
        .annotate(latest=Subquery(own.values("payload")[:1]), counts=Subquery(counts[:1]))
        .values_list("pk", "latest", "counts", "raw__seat_project__config")
    )
    return {pk: _differing(config, latest, counts) for pk, latest, counts, config in found}


def says_the_same(one: RawAnnotation, other: RawAnnotation) -> bool:
    """Two states of one annotation, in words: how it is written tells nothing."""
    return not _differing(one.seat_project.config, one.payload, other.payload)


def _differing(config: str, sent: str | None, stands: str | None) -> list[dict]:
    return [row for row in compared(config, _read(sent), _read(stands)) if not row["same"]]


def _read(payload: str | None) -> dict:
    return json.loads(payload) if payload else {}
