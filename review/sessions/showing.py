"""What is told of each session in a list of a round's. Queries only, as many for a page as for one row."""

from dataclasses import dataclass, field

from review.access import hidden_instances
from review.flags import waiting
from review.held import held_among
from review.models import Item, Reading, Round, StandingState, Stood
from review.sessions import access
from review.sessions.behind import OUTCOMES, Show

_SAID = {str(outcome): show for show, outcomes in OUTCOMES.items() for outcome in outcomes}


@dataclass(frozen=True)
class Row:
    """`hidden`: whoever looks judges the session, or may settle it, in an open round, and is told no more of it. `stands`:
    of Show, empty where that is not for her, and for known answers, of which nothing is settled. `readers`: [(who, whether
    she has judged it)], without those who gave it back.
    """

    item: Item
    hidden: bool
    stands: str = ""
    readers: list[tuple[str, bool]] = field(default_factory=list)
    flagged: bool = False
    held: bool = False
    waits: bool = False


def rows(round: Round, items: list[Item], user) -> list[Row]:
    hidden = hidden_instances(user, [item.instance_id for item in items])
    stands = _stands(round, items, user)
    readers = _readers(items)
    flagged = set(waiting.of_round(round, user).filter(item__in=items).values_list("item", flat=True))
    held = held_among([item.instance for item in items])
    waits = set(Reading.objects.waiting().filter(item__in=items).values_list("item", flat=True))
    found = []
    for item in items:
        about = {"flagged": item.pk in flagged, "held": item.instance_id in held, "waits": item.pk in waits}
        if item.instance_id in hidden:
            found.append(Row(item, hidden=True, **about))
            continue
        state = "" if item.gold_id else stands.get(item.pk, "")
        found.append(Row(item, False, state, readers.get(item.pk, []), **about))
    return found


def _stands(round: Round, items: list[Item], user) -> dict[int, Show]:
    if not access.may_see_how_sessions_stand(user, round):
        return {}
    tells = bool(access.may_see_how_sessions_were_settled(user, round))
    found = {item.pk: Show.OPEN for item in items}
    told = Stood.objects.filter(item__in=items).order_by("item", "n")
    for item, state, outcome in told.values_list("item", "state", "outcome"):
        settled = state == StandingState.SETTLED and tells and outcome
        found[item] = _SAID[outcome] if settled else Show(state)
    for item in Item.objects.erased().filter(pk__in=found).values_list("pk", flat=True):
        if found[item] in (Show.OPEN, Show.DISPUTED):
            found[item] = Show.ERASED
    return found


def _readers(items: list[Item]) -> dict[int, list[tuple[str, bool]]]:
    found: dict[int, list[tuple[str, bool]]] = {}
    readings = Reading.objects.filter(item__in=items, pass_number=1, seat__observer=False)
    for one in readings.select_related("seat__rater__user", "returned").order_by("item", "seat"):
        if one.judged or not hasattr(one, "returned"):
            found.setdefault(one.item_id, []).append((str(one.seat.rater), one.judged))
    return found
