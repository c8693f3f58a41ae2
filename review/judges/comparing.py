"""Judges beside people: each judge of a round compared with its people, dimension by dimension, never pooled with them."""

from collections import Counter, defaultdict
from dataclasses import fields

import numpy as np
from django.db.models import Count
from django.utils.translation import gettext as _

from accounts.digesting import digest
from review.agreement.wording import spoken
from review.judges import readings as read
from review.judges.families import kin
from review.models import JudgeOutcome, Judging, OutcomeKind, Reading, Round
from review.remembered import remembered
from synthesis.models import Run


def judges(round: Round, known: dict[str, dict] | None = None) -> list[dict]:
    """One for each judge, as pages and the API show it. "arms": {arm: {name: figures}}. `known`: what `beside_people` gave,
    where that is kept.
    """
    asked = list(round_judgings(round))
    if not asked:
        return []
    seats = [one.seat_id for one in asked]
    known = beside_people(round, seats) if known is None else known
    about, outcomes, makers = read.scales(round), outcomes_of(seats), generators(round)
    return [
        _told(one, makers, outcomes[one.seat_id]) | _spoken(known[str(one.seat_id)], about)
        for one in asked
        if str(one.seat_id) in known
    ]


def beside_people(round: Round, seats: list[int] | None = None) -> dict[str, dict]:
    """{seat: `compared`} of the round's judges, or these."""
    seats = list(round_judgings(round).values_list("seat", flat=True)) if seats is None else seats
    if not seats:
        return {}
    people, said = read.of_people(round), read.of_judges(seats)
    about, place = read.scales(round), read.clients(round)
    return {str(seat): _remembered(round, said[seat], people, about, place) for seat in seats}


def round_judgings(round: Round):
    return Judging.objects.filter(seat__round=round).select_related("seat__rater", "by")


def outcomes_of(seats: list[int]) -> dict[int, Counter]:
    """{seat: {kind: how many}}, what waits under "waiting"."""
    found: dict[int, Counter] = defaultdict(Counter)
    counted = JudgeOutcome.objects.filter(reading__seat__in=seats).order_by()
    for seat, kind, n in counted.values_list("reading__seat", "kind").annotate(n=Count("pk")):
        found[seat][kind] = n
    waiting = Reading.objects.filter(seat__in=seats, judge_outcome=None).order_by()
    for seat, n in waiting.values_list("seat").annotate(n=Count("pk")):
        found[seat]["waiting"] = n
    return found


def generators(round: Round) -> set[str]:
    """Names of the models that made the round's sessions, or are candidates in them."""
    runs = Run.objects.filter(pk__in=round.items.order_by().values("instance__run"))
    return {
        spec.get("model", "")
        for specs in runs.values_list("model_specs", flat=True)
        for spec in specs.values()
    }


def _told(judging: Judging, makers: set[str], outcomes: Counter) -> dict:
    spec = judging.seat.rater.model_spec
    return {
        "seat": str(judging.seat.public_id),
        "judge": judging.seat.rater.model_name,
        "rater": "model",
        "temperature": spec.get("sampling", {}).get("temperature"),
        "repeats": judging.repeats,
        "state": judging.state,
        "why": judging.why,
        "same_family": kin(spec.get("model", ""), makers),
        "outcomes": {kind.value: outcomes[kind] for kind in OutcomeKind if outcomes[kind]},
        "waiting": outcomes["waiting"],
        "left_out_held": judging.left_out_held,
    }


def _remembered(round: Round, own: read.Said, people: read.People, about: dict, place: tuple) -> dict:
    seed = round.seed % 2**31
    key = digest([
        "judges 2", seed, _plain(own.values), _plain(own.unsafe), _plain(people.said), sorted(people.unsafe.items()),
        sorted(place[0].items()), sorted(place[1].items()), sorted(about),
    ])  # fmt: skip
    return remembered(key, lambda: compared(own, people, about, place, seed))


def _plain(value):
    if isinstance(value, dict):
        return [[list(k) if isinstance(k, tuple) else k, _plain(v)] for k, v in sorted(value.items())]
    return value


def compared(own: read.Said, people: read.People, about: dict, place: tuple, seed: int) -> dict:
    """{"arms": {arm: {name: figures}}, "safety": {"missed", "false_alarms"}, "position"}."""
    from review.judges.figures import of_dimension, of_position, of_safety  # it loads SciPy

    arms: dict = {}
    changed: dict[int, list[bool]] = {}
    for (arm, name), values in sorted(own.values.items()):
        readings = dict(values)
        if read.is_pair(arm):
            tie = about[name].get("tie")
            both = {item: read.folded(given, tie) for item, given in values.items()}
            readings = {item: given for item, (given, _changed) in both.items() if given}
            if name == read.PREFERRED:
                changed = {item: list(of) for item, (_given, of) in both.items() if of}
        said = people.said.get((arm, name), {})
        arms.setdefault(arm, {})[name] = of_dimension(readings, said, about[name], place, seed)
    return {
        "arms": arms,
        "safety": of_safety(own.unsafe, people.unsafe, place),
        "position": of_position(changed, place) if changed else None,
        "unsafe": sum(bool(np.mean(of) >= 0.5) for of in own.unsafe.values()),
    }


def _spoken(found: dict, about: dict) -> dict:
    arms = {
        arm: {name: {"title": about[name]["title"], **_said(figures)} for name, figures in dimensions.items()}
        for arm, dimensions in found["arms"].items()
    }
    return found | {"arms": arms, "safety": _said(found["safety"]), "position": _said(found["position"])}


def _said(value):
    """Plain data, its sentences in the language of whoever reads them."""
    if isinstance(value, dict):
        return {name: _said(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_said(part) for part in value]
    if hasattr(value, "__dataclass_fields__"):
        return {one.name: _said(getattr(value, one.name)) for one in fields(value)}
    return spoken(value, _)
