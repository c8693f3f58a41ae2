"""The text of one entry in one version."""

from guidelines.kinds import shape_of
from guidelines.models import Version


def standing(version: Version, key: str):
    """The revision with its author and identity, or None; one query."""
    shape = shape_of(version.guideline)
    at = f"{shape.entry_field}__{shape.identity_field}"
    entries = version.entries.filter(**{f"{at}__key": key})
    entry = entries.select_related(at, f"{shape.entry_field}__author").first()
    if entry is None:
        return None
    revision = getattr(entry, shape.entry_field)
    getattr(revision, shape.identity_field).guideline = version.guideline
    return revision
