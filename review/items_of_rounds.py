"""How many sessions a round has, and with which chances they came to it: all are there when it is opened, for good."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.cache import cache
from django.db.models import Count, Max, Min, Q

from accounts.identity import public_id
from review.models import Item, Round

KEPT_FOR = 24 * 3600  # seconds


@dataclass(frozen=True)
class Items:
    """`known`: those of which answers are known; `counted`: the others. `chances`: the lowest and the highest of these."""

    counted: int = 0
    known: int = 0
    chances: tuple[float | None, float | None] = (None, None)


def items_of(rounds: Iterable[Round]) -> dict[int, Items]:
    """{round: its items}; one query for all that were not asked for before."""
    # A database that was put back gives a round's number again, but not at the same time.
    own = {(round.pk, round.opened_at): round.pk for round in rounds}
    key = f"review.items_of.{public_id('review.items_of')}"
    kept = cache.get(key, {})
    if missing := {one: pk for one, pk in own.items() if one not in kept}:
        found = _counted(missing.values())
        kept = kept | {one: found[pk] for one, pk in missing.items()}
        cache.set(key, kept, KEPT_FOR)
    return {pk: kept[one] for one, pk in own.items()}


def _counted(rounds: Iterable[int]) -> dict[int, Items]:
    rounds, free = list(rounds), Q(gold=None)
    found = Item.objects.filter(round__in=rounds).order_by().values_list("round")
    found = found.annotate(counted=Count("pk", filter=free), known=Count("pk", filter=~free))
    chance = "inclusion_probability"
    found = found.annotate(low=Min(chance, filter=free), high=Max(chance, filter=free))
    rows = {pk: Items(counted, known, (low, high)) for pk, counted, known, low, high in found}
    return {pk: rows.get(pk, Items()) for pk in rounds}
