"""What the page of a guideline shows: each entry once, the draft's text beside the published one."""

from collections.abc import Sequence
from dataclasses import dataclass

from guidelines import access, coverage
from guidelines.checking import NEIGHBOURS
from guidelines.comparing import FieldChange, fields_that_differ
from guidelines.coverage import Coverage
from guidelines.finding import Row
from guidelines.kinds import shape_of
from guidelines.models import Entry, Guideline
from guidelines.neighbours import Others


@dataclass(frozen=True)
class Card:
    """`draft` is None where no draft is open or the entry was dropped from it; `published` likewise."""

    key: str
    draft: object | None
    published: object | None
    state: str  # published | new | changed | same | dropped
    fields: list[FieldChange]
    coverage: Coverage | None = None

    @property
    def shown(self):
        return self.draft or self.published


def cards(
    guideline: Guideline, rows: Sequence[Row], covered: dict[str, Coverage] | None = None
) -> list[Card]:
    """The rows in full, in their order; one query."""
    shape = shape_of(guideline)
    wanted = {pk for row in rows for pk in (row.draft, row.published) if pk}
    revisions = shape.revision.objects.select_related(shape.identity_field).in_bulk(wanted)
    for revision in revisions.values():
        # Known here; without this every public id and link would fetch it again.
        getattr(revision, shape.identity_field).guideline = guideline
    found = []
    for row in rows:
        mine, theirs = revisions.get(row.draft), revisions.get(row.published)
        fields = []
        if row.state == "changed":
            fields = fields_that_differ(guideline.kind, shape.revision, theirs.texts, mine.texts)
        found.append(Card(row.key, mine, theirs, row.state, fields, (covered or {}).get(row.key)))
    return found


def alone(guideline: Guideline, key: str, user) -> dict | None:
    """What the page shows of one entry, without the others; None where it is in no version that people work on."""
    draft = guideline.versions.unpublished().first()
    published = guideline.in_force
    row = _row(guideline, key, draft, published)
    if row is None:
        return None
    covered = coverage.of(guideline) if access.may_see_numbers(user) else None
    [card] = cards(guideline, [row], covered)
    texts = [revision for revision in (card.draft, card.published) if revision]
    named = {other for revision in texts for field in NEIGHBOURS for other in getattr(revision, field, ())}
    return {
        "guideline": guideline,
        "card": card,
        "names": dict(Others(guideline).found(named).values()),
        "here": {key},
        "may_write": access.may_write(user),
    }


def _row(guideline: Guideline, key: str, draft, published) -> Row | None:
    shape = shape_of(guideline)
    at = shape.entry_field
    entries = Entry.objects.filter(
        version__in=[v for v in (draft, published) if v], **{f"{at}__{shape.identity_field}__key": key}
    )
    found = {
        entry[0]: entry[1:] for entry in entries.values_list("version", at, f"{at}__name", f"{at}__digest")
    }
    mine, theirs = found.get(draft and draft.pk), found.get(published and published.pk)
    if not (mine or theirs):
        return None
    if draft is None:
        state = "published"
    elif mine and theirs:
        state = "same" if mine[2] == theirs[2] else "changed"
    else:
        state = "new" if mine else "dropped"
    return Row(key, (mine or theirs)[1], mine and mine[0], theirs and theirs[0], state)
