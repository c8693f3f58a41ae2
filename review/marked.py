"""Where the readers of a round marked mistakes, and how far they agree on it; with the draft and without never pooled.
Queries only; the figures are review.agreement's.
"""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from accounts.digesting import digest
from review.agreement.wording import spoken
from review.models import Arm, Aspect, Finding, Item, Round, RoundState, Standing, StandingState
from review.remembered import remembered
from review.reports import ARMS, BOOTSTRAP, judgements
from synthesis.factors import slips

ANY, OTHER = "any", "other"  # any mistake at all; one that is not in the guideline
CLIENT = "item__instance__profile__base_case"


@dataclass
class Marks:
    """One arm: readings (item, rater, {label: turns}, client), as review.agreement.marks takes them. `clean`: items without
    a mistake, by what they were made to show ("planned") and by what was settled without the draft ("settled").
    """

    readings: list[tuple] = field(default_factory=list)
    turns: dict[int, tuple[int, ...]] = field(default_factory=dict)
    weights: dict[int, float] = field(default_factory=dict)
    clean: dict[str, list[int]] = field(default_factory=dict)

    @property
    def labels(self) -> list[str]:
        return sorted({label for _item, _rater, marked, _client in self.readings for label in marked})


def marks(round: Round) -> dict[str, Marks]:
    """{arm: what was marked}, by the judgements that count for agreement (review.reports.judgements). Six queries."""
    said = judgements(round).filter(item__arm__in=ARMS).exclude(any_mistake=None)
    found: dict[str, Marks] = {}
    marked: dict[int, dict[str, set]] = {}
    columns = ("id", "item_id", "rater_id", "item__arm", CLIENT, "item__inclusion_probability")
    for pk, item, rater, arm, client, chance in said.order_by("id").values_list(*columns):
        own = found.setdefault(arm, Marks())
        own.readings.append((item, rater, marked.setdefault(pk, {}), client or f"item {item}"))
        own.weights[item] = 1 / chance
    rows = Finding.objects.filter(decision__in=said.order_by().values("pk"))
    for pk, key, turns in rows.values_list("decision", "pair_revision__pair__key", "utterances"):
        marked[pk].setdefault(key or OTHER, set()).update(turns)
    items = Item.objects.filter(round=round, gold=None, arm__in=ARMS).order_by("pk")
    planned = _planned_without(items)
    settled = _settled_without(round)
    for item, arm, utterances in items.values_list("pk", "arm", "instance__content__utterances"):
        if arm not in found or item not in found[arm].weights:
            continue
        own = found[arm]
        own.turns[item] = tuple(one["id"] for one in utterances if one["speaker"] == "counsellor")
        for name, without in (("planned", planned), ("settled", settled)):
            if item in without:
                own.clean.setdefault(name, []).append(item)
    return found


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


def figures(round: Round) -> dict[str, dict]:
    """{arm: {"n_readings", "labels": {label: figures}, "any": figures, "sessions": {…}, "false_alarms": {"planned": …,
    "settled": …}}}; of labels those that somebody marked. See review.agreement.marks for each.
    """
    if round.state != RoundState.CLOSED:
        return _told({arm: _computed(own, round.seed) for arm, own in marks(round).items()})
    key = digest(["marked", *map(str, (round.public_id, round.closed_at, round.resolutions_from))])
    return _told(
        remembered(key, lambda: {arm: _figures(own, round.seed) for arm, own in marks(round).items()})
    )


def _computed(own: Marks, seed: int) -> dict:
    rows = [
        (item, rater, sorted((label, sorted(turns)) for label, turns in marked.items()), client)
        for item, rater, marked, client in own.readings
    ]
    state = [rows, sorted(own.weights.items()), sorted(own.clean.items()), seed]
    return remembered(digest(["marked", state]), lambda: _figures(own, seed))


def _figures(own: Marks, seed: int) -> dict:
    from review.agreement.marks import false_alarms, of_sessions, per_label  # they load SciPy

    how = {"bootstrap": BOOTSTRAP, "seed": seed % 2**31, "weights": own.weights}
    anywhere = [
        (item, rater, {ANY: set().union(*marked.values())} if marked else {}, client)
        for item, rater, marked, client in own.readings
    ]
    return {
        "n_readings": len(own.readings),
        "labels": per_label(own.readings, own.turns, own.labels, **how),
        "any": per_label(anywhere, own.turns, [ANY], **how)[ANY],
        "sessions": of_sessions(own.readings, **how),
        "false_alarms": {
            name: false_alarms(own.readings, own.clean.get(name, ()), **how)
            for name in ("planned", "settled")
        },
    }


def _told(figures):
    """With methods and notes in the language of whoever reads them."""
    if isinstance(figures, dict):
        return {
            name: str(spoken(value, _)) if name in ("method", "note") else _told(value)
            for name, value in figures.items()
        }
    return figures
