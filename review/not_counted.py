"""Judgements that are kept and do not count: whose, of which session, and why, in words. Queries only."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from review.label_studio.mendable import wrong_with
from review.models import Account, RawAnnotation, Reading, SeatProject


@dataclass(frozen=True)
class Kept:
    """`why`: for her who judged. `is_hers`: she can mend it; else a lead has to look, who alone is told the reason: it may
    tell what became of the session.
    """

    reading: Reading
    raw: RawAnnotation
    why: str
    is_hers: bool


def kept_of(projects: Iterable[SeatProject], *, task_id: int | None = None) -> list[Kept]:
    """What the reviewers of these seats judged last of sessions of which nothing of theirs counts. What somebody skipped
    since is no judgement.
    """
    own = Account.objects.filter(
        rater=OuterRef("seat_project__seat__rater"), server=OuterRef("seat_project__server"),
        ls_user_id=OuterRef("completed_by"),
    )  # fmt: skip
    found = RawAnnotation.objects.filter(
        Exists(own), seat_project__in=projects, reading__judged=False, reading__returned=None
    )
    if task_id is not None:
        found = found.filter(task_id=task_id)
    # Those that do not count are few, and indexed by their project.
    found = found.exclude(uncounted="").order_by("ls_updated_at", "id")
    last = {reading: pk for pk, reading, cancelled in found.values_list("pk", "reading", "cancelled")}
    raws = RawAnnotation.objects.filter(pk__in=last.values(), cancelled=False).order_by("ls_updated_at")
    return [_told(raw) for raw in raws.select_related("seat_project", *_READ)]


_READ = ("reading__item__round", "reading__item__instance__version__guideline", "reading__seat__rater__user")


def _told(raw: RawAnnotation) -> Kept:
    words = wrong_with(raw.reading, raw.seat_project.config, json.loads(raw.payload).get("result"))
    others = _("It could not be counted as it came. A lead of the round can read why; you need do nothing.")
    return Kept(raw.reading, raw, words or others, bool(words))
