"""Sums over rows that only come and never change, such as replies: what was added up once is not added up again.

A page that watches a run of a hundred thousand sessions asks every three seconds; to add up their two million replies
takes a second or more. The sums up to some row are kept in the cache; a lost cache only means adding up anew.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db.models import BooleanField, ExpressionWrapper, Max, Min, Q, QuerySet
from django.utils import timezone

# Another writer's row may have a lower number and yet be seen later. None takes so long to commit.
SETTLED = timedelta(minutes=1)
KEPT_FOR = 24 * 3600  # seconds
Sums = dict[str, dict]  # {what the rows are grouped by: {name: sum}}


def added_up(
    rows: Callable[[int], QuerySet], *, by: str, sums: dict, key: str, now: datetime | None = None
) -> Sums:
    """`rows(upto)`: those of a higher number, which have a time `at`; `by`: the column that they are grouped by;
    `sums`: {name: aggregate}; `key`: where in the cache. One query, two where the clocks of the writers differ.
    """
    settled = (now or timezone.now()) - SETTLED
    upto, known = cache.get(key, (0, {}))
    later = rows(upto)
    old, new, last, first = _parted(later, by, sums, settled)
    if last and first and first < last:
        # By another writer's clock a later row is the older one: only what lies before all new ones is old.
        old, _none, last, _first = _parted(later.filter(pk__lt=first), by, sums, settled)
        new = _sums(later.filter(pk__gte=first).order_by().values(by).annotate(**sums), by)
    if last:
        known = added(known, old)
        cache.set(key, (last, known), KEPT_FOR)
    return added(known, new)


def _parted(rows: QuerySet, by: str, sums: dict, settled: datetime) -> tuple[Sums, Sums, int, int]:
    """(sums of the old rows, of the new ones, number of the last old one, of the first new one)."""
    is_old = ExpressionWrapper(Q(at__lt=settled), output_field=BooleanField())
    found = rows.order_by().values(by, is_old=is_old).annotate(**sums, first=Min("pk"), last=Max("pk"))
    parts: dict[bool, list[dict]] = {True: [], False: []}
    for row in found:
        parts[bool(row.pop("is_old"))].append(row)
    last = max((row["last"] for row in parts[True]), default=0)
    first = min((row["first"] for row in parts[False]), default=0)
    for row in (*parts[True], *parts[False]):
        del row["first"], row["last"]
    return _sums(parts[True], by), _sums(parts[False], by), last, first


def _sums(rows, by: str) -> Sums:
    return {row.pop(by): row for row in rows}


def added(one: Sums, other: Sums) -> Sums:
    return {
        group: {
            name: plus(one.get(group, {}).get(name), other.get(group, {}).get(name))
            for name in one.get(group) or other[group]
        }
        for group in one | other
    }


def plus(one, other):
    return other if one is None else one if other is None else one + other
