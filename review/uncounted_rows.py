"""What a lead is told of the judgements of a round that are kept and do not count. Queries only, as many for a page as for
one row.
"""

import json
from dataclasses import dataclass, field

from django.utils.text import Truncator

from review import reports
from review.access import hidden_instances
from review.label_studio.gateway.telling import said
from review.models import Account, Item, Rater, RawAnnotation, Round
from review.sessions.access import may_see_how_sessions_stand

# In characters: of one answer on the page. All of it is kept.
SHOWN = 2000


@dataclass(frozen=True)
class Row:
    """`item` is None of a task that is none of ours. `hidden`: whoever looks judges the session, or may settle it, in an
    open round, and is told no more of it. `by`: who made it, None where no account of ours did; `is_reader`: whose session
    it is. `words`: [(question, answer)].
    """

    raw: RawAnnotation
    item: Item | None
    hidden: bool = False
    by: Rater | None = None
    is_reader: bool = False
    words: list[tuple[str, str]] = field(default_factory=list)


def rows(round: Round, user, n: int, *, before: int | None = None) -> list[Row]:
    """The newest `n`, as reports.latest_uncounted. The words are not for whoever may settle sessions of the round, or
    judges one of them elsewhere.
    """
    raws = reports.latest_uncounted(round, n, before=before)
    items = [raw.reading.item for raw in raws if raw.reading]
    hidden = hidden_instances(user, [item.instance_id for item in items])
    people = Account.objects.filter(ls_user_id__in={raw.completed_by for raw in raws}).select_related(
        "rater__user"
    )
    by = {(account.server_id, account.ls_user_id): account.rater for account in people}
    reads = bool(may_see_how_sessions_stand(user, round))
    return [_row(raw, hidden, by.get((raw.seat_project.server_id, raw.completed_by)), reads) for raw in raws]


def _shown(answer: str) -> str:
    """Without what no page can carry: half of a character, and NUL."""
    return Truncator(answer.replace("\0", "").encode("utf-8", "replace").decode()).chars(SHOWN)


def _row(raw: RawAnnotation, hidden: set[int], by: Rater | None, reads: bool) -> Row:
    if raw.reading and raw.reading.item.instance_id in hidden:
        return Row(raw, raw.reading.item, hidden=True)
    words = []
    if reads:
        found = said(raw.seat_project.config, json.loads(raw.payload))
        words = [(question, _shown(answer)) for question, answer in found]
    item = raw.reading.item if raw.reading else None
    return Row(raw, item, by=by, is_reader=by == raw.seat_project.seat.rater, words=words)
