"""The text of an entry as it stands now: in the open draft, else in the version in force."""

from guidelines import entries
from guidelines.models import Guideline, Version


def version_of(guideline: Guideline) -> Version | None:
    """The version that people work on; None before the first one. Two queries at most."""
    return guideline.versions.unpublished().first() or guideline.in_force


def texts_of(guideline: Guideline, keys) -> dict[str, object]:
    """{key: revision} of those entries that are there, in the order of the version; one query more."""
    version = version_of(guideline)
    return entries.some(version, keys) if version else {}


def text_of(guideline: Guideline, key: str):
    return texts_of(guideline, [key]).get(key)


def called(guideline: Guideline, keys) -> dict[str, str]:
    """{key: name} of those entries that are there, in the order in which they are asked for; one query more."""
    version = version_of(guideline)
    found = entries.called(guideline, [version], keys) if version else {}
    return {key: found[key] for key in dict.fromkeys(keys) if key in found}


def names(guideline: Guideline) -> dict[str, str]:
    """{key: name} of every entry, in order; without their texts, for there may be thousands."""
    version = version_of(guideline)
    return entries.names(version) if version else {}
