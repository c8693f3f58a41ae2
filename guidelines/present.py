"""The text of an entry as it stands now: in the open draft, else in the version in force."""

from guidelines.kinds import key_of, shape_of
from guidelines.models import Guideline, Version


def version_of(guideline: Guideline) -> Version | None:
    """The version that people work on; None before the first one. Two queries at most."""
    found = guideline.versions.unpublished().first() or guideline.in_force
    if found is not None:
        found.guideline = guideline
    return found


def texts_of(guideline: Guideline, keys) -> dict[str, object]:
    """{key: revision} of those entries that are there, in the order of the version; one query more."""
    version, shape = version_of(guideline), shape_of(guideline)
    if version is None:
        return {}
    at = f"{shape.entry_field}__{shape.identity_field}"
    # Ordered here: to keep their order the database would walk through every entry of the version.
    entries = version.entries.filter(**{f"{at}__key__in": list(keys)}).select_related(at).order_by()
    revisions = [entry.revision for entry in sorted(entries, key=lambda entry: entry.position)]
    for revision in revisions:
        getattr(revision, shape.identity_field).guideline = guideline
    return {key_of(revision): revision for revision in revisions}


def text_of(guideline: Guideline, key: str):
    return texts_of(guideline, [key]).get(key)


def names(guideline: Guideline) -> dict[str, str]:
    """{key: name} of every entry, in order; without their texts, for there may be thousands."""
    version, shape = version_of(guideline), shape_of(guideline)
    if version is None:
        return {}
    at = shape.entry_field
    rows = version.entries.order_by("position")
    return dict(rows.values_list(f"{at}__{shape.identity_field}__key", f"{at}__name"))
