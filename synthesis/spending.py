"""What a run has spent, and what it may spend: money, tokens, seconds of work."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, Q, Sum
from django.utils.translation import gettext as _

from synthesis.models import Call, Endpoint, Run

BOUNDS = ("money", "tokens", "seconds")


class NotABudget(ValueError):
    """The budget cannot be kept; the message says why."""


@dataclass(frozen=True)
class Spent:
    """Calls that a run paid for, what they cost, and how long it was worked at.

    `money` is None where no reply has a known price, or where prices are in several currencies; otherwise the sum
    of those that have one, and `unpriced` is the number of those that have none. `uncounted`: replies whose
    tokens the endpoint did not tell.
    """

    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    money: Decimal | None = None
    currency: str = ""
    seconds: float = 0.0
    unpriced: int = 0
    uncounted: int = 0

    @property
    def tokens(self) -> int:
        return self.tokens_in + self.tokens_out


def spent(run: Run) -> Spent:
    """By all workers, from the database. What an earlier run paid for and this one replays costs it nothing."""
    calls = Call.objects.filter(instance__run=run)
    found = calls.aggregate(
        # In this order: a sum takes its column's name.
        calls=Count("id"),
        unpriced=Count("id", filter=Q(price=None)),
        uncounted=Count("id", filter=Q(tokens_in=None) | Q(tokens_out=None)),
        money=Sum("price"),
        tokens_in=Sum("tokens_in", default=0),
        tokens_out=Sum("tokens_out", default=0),
    )
    known = prices(run.model_specs)
    if found["unpriced"] and known:
        # Stored before the price was set: they count at today's.
        late, worth = _priced_late(calls.filter(price=None), known)
        found["unpriced"] -= late
        found["money"] = (found["money"] or 0) + worth if late else found["money"]
    currencies = {price.get("currency", "") for price in known.values()}
    if len(currencies) > 1:
        found["money"] = None
    currency = currencies.pop() if len(currencies) == 1 else ""
    began_and_seen = run.drives.values_list("began_at", "seen_at")
    return Spent(**found, currency=currency, seconds=length(began_and_seen))


def _priced_late(calls, known: dict[str, dict]) -> tuple[int, Decimal]:
    counted = calls.filter(endpoint__in=known, tokens_in__isnull=False, tokens_out__isnull=False)
    sums = (
        counted.order_by().values_list("endpoint").annotate(Count("id"), Sum("tokens_in"), Sum("tokens_out"))
    )
    late, worth = 0, Decimal(0)
    for endpoint, n, tokens_in, tokens_out in sums:
        late += n
        worth += worth_of(tokens_in, tokens_out, known[endpoint])
    return late, worth


def worth_of(tokens_in: int, tokens_out: int, price: dict) -> Decimal:
    """Of so many tokens, from prices per million."""
    parts = tokens_in * Decimal(str(price["in"])) + tokens_out * Decimal(str(price["out"]))
    return (parts / 1_000_000).quantize(Decimal("0.00000001"))


def length(intervals: Iterable[tuple[datetime, datetime]]) -> float:
    """Seconds covered by the intervals; what several workers did at the same time counts once."""
    total, reached = 0.0, None
    for began, ended in sorted(intervals):
        start = began if reached is None else max(began, reached)
        if ended > start:
            total += (ended - start).total_seconds()
            reached = ended
    return total


def prices(specs: dict[str, dict]) -> dict[str, dict]:
    """{endpoint: price} of those endpoints of a run's models whose price is known."""
    names = {spec["endpoint"] for spec in specs.values()}
    rows = Endpoint.objects.filter(name__in=names)
    return {row.name: row.price for row in rows if None not in (row.price.get("in"), row.price.get("out"))}


def checked(budget: dict, specs: dict[str, dict]) -> dict:
    """The budget as it is stored; `specs` are the run's models. Raises NotABudget."""
    if unknown := sorted(set(budget) - {*BOUNDS, "currency"}):
        raise NotABudget(_("A budget has no “%s”; it is of money, tokens, seconds.") % unknown[0])
    kept = {name: _positive(name, budget[name]) for name in BOUNDS if budget.get(name) is not None}
    if "money" in kept:
        kept["currency"] = _currency(budget.get("currency") or "", specs)
    return kept


def _positive(name: str, value) -> int | float:
    try:
        number = float(value) if name == "money" else int(value)
    except (TypeError, ValueError, OverflowError):
        raise NotABudget(
            _("“%(value)s” is no number of %(name)s.") % {"value": value, "name": name}
        ) from None
    if isinstance(value, bool) or not 0 < number < 1e12:
        raise NotABudget(_("A budget of %s is a number above 0.") % name)
    return number


def _currency(wanted: str, specs: dict[str, dict]) -> str:
    """Money can be bounded only where every call has a price, and all in one currency."""
    known = prices(specs)
    for name in sorted({spec["endpoint"] for spec in specs.values()}):
        if name not in known:
            raise NotABudget(
                _("What a call to “%s” costs is not known, so money cannot be bounded: set its price first.")
                % name
            )
    found = sorted({price.get("currency", "") for price in known.values()} | ({wanted} if wanted else set()))
    if len(found) > 1:
        raise NotABudget(_("Prices and budget are in different currencies: %s.") % ", ".join(found))
    return found[0]


def reached(budget: dict, so_far: Spent) -> str:
    """In words, the first bound that is spent; nothing while there is something left.

    A bound that cannot be watched, because a reply came without its number of tokens, counts as reached: going on
    might spend without end.
    """
    if "money" in budget:
        if so_far.unpriced:
            return _("Money is bounded, but an endpoint answered without telling what it counted.")
        if (so_far.money or 0) >= Decimal(str(budget["money"])):
            told = {"money": f"{budget['money']:g}", "currency": budget.get("currency", "")}
            return _("The budget of %(money)s %(currency)s is spent.") % told
    if "tokens" in budget:
        if so_far.uncounted:
            return _("Tokens are bounded, but an endpoint answered without telling how many it counted.")
        if so_far.tokens >= budget["tokens"]:
            return _("The budget of %s tokens is spent.") % f"{budget['tokens']:,}"
    if "seconds" in budget and so_far.seconds >= budget["seconds"]:
        return _("The budget of %s of work is spent.") % in_words(budget["seconds"])
    return ""


def in_words(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [(hours, _("%d h")), (minutes, _("%d min")), (rest, _("%d s"))]
    return " ".join(words % number for number, words in parts if number) or _("%d s") % 0
