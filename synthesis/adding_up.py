"""Sums over rows that only come and never change, such as replies: what was added up once is not added up again.

A page that watches a run of a hundred thousand sessions asks every three seconds; to add up their two million replies
takes a second or more. The sums up to some row are kept in the cache; a lost cache only means adding up anew.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db.models import Max, Model, QuerySet
from django.utils import timezone

# Another writer's row may have a lower number than the newest one, and be seen later. None takes so long to commit,
# nor while so many others are stored; nor do the clocks of those who look differ by so much.
SETTLED = timedelta(seconds=30)
FAR_BEHIND = 20_000
KEPT_FOR = 24 * 3600  # seconds
Sums = dict[str, dict]  # {what the rows are grouped by: {name: sum}}


@dataclass(frozen=True)
class Kept:
    """`sums` of the rows up to number `upto`; the last of them is `last`, (its number, when it was stored). `newest` was
    the highest number of all `at` some time: a while later no row below it is still to come.
    """

    upto: int
    last: tuple[int, datetime] | None
    sums: Sums
    newest: int
    at: datetime


def added_up(
    model: type[Model], rows: Callable[[int, int | None], QuerySet], *, grouped_by: str, sums: dict, key: str,
    stored: str = "at", now: datetime | None = None,
) -> Sums:  # fmt: skip
    """`rows(after, upto)`: those of the model with a number above the one and not above the other, if any; `grouped_by`:
    a column; `sums`: {name: aggregate}; `key`: where in the cache; `stored`: the model's column that says when.
    """
    stamps = model.objects.order_by("-pk").values_list("pk", stored)

    def of(after: int, upto: int | None) -> Sums:
        found = rows(after, upto).order_by().values(grouped_by).annotate(**sums)
        return {row.pop(grouped_by): row for row in found}

    def was_put_back(kept: Kept) -> bool:
        """The database then has others under the same numbers, or none."""
        return newest < kept.newest or bool(kept.last and stamps.filter(pk=kept.last[0]).first() != kept.last)

    def keep(upto: int, found: Sums) -> Kept:
        # In this order: a row that comes in between is not among the sums either.
        new = Kept(upto, stamps.filter(pk__lte=upto).first() if upto else None, found, newest, now)
        cache.set(key, new, KEPT_FOR)
        return new

    now = now or timezone.now()
    newest = model.objects.aggregate(newest=Max("pk"))["newest"] or 0
    kept: Kept | None = cache.get(key)
    if kept is None or was_put_back(kept):
        upto = max(0, newest - FAR_BEHIND)
        kept = keep(upto, of(0, upto) if upto else {})
    elif now - kept.at >= SETTLED:
        more = of(kept.upto, kept.newest) if kept.newest > kept.upto else {}
        # Also where nothing of these rows is new: what others stored meanwhile need not be passed over again.
        kept = keep(kept.newest, added(kept.sums, more))
    return added(kept.sums, of(kept.upto, None)) if newest > kept.upto else kept.sums


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
