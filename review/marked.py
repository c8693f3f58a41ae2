"""Where the readers of a round marked mistakes, or what decided a rating of theirs; with the draft and without never
pooled. Queries only; the figures are review.agreeing.marking's.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from review.models import Arm, Aspect, Finding, Item, Rating, Round, Standing, StandingState
from review.reports import ARMS, judgements
from synthesis.factors import slips

# Rated before anything else was seen, and where a rewriting was to come: never pooled.
GRADED = (Arm.RATED, Arm.REVISED)
OTHER = "other"  # a mistake that is not in the guideline
CLIENT = "item__instance__profile__base_case"


@dataclass
class Marks:
    """One arm: readings (item, rater, {label: turns}, client), as review.agreement.marks takes them. `clean`: items without
    a mistake, by what they were made to show ("planned") and by what was settled without the draft ("settled").
    `elsewhere`: marks in turns that cannot be marked, which are left out.
    """

    readings: list[tuple] = field(default_factory=list)
    turns: dict[int, tuple[int, ...]] = field(default_factory=dict)
    weights: dict[int, float] = field(default_factory=dict)
    clean: dict[str, list[int]] = field(default_factory=dict)
    elsewhere: int = 0

    @property
    def labels(self) -> list[str]:
        return sorted({label for _item, _rater, marked, _client in self.readings for label in marked})


def marks(round: Round) -> dict[str, Marks]:
    """{arm: what was marked as a mistake}, by the judgements that count for agreement (review.reports.judgements), in the
    counsellor's turns. Six queries.
    """
    said = judgements(round).filter(item__arm__in=ARMS).exclude(any_mistake=None)
    found: dict[str, Marks] = {}
    marked = _readings(said, found)
    rows = Finding.objects.filter(decision__in=said.order_by().values("pk")).order_by()
    columns = ("decision", "pair_revision__pair__key", "utterances")
    for pk, key, turns in rows.values_list(*columns).iterator(20_000):
        marked[pk].setdefault(key or OTHER, set()).update(turns)
    items = Item.objects.filter(round=round, gold=None, arm__in=ARMS).order_by("pk")
    _turns(items, found, speakers=("counsellor",))
    for name, without in (("planned", _planned_without(items)), ("settled", _settled_without(round))):
        for own in found.values():
            own.clean[name] = [item for item in own.turns if item in without]
    return found


def evidence(round: Round) -> dict[str, Marks]:
    """{arm: the turns, of anybody, that were marked as what decides a rating}: dimensions are its labels. Empty where whole
    sessions are not rated, or nobody marked any. Three queries.
    """
    rows = Rating.objects.filter(decision__item__round=round, decision__item__arm__in=GRADED)
    rows = rows.exclude(evidence=[]).order_by()
    columns = ("decision", "dimension_revision__dimension__key", "evidence")
    told = [
        (pk, key, {one["utterance"] for one in evidence} - {None})
        for pk, key, evidence in rows.values_list(*columns).iterator(20_000)
    ]
    if not any(turns for _pk, _key, turns in told):
        return {}
    found: dict[str, Marks] = {}
    marked = _readings(judgements(round).filter(item__arm__in=GRADED), found)
    for pk, key, turns in told:
        if turns and pk in marked:
            marked[pk].setdefault(key, set()).update(turns)
    items = Item.objects.filter(round=round, gold=None, arm__in=GRADED).order_by("pk")
    _turns(items, found, speakers=("counsellor", "client"))
    return found


def _readings(said, found: dict[str, Marks]) -> dict[int, dict[str, set]]:
    """Adds readings and weights to `found`; {decision: what it marks, to be filled}."""
    marked: dict[int, dict[str, set]] = {}
    columns = ("id", "item_id", "rater_id", "item__arm", CLIENT, "item__inclusion_probability")
    for pk, item, rater, arm, client, chance in said.order_by("id").values_list(*columns).iterator(20_000):
        own = found.setdefault(arm, Marks())
        own.readings.append((item, rater, marked.setdefault(pk, {}), client or f"item {item}"))
        own.weights[item] = 1 / chance
    return marked


def _turns(items, found: dict[str, Marks], *, speakers: Iterable[str]) -> None:
    """Adds the turns that could be marked; sessions are long, so they are not held."""
    rows = items.values_list("pk", "arm", "instance__content__utterances")
    for item, arm, utterances in rows.iterator(2_000):
        if arm in found and item in found[arm].weights:
            found[arm].turns[item] = tuple(one["id"] for one in utterances if one["speaker"] in speakers)
    for own in found.values():
        own.elsewhere = sum(_leave_out(own, item, marked) for item, _rater, marked, _client in own.readings)


def _leave_out(own: Marks, item: int, marked: dict[str, set]) -> int:
    """Takes out marks in turns that are not there, and counts them; what comes from Label Studio has none."""
    there, gone = set(own.turns[item]), 0
    for label in [label for label, turns in marked.items() if not turns <= there]:
        gone += len(marked[label] - there)
        marked[label] &= there
        if not marked[label]:
            del marked[label]
    return gone


def _planned_without(items) -> set[int]:
    """Made to show none: good practice, or a counsellor who does not slip. A prompt, never gold."""
    first, rest = "instance__pair_revision", ("instance__factors__counsellor", "instance__others")
    rows = items.values_list("pk", first, f"{first}__positive", *rest)
    return {
        item for item, planned, positive, counsellor, besides in rows
        if not slips(counsellor) or (besides is None and (planned is None or positive))
    }  # fmt: skip


def _settled_without(round: Round) -> set[int]:
    standings = Standing.objects.filter(
        item__round=round, item__arm=Arm.UNAIDED, aspect=Aspect.FINDINGS, state=StandingState.SETTLED
    )
    return {item for item, outcome in standings.values_list("item", "outcome") if not outcome}
