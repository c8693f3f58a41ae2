"""The figures of one judge: pure, from plain values. `place`: ({item: its client}, {item: one over its chance})."""

from collections.abc import Mapping

import numpy as np

from review.agreement.alternative_annotator import alternative_annotator
from review.agreement.bland_altman import limits
from review.agreement.leaning import lean
from review.agreement.rare import Rare, rare
from review.agreement.report import agreement
from review.agreement.slope import slope
from review.agreement.within import within
from review.agreement.wording import say as _
from review.judges.readings import SCALES, one_of

TOLD = ("estimate", "ci", "method", "note")
NOBODY = _("people judged none of these sessions in this way")


def of_dimension(
    readings: Mapping[int, dict], people: Mapping[int, Mapping], about: Mapping, place: tuple, seed: int
) -> dict:
    """`readings`: {item: {number: value}} of the judge; `people`: {person: {item: value}}. The people carry numbers, in no
    order that says anything.
    """
    client, weight = place
    scale = about["scale"]
    items = sorted(readings)
    judge = {item: one_of(readings[item], scale) for item in items}
    persons = sorted(people)
    numbered = {n: people[person] for n, person in enumerate(persons, start=1)}
    shared = [item for item in items if any(item in own for own in people.values())]
    found = {
        "scale": scale,
        "n_items": len(items),
        "n_shared": len(shared),
        "n_people": len(persons),
        "within": within(
            [list(readings[i].values()) for i in items],
            [client[i] for i in items],
            scale=_of(scale),
            weight=[weight.get(i, 1.0) for i in items],
            seed=seed,
        ),
        "alternative_annotator": alternative_annotator(
            judge, numbered, scale=_of(scale), clients=client, seed=seed, weights=weight
        ),
        "agreement": _agreement(readings, numbered, about, client, weight, seed),
        "bias": None,
        "limits": None,
        "slope": None,
    }
    numeric = _numeric(about)
    if numeric and shared:
        means = [np.mean([numeric[own[i]] for own in people.values() if i in own]) for i in shared]
        said = [_mean(readings[i], numeric) for i in shared]
        cluster, own_weight = [client[i] for i in shared], [weight.get(i, 1.0) for i in shared]
        width = max(numeric.values()) - min(numeric.values())
        apart = np.subtract(said, means)
        found["bias"] = lean(apart, cluster, own_weight, width=width, seed=seed)
        if scale in SCALES:
            found["limits"] = limits(apart, cluster, own_weight, width=width, seed=seed)
            found["slope"] = slope(said, means, cluster, own_weight, seed=seed)
    return found


def _of(scale: str) -> str:
    return scale if scale in SCALES else "nominal"


def _numeric(about: Mapping) -> dict | None:
    """{value: number} where values have an order, or are yes and no; None otherwise, and where there is one level only."""
    if about["scale"] in SCALES:
        levels = [float(level) for level in about["levels"]]
        return {level: level for level in levels} if len(set(levels)) > 1 else None
    return {"no": 0.0, "yes": 1.0} if set(about["levels"]) == {"no", "yes"} else None


def _mean(readings: Mapping, numeric: Mapping) -> float:
    return float(np.mean([numeric[value] for value in readings.values()]))


def _agreement(readings, people, about, client, weight, seed) -> dict:
    """Krippendorff's alpha among the people, and of the judge's first reading with each of them, with their intervals."""
    scale, levels = about["scale"], about["levels"]
    among = [
        (item, person, value, client[item]) for person, own in people.items() for item, value in own.items()
    ]
    how = {"scale": scale, "levels": levels, "only": ("krippendorff_alpha",), "seed": seed, "weights": weight}
    alone = (
        agreement(among, **how)["krippendorff_alpha"]
        if among
        else {"estimate": None, "ci": None, "method": "", "note": NOBODY}
    )
    first = {item: given[min(given)] for item, given in readings.items()}
    with_each = []
    for person, own in people.items():
        both = [item for item in own if item in first]
        rows = [(i, "judge", first[i], client[i]) for i in both] + [
            (i, "person", own[i], client[i]) for i in both
        ]
        alpha = (
            agreement(rows, **how)["krippendorff_alpha"]
            if rows
            else {"estimate": None, "ci": None, "method": "", "note": NOBODY}
        )
        with_each.append({"person": person, "n": len(both)} | {name: alpha[name] for name in TOLD})
    return {"people": {name: alone[name] for name in TOLD}, "judge_with_each": with_each}


def of_safety(judge: Mapping[int, list[bool]], people: Mapping[int, bool], place: tuple) -> dict[str, Rare]:
    """Of what people call unsafe, the share that the judge does not, in at least half of its readings; and of the rest,
    the share that it does. People's word is that of an adjudicator where one settled it, else that of any reader.
    """
    both = sorted(item for item in judge if item in people)
    calls = {item: bool(np.mean(judge[item]) >= 0.5) for item in both}
    return {
        "missed": _rare({item: not calls[item] for item in both if people[item]}, place),
        "false_alarms": _rare({item: calls[item] for item in both if not people[item]}, place),
    }


def of_position(changed: Mapping[int, list[bool]], place: tuple) -> Rare:
    """Of pairs of texts, the share whose preference changed with the position in at least half of the repeats."""
    return _rare({item: bool(np.mean(of) >= 0.5) for item, of in changed.items()}, place)


def _rare(hits: Mapping[int, bool], place: tuple) -> Rare:
    client, weight = place
    items = sorted(hits)
    return rare([hits[i] for i in items], [client[i] for i in items], [weight.get(i, 1.0) for i in items])
