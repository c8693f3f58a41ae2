"""A round's judgements, read from the database once: a handful of queries, however many judgements there are."""

from datetime import UTC, datetime

import numpy as np
from django.db.models import F

from review import grading
from review.agreeing.questions import ARMS, levels_of_pairs, scales
from review.agreeing.table import MISSING, Judged
from review.agreement.values import clean_levels, clean_value
from review.models import Finding, Item, Rating, Round
from review.reports import judgements
from review.standing import GRADED
from synthesis.models import Intended, Run

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def read(round: Round) -> Judged:
    """What counts for rates and agreement (review.reports.judgements)."""
    about = scales(round)
    levels = {name: clean_levels(one["levels"], one["scale"]) for name, one in about.items()}
    sessions, names, place = _sessions(round)
    said = list(
        judgements(round)
        .order_by("id")
        .values_list(
            "id", "item_id", "rater_id", "decided_at", "lead_time_seconds",
            "verdict", "any_mistake", "believable", "preferred",
        )
    )  # fmt: skip
    number = {pk: n for n, (pk, *_rest) in enumerate(said)}
    columns = list(zip(*said, strict=True)) or [()] * 9
    _pk, item, rater, at, seconds, verdict, mistake, believable, preferred = columns
    raters = sorted(set(rater))
    seat = {pk: n for n, pk in enumerate(raters)}
    answers = {name: np.full(len(said), MISSING, np.int16) for name in about}
    plain = {"verdict": verdict, "any_mistake": [_YES.get(one) for one in mistake], "believable": believable,
             "preferred": preferred}  # fmt: skip
    of = np.fromiter((place[pk] for pk in item), np.int32, len(said))
    graded = np.isin(sessions["arm"][of], [ARMS.index(arm) for arm in GRADED])
    for name, given in plain.items():
        if name in about:
            answers[name][:] = _coded(given, levels[name], about[name]["scale"])
            if name != "preferred":
                answers[name][graded] = MISSING  # whoever rates, or compares, is asked nothing else
    _rated(round, number, about, levels, answers)
    found_of, found_pair = _found(round, number, names["pair"])
    also_of, also_pair = _also(round, place, sessions.pop("instance"), names["pair"])
    names |= {"by": raters, "arm": [str(arm) for arm in ARMS], "levels": {k: list(v) for k, v in levels.items()},
              "scale": {name: one["scale"] for name, one in about.items()}}  # fmt: skip
    return Judged(
        **sessions, of=of, by=np.fromiter((seat[pk] for pk in rater), np.int16, len(said)),
        at=np.fromiter(((one - _EPOCH).days for one in at), np.int32, len(said)),
        seconds=np.array([np.nan if one is None else one for one in seconds], np.float32),
        also_of=also_of, also_pair=also_pair, found_of=found_of, found_pair=found_pair, answers=answers, names=names,
    )  # fmt: skip


_YES = {True: "yes", False: "no"}


def _coded(given, levels: tuple, scale: str) -> np.ndarray:
    """Numbers of levels; -1 for what was not answered."""
    known = {value: _place(value, levels, scale) for value in set(given)}
    return np.fromiter((known[value] for value in given), np.int16, len(given))


def _place(value, levels: tuple, scale: str) -> int:
    value = clean_value(value, scale)
    return MISSING if value is None else levels.index(value)


def _sessions(round: Round) -> tuple[dict, dict, dict[int, int]]:
    """(columns, with the instance's key among them; names; {item: its number})."""
    rows = list(
        Item.objects.filter(round=round, gold=None)
        .order_by("pk")
        .values_list(
            "pk", "arm", "position", "inclusion_probability", "instance_id", "instance__recipe",
            "instance__run_id", "instance__pair_revision__pair_id", "instance__profile__base_case",
        )
    )  # fmt: skip
    columns = list(zip(*rows, strict=True)) or [()] * 9
    pk, arm, position, chance, instance, recipe, run, pair, base = columns
    clients = [one or f"item {own}" for one, own in zip(base, pk, strict=True)]
    arms = {str(one): n for n, one in enumerate(ARMS)}
    makers = models_of(set(run) - {None})
    made_by = [makers.get(one, "") for one in run]
    names = {
        "pair": sorted(set(pair) - {None}),
        "recipe": sorted(set(recipe)),
        "model": sorted(set(made_by)),
    }
    # In the order of their names, as a table of ratings has them: its resamples are then the same.
    client_of = {one: n for n, one in enumerate(sorted(set(clients)))}
    found = {
        "pk": np.array(pk, np.int64), "position": np.array(position, np.int32), "instance": np.array(instance, np.int64),
        "arm": np.array([arms[one] for one in arm], np.int8),
        "pair": _numbers(pair, names["pair"]), "recipe": _numbers(recipe, names["recipe"]),
        "model": _numbers(made_by, names["model"]),
        "client": np.array([client_of[one] for one in clients], np.int32),
        "weight": 1 / np.array(chance, float) if chance else np.zeros(0),
    }  # fmt: skip
    return found, names, {one: n for n, one in enumerate(pk)}


def models_of(runs) -> dict[int, str]:
    """{run: the models that made its sessions, each once}."""
    specs = Run.objects.filter(pk__in=runs).values_list("pk", "model_specs")
    return {
        pk: ", ".join(sorted({spec.get("model", "") for spec in roles.values()} - {""}))
        for pk, roles in specs
    }


def _numbers(values, known: list) -> np.ndarray:
    number = {value: n for n, value in enumerate(known)}
    return np.array([number.get(value, MISSING) for value in values], np.int16)


def _rated(round: Round, number: dict, about: dict, levels: dict, answers: dict) -> None:
    # Of all readers' decisions; those that do not count are passed over here, which is quicker than asking of each.
    rows = Rating.objects.filter(decision__item__round=round, decision__item__gold=None)
    rows = rows.values_list(
        "decision_id", "dimension_revision__dimension__key", "dimension_revision__scale",
        "dimension_revision_id", "value",
    )  # fmt: skip
    kept = [row for row in rows.order_by().iterator(20_000) if row[0] in number]
    ladders = levels_of_pairs({row[3] for row in kept if row[2] == "pairwise"})
    known: dict[tuple, int] = {}
    for decision, key, scale, revision, value in kept:
        if (key, revision, value) not in known:
            told = value
            if scale == "pairwise":
                told = grading.choice({"scale": scale, "levels": ladders[revision]}, value)
            known[key, revision, value] = _place(told, levels[key], about[key]["scale"])
        answers[key][number[decision]] = known[key, revision, value]


def _found(round: Round, number: dict, pairs: list) -> tuple[np.ndarray, np.ndarray]:
    """The mistakes that judgements name; new ones are added to `pairs`."""
    rows = Finding.objects.filter(decision__item__round=round, decision__item__gold=None)
    rows = rows.order_by().annotate(pair=F("pair_revision__pair_id")).values_list("decision_id", "pair")
    kept = {(number[decision], pair) for decision, pair in rows.iterator(20_000) if decision in number}
    return _pairs(sorted(kept, key=lambda one: (one[0], one[1] or 0)), pairs)


def _also(round: Round, place: dict, instances: np.ndarray, pairs: list) -> tuple[np.ndarray, np.ndarray]:
    """Sessions that were to show more than one mistake."""
    items = {int(instance): [] for instance in instances}
    for n, instance in enumerate(instances):
        items[int(instance)].append(n)
    rows = Intended.objects.filter(instance__in=round.items.values("instance")).order_by(
        "instance", "position"
    )
    found = [(n, pair) for instance, pair in rows.values_list("instance_id", "pair_revision__pair_id")
             for n in items.get(instance, ())]  # fmt: skip
    return _pairs(found, pairs)


def _pairs(found: list, pairs: list) -> tuple[np.ndarray, np.ndarray]:
    pairs += sorted({pair for _n, pair in found} - {None, *pairs})
    return (np.array([n for n, _pair in found], np.int32), _numbers([pair for _n, pair in found], pairs))
