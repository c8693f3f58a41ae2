"""What the page of a guideline shows: each entry once, the draft's text beside the published one."""

from dataclasses import dataclass

from guidelines import drafts
from guidelines.comparing import FieldChange, fields_that_differ
from guidelines.coverage import Coverage
from guidelines.kinds import key_of, shape_of
from guidelines.models import Version


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
    published: Version | None, draft: Version | None, coverage: dict[str, Coverage] | None
) -> list[Card]:
    """In the draft's order where there is a draft, dropped ones last. Two queries."""
    version = draft or published
    if version is None:
        return []
    kind, model = version.guideline.kind, shape_of(version.guideline).revision
    old = {key_of(r): r for r in drafts.revisions(published)} if published else {}
    new = {key_of(r): r for r in drafts.revisions(draft)} if draft else {}
    found = []
    for key in [*new, *(key for key in old if key not in new)]:
        mine, theirs = new.get(key), old.get(key)
        fields = []
        if draft is None:
            state = "published"
        elif mine is None:
            state = "dropped"
        elif theirs is None:
            state = "new"
        else:
            fields = fields_that_differ(kind, model, theirs.texts, mine.texts) if mine.pk != theirs.pk else []
            state = "changed" if fields else "same"
        found.append(Card(key, mine, theirs, state, fields, (coverage or {}).get(key)))
    return found
