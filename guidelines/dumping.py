"""A stored version as content that can be written to a file and loaded again."""

from guidelines import entries
from guidelines.content import EntryContent, GuidelineContent
from guidelines.formats.writing import WRITERS
from guidelines.kinds import key_of
from guidelines.models import Version


def content_of(version: Version) -> GuidelineContent:
    guideline = version.guideline
    return GuidelineContent(
        guideline=guideline.slug,
        kind=guideline.kind,
        title=guideline.title,
        about=guideline.about,
        licence=guideline.licence,
        source=guideline.source,
        entries=tuple(EntryContent(key_of(r), r.texts) for r in entries.revisions(version)),
    )


def dump(version: Version, format: str) -> bytes:
    """The version as yaml, csv, json or xlsx."""
    return WRITERS[format](content_of(version))
