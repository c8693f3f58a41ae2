"""What the page of a guideline shows: each entry once, the draft's text beside the published one."""

from collections.abc import Sequence
from dataclasses import dataclass

from guidelines import access, coverage, entries
from guidelines.checking import NEIGHBOURS
from guidelines.comparing import FieldChange, fields_that_differ
from guidelines.coverage import Coverage
from guidelines.finding import Row, row_of
from guidelines.kinds import shape_of
from guidelines.models import Guideline, Kind


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
    revisions = shape.revision.objects.select_related(shape.identity_field).defer("said").in_bulk(wanted)
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
    draft, published = guideline.versions.unpublished().first(), guideline.in_force
    versions = [version for version in (draft, published) if version]
    row = row_of(key, published, draft)
    if row is None:
        return None
    sees_numbers = guideline.kind == Kind.PAIRS and coverage.may_see(user, guideline)
    covered = coverage.of(guideline, [key]) if sees_numbers else None
    [card] = cards(guideline, [row], covered)
    return {
        "guideline": guideline,
        "card": card,
        "names": entries.called(guideline, versions, neighbours_on([card])),
        "here": {key},
        "may_write": access.may_write(user),
    }


def neighbours_on(shown: Sequence[Card]) -> set[str]:
    """The keys of the pairs that the cards name."""
    revisions = [revision for card in shown for revision in (card.draft, card.published) if revision]
    return {key for one in revisions for field in NEIGHBOURS for key in getattr(one, field, ())}
