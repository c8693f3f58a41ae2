"""Whether a draft changes what the version in force means, or only its wording: what the page proposes."""

from guidelines import entries
from guidelines.comparing import EntryChange, fields_that_differ, suggested_meaning
from guidelines.kinds import shape_of
from guidelines.models import Meaning, Version

_AT_ONCE = 200


def suggested(published: Version, draft: Version) -> str:
    """As `comparing.suggested_meaning`, without looking further than it takes to know."""
    changed = []
    for was, now in entries.differing(published, draft).values():
        if was is None or now is None:
            return Meaning.SEMANTIC
        changed.append((was.revision, now.revision))
    guideline, revisions = draft.guideline, shape_of(draft.guideline).revision
    for first in range(0, len(changed), _AT_ONCE):
        several = changed[first : first + _AT_ONCE]
        texts = revisions.objects.in_bulk([pk for sides in several for pk in sides])
        for a, b in several:
            fields = fields_that_differ(guideline.kind, revisions, texts[a].texts, texts[b].texts)
            if suggested_meaning([EntryChange("", "", "changed", fields)]) == Meaning.SEMANTIC:
                return Meaning.SEMANTIC
    return Meaning.EDITORIAL
