"""Move one entry of a draft to another place. What stands between the two places moves up by one; the rest stays."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.roles import require
from guidelines import access, drafts, trail
from guidelines.kinds import shape_of
from guidelines.models import Version


@dataclass(frozen=True)
class Place:
    """Where an entry stands now: its place, counted from 1, of how many, and the keys beside it."""

    n: int
    of: int
    after: str | None
    before: str | None


@transaction.atomic
def move(*, version: Version, key: str, to: str, by) -> Place:
    """`to`: up, down, first, last, a place such as 12, or before:KEY or after:KEY of another entry."""
    require(access.may_write(by))
    version = drafts.locked(version)
    drafts.require_open(version)
    shape = shape_of(version.guideline)
    columns = ("position", f"{shape.entry_field}__{shape.identity_field}__key")
    rows = list(version.entries.order_by("position").values_list(*columns))
    keys = [other for _position, other in rows]
    if key not in keys:
        raise drafts.WrongState(_("“%s” is not in this draft.") % key)
    at = keys.index(key)
    target = _target(keys, at, to)
    if target != at:
        _shift(version, [position for position, _key in rows], at, target)
        places = {"before": {"places": {key: at + 1}}, "after": {"places": {key: target + 1}}}
        trail.record(verb="reorder", version=version, by=by, key=key, **places)
    keys.insert(target, keys.pop(at))
    after = keys[target - 1] if target else None
    return Place(target + 1, len(keys), after, keys[target + 1] if target + 1 < len(keys) else None)


def _target(keys: list[str], at: int, to: str) -> int:
    """The place, from 0, at which the entry shall stand once it was taken out of its own."""
    side, _colon, other = to.partition(":")
    if side in ("before", "after") and other in keys:
        found = keys.index(other)
        if found == at:
            return at
        return found - (found > at) + (side == "after")
    wanted = {"up": at - 1, "down": at + 1, "first": 0, "last": len(keys) - 1}.get(to)
    if wanted is None and to.isdecimal() and len(to) < 10:
        wanted = int(to) - 1
    if wanted is None:
        raise drafts.WrongState(_("“%s” is no place in this draft; nothing was moved.") % to[:80])
    return max(0, min(len(keys) - 1, wanted))


def _shift(version: Version, positions: list[int], at: int, target: int) -> None:
    low, high = min(at, target), max(at, target)
    step = -1 if target > at else 1
    # Two rows never hold one position, not even within a statement: those that move go far away first.
    away = positions[-1]
    moved, reached = positions[at] + away, positions[target]
    between = version.entries.filter(position__range=(positions[low], positions[high]))
    between.update(position=F("position") + away)
    back = version.entries.filter(position__range=(positions[low] + away, positions[high] + away))
    back.exclude(position=moved).update(position=F("position") - away + step)
    version.entries.filter(position=moved).update(position=reached)
