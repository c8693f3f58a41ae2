"""What a run has spent, quickly: replies never change, so what was added up once is not added up again."""

from datetime import datetime
from decimal import Decimal

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum

from synthesis import spending
from synthesis.adding_up import added_up, plus
from synthesis.models import Call, Instance, Run
from synthesis.spending import Spent

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
    key = f"spent-by-run-{run.public_id}"

    def rows(after: int, upto: int | None) -> QuerySet:
        return _replies(run, after, upto)

    return _told(run, added_up(Call, rows, grouped_by="endpoint", sums=_SUMS, key=key, now=now))


def _replies(run: Run, after: int, upto: int | None) -> QuerySet:
    found = Call.objects.filter(pk__gt=after)
    if upto is not None:
        found = found.filter(pk__lte=upto)
    if not after:
        return found.filter(instance__run=run)
    # Each new reply is asked for its run. Joined, a database may begin with all sessions of the run instead.
    session = Instance.objects.filter(pk=OuterRef("instance_id"))
    return found.alias(of=Subquery(session.values("run_id")[:1])).filter(of=run.pk)


def _told(run: Run, sums: dict[str, dict]) -> Spent:
    prices = spending.prices(run.model_specs)
    money, unpriced = None, 0
    for endpoint, row in sums.items():
        money, unpriced = plus(money, row["paid"]), unpriced + row["unpriced"]
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
