"""What a run has spent, quickly: replies never change, so what was added up once is not added up again.

A page that watches a run of a hundred thousand sessions asks every three seconds; to add up their two million replies
takes a second or more. The sums up to some reply are kept in the cache; a lost cache only means adding up anew.
"""

from datetime import datetime, timedelta
from decimal import Decimal

from django.core.cache import cache
from django.db.models import Count, Max, Min, Q, QuerySet, Sum
from django.utils import timezone

from synthesis import spending
from synthesis.models import Call, Run
from synthesis.spending import Spent

# Another writer's reply may have a lower number and yet be seen later. None takes so long to commit.
SETTLED = timedelta(minutes=1)
KEPT_FOR = 24 * 3600  # seconds
_COUNTED = Q(tokens_in__isnull=False, tokens_out__isnull=False)
_LATE = Q(price=None) & _COUNTED
# Of the replies of one endpoint. By names of their own: a sum may not be called like the column that another reads.
_SUMS = {
    "replies": Count("id"),
    "all_in": Sum("tokens_in", default=0),
    "all_out": Sum("tokens_out", default=0),
    "paid": Sum("price"),
    "unpriced": Count("id", filter=Q(price=None)),
    "uncounted": Count("id", filter=~_COUNTED),
    # Stored before the endpoint's price was set: they count at today's.
    "late": Count("id", filter=_LATE),
    "late_in": Sum("tokens_in", filter=_LATE, default=0),
    "late_out": Sum("tokens_out", filter=_LATE, default=0),
}


def spent_so_far(run: Run, *, now: datetime | None = None) -> Spent:
    """As spending.spent tells it."""
    settled = (now or timezone.now()) - SETTLED
    key = f"spent-by-run-{run.public_id}"
    upto, known = cache.get(key, (0, {}))
    later = Call.objects.filter(instance__run=run, pk__gt=upto)
    # Up to the first that is not settled: where clocks differ, a lower number may bear a later moment.
    first_unsettled = later.filter(at__gte=settled).aggregate(first=Min("id"))["first"]
    old, last = _summed(later.filter(pk__lt=first_unsettled) if first_unsettled else later)
    if last:
        upto, known = last, _added(known, old)
        cache.set(key, (upto, known), KEPT_FOR)
    new, _last = _summed(later.filter(pk__gt=upto))
    return _told(run, _added(known, new))


def _summed(calls: QuerySet) -> tuple[dict[str, dict], int]:
    rows = list(calls.order_by().values("endpoint").annotate(**_SUMS, last=Max("id")))
    last = max((row.pop("last") for row in rows), default=0)
    return {row.pop("endpoint"): row for row in rows}, last


def _added(known: dict[str, dict], more: dict[str, dict]) -> dict[str, dict]:
    return {
        endpoint: {
            name: _plus(known.get(endpoint, {}).get(name), more.get(endpoint, {}).get(name)) for name in _SUMS
        }
        for endpoint in known | more
    }


def _plus(one, other):
    return other if one is None else one if other is None else one + other


def _told(run: Run, sums: dict[str, dict]) -> Spent:
    prices = spending.prices(run.model_specs)
    money, unpriced = None, 0
    for endpoint, row in sums.items():
        money, unpriced = _plus(money, row["paid"]), unpriced + row["unpriced"]
        if row["late"] and (price := prices.get(endpoint)):
            money = (money or Decimal(0)) + spending.worth_of(row["late_in"], row["late_out"], price)
            unpriced -= row["late"]
    currencies = {price.get("currency", "") for price in prices.values()}

    def total(name: str) -> int:
        return sum(row[name] for row in sums.values())

    return Spent(
        calls=total("replies"),
        tokens_in=total("all_in"),
        tokens_out=total("all_out"),
        money=None if len(currencies) > 1 else money,
        currency=currencies.pop() if len(currencies) == 1 else "",
        seconds=spending.length(run.drives.values_list("began_at", "seen_at")),
        unpriced=unpriced,
        uncounted=total("uncounted"),
    )
