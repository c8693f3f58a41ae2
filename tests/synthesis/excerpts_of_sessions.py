"""Invented excerpts, as a clinic would hand them over."""

from synthesis import excerpts
from synthesis.shapes.excerpts import ExcerptRecord
from synthesis.shapes.profiles import ClientFile

TURNS = [
    {"speaker": "counsellor", "text": "What would it be like to ring your brother this week?"},
    {"speaker": "client", "text": "No. I said that I do not want to ring him."},
]
ABOUT = {"licence": "CC0-1.0", "origin": "invented", "consent": "written, for teaching and research"}


def record(key="clinic-1", **changes) -> dict:
    return {"key": key, "kind": "excerpt", "language": "en", "turns": TURNS, **changes}


def stored(key="clinic-1", *, may_leave=False, **changes):
    """An excerpt, as import_excerpts would store it."""
    one = ExcerptRecord.model_validate(record(key, **changes))
    found = excerpts.store([(key, one)], ClientFile(**ABOUT), may_leave=may_leave)
    assert not found.refused, found.refused
    return found.new[0]


def confirmed(lena, key="clinic-1", **changes):
    one = stored(key, **changes)
    excerpts.confirm(profile=one, check=one.source_text.checks.last(), by=lena)
    return one
