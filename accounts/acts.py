"""Acts on runs, rounds, datasets and the like in words, for the page of the thing and for the trail of all."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.models import TrailEvent, User
from accounts.trail_reading import Row

LATEST = 20
# In an event these name people, by their public ids.
PEOPLE = ("reviewers", "seat", "risk_lead")


@dataclass(frozen=True)
class Vocabulary:
    """`words` {verb: what was done}; `labels` {name of a value in the event: what it is}; a value without a label
    is not shown.
    """

    words: dict[str, str]
    labels: dict[str, str]

    def __or__(self, other: "Vocabulary") -> "Vocabulary":
        return Vocabulary(self.words | other.words, self.labels | other.labels)


def latest(kind: str, name: str, vocabulary: Vocabulary) -> list[Row]:
    """The newest acts on one thing; two queries at most."""
    events = TrailEvent.objects.of(kind, str(name)).select_related("by").order_by("-id")
    return rows(list(events[:LATEST]), vocabulary)


def rows(found: list[TrailEvent], vocabulary: Vocabulary) -> list[Row]:
    sides = [side for event in found for side in (event.before, event.after)]
    ids = {public_id for side in sides for name in PEOPLE for public_id in side.get(name, [])}
    names = {str(user.public_id): user.name for user in User.objects.filter(public_id__in=ids)} if ids else {}
    return [_row(event, vocabulary, names) for event in found]


def _row(event: TrailEvent, vocabulary: Vocabulary, names: dict[str, str]) -> Row:
    lines = []
    for name, label in vocabulary.labels.items():
        before, after = event.before.get(name), event.after.get(name)
        if before == after:
            continue
        if name in event.before:
            lines.append(f"{label}: {_said(before, names)} → {_said(after, names)}")
        elif after not in (None, "", [], {}):
            lines.append(f"{label}: {_said(after, names)}")
    return Row(event, str(vocabulary.words.get(event.verb, event.verb)), lines)


def _said(value, names: dict[str, str]) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(names.get(item, str(item)) for item in value) or _("none")
    if isinstance(value, dict):
        return ", ".join(f"{key} {_said(item, names)}" for key, item in value.items()) or _("none")
    return _("none") if value in (None, "") else str(value)
