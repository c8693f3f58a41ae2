"""May a judge stand in for one of these people? The alternative annotator test, each person left out in turn.

Calderon, Reichart & Dror (2025), The Alternative Annotator Test for LLM-as-a-Judge, ACL 2025, 16051–16081. For each
person h and each item that she, the judge and somebody else rated: who of the two, judge or h, lies nearer to the
others? Nearness S is the share of the others who say the same (nominal), or minus the root mean square distance from
them (ordinal, interval). W_judge = 1 where S(judge) ≥ S(h), W_h = 1 where S(h) ≥ S(judge): a tie counts for both. The
advantage probabilities are ρ_judge and ρ_h, their means over items. The judge wins against h where

    H0: ρ_judge ≤ ρ_h − ε    is refused:    t = (mean(W_h − W_judge) − ε) / (s / √n),   one-sided, n − 1 degrees of freedom

by Benjamini & Yekutieli (2001) over all people at the level q, as the tests share their items. The winning rate ω is
the share of people against whom it wins; from ω ≥ 0.5 on the paper calls the judge fit to stand in for one of them. ε is
what a person costs more than a judge: 0.2 for experts, 0.15 for trained readers, 0.1 for anybody.

Where items were chosen with unequal chances, each counts for one over its chance in these means; the error of the mean is
then √(n / (n − 1) · Σ w²(d − mean)²) / Σ w, which is s / √n where all are alike.

The test takes items as independent, as the paper does; the interval of the mean advantage is over clients.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass

import numpy as np
from scipy import stats

from review.agreement.intervals import intervals
from review.agreement.wording import say as _
from review.agreement.wording import together

EPSILON, LEVEL = 0.2, 0.05
LEAST_PEOPLE, LEAST_ITEMS = 3, 30
# Means of repeats are not exact: what differs by less is a tie.
TIE = 1e-9
BOOTSTRAP = 1000


@dataclass(frozen=True)
class LeftOut:
    """One person left out: on how many items, both advantage probabilities, and the test where there is one."""

    person: Hashable
    n: int
    judge: float
    own: float
    p: float | None = None
    is_won: bool | None = None


@dataclass(frozen=True)
class Tested:
    """`winning_rate` is None where `note` says why there is no test; `advantage`: ρ_judge, the mean over people. Where
    everybody always says the same (not `varies`) the judge wins, and that tells nothing of what it would say otherwise.
    """

    people: tuple[LeftOut, ...]
    winning_rate: float | None
    advantage: float | None
    ci: tuple[float, float] | None
    epsilon: float
    note: str
    varies: bool = True


def alternative_annotator(
    judge: Mapping, people: Mapping[Hashable, Mapping], *, scale: str, clients: Mapping, epsilon: float = EPSILON,
    level: float = LEVEL, seed: int = 0, weights: Mapping | None = None,
) -> Tested:  # fmt: skip
    """`judge`: {item: value}; `people`: {person: {item: value}}; `clients`: {item: its cluster}; values are numbers
    unless `scale` is nominal; `weights`: {item: one over its chance of being chosen}. Items that fewer than two people
    rated, or not the judge, say nothing here.
    """
    won = _compared(judge, people, scale)
    worth = {item: (weights or {}).get(item, 1.0) for own in won.values() for item in own}
    found = [_left_out(person, own, worth) for person, own in won.items()]
    why = _too_little(found)
    if not found:
        return Tested((), None, None, None, epsilon, why)
    tested = [one for one in found if one.n >= LEAST_ITEMS] if not why else []
    p_values = [_p_value(won[one.person], worth, epsilon) for one in tested]
    refused = benjamini_yekutieli(p_values, level)
    by_person = {
        one.person: LeftOut(one.person, one.n, one.judge, one.own, p, bool(is_won))
        for one, p, is_won in zip(tested, p_values, refused, strict=True)
    }
    rate = float(np.mean(refused)) if tested else None
    skipped = len(found) - len(tested)
    fewer = _("{n} with fewer than {least} sessions are not tested", n=skipped, least=LEAST_ITEMS)
    averaged = tested or found
    ci, how = _interval(won, [one.person for one in averaged], clients, worth, seed)
    return Tested(
        tuple(by_person.get(one.person, one) for one in found),
        rate,
        float(np.mean([one.judge for one in averaged])),
        ci,
        epsilon,
        together([why, fewer if tested and skipped else "", how]),
        varies=len({value for said in (judge, *people.values()) for value in said.values()}) > 1,
    )


def benjamini_yekutieli(p_values, level: float) -> np.ndarray:
    """Which hypotheses are refused, at a false discovery rate of `level` whatever the tests have in common."""
    p_values = np.asarray(p_values, float)
    count = len(p_values)
    refused = np.zeros(count, bool)
    if not count:
        return refused
    order = np.argsort(p_values, kind="stable")
    ranks = np.arange(1, count + 1)
    below = np.flatnonzero(p_values[order] <= ranks / count * level / (1 / ranks).sum())
    if len(below):
        refused[order[: below[-1] + 1]] = True
    return refused


def _compared(judge: Mapping, people: Mapping, scale: str) -> dict[Hashable, dict]:
    """{person: {item: (W_judge, W_person)}}."""
    raters: dict = {}
    for person, said in people.items():
        for item in said:
            raters.setdefault(item, []).append(person)
    found: dict[Hashable, dict] = {}
    for item in sorted(raters, key=str):
        if item not in judge or len(raters[item]) < 2:
            continue
        for person in raters[item]:
            others = [people[other][item] for other in raters[item] if other != person]
            gap = _near(judge[item], others, scale) - _near(people[person][item], others, scale)
            found.setdefault(person, {})[item] = (float(gap >= -TIE), float(gap <= TIE))
    return {person: found[person] for person in sorted(found, key=str)}


def _near(value, others: list, scale: str) -> float:
    if scale == "nominal":
        return float(np.mean([value == other for other in others]))
    return -float(np.sqrt(np.mean((np.array(others, float) - value) ** 2)))


def _left_out(person, own: dict, worth: Mapping) -> LeftOut:
    judge, herself = np.average(list(own.values()), axis=0, weights=[worth[item] for item in own])
    return LeftOut(person, len(own), float(judge), float(herself))


def _p_value(own: dict, worth: Mapping, epsilon: float) -> float:
    won, weight = np.array(list(own.values())), np.array([worth[item] for item in own])
    difference, n = won[:, 1] - won[:, 0], len(won)
    mean = np.average(difference, weights=weight)
    error = np.sqrt(n / (n - 1) * (weight**2 * (difference - mean) ** 2).sum()) / weight.sum()
    if error == 0:  # every item says the same: the test's limit
        return 0.0 if difference[0] < epsilon else 1.0
    return float(stats.t.cdf((mean - epsilon) / error, n - 1))


def _too_little(found: list[LeftOut]) -> str:
    if not found:
        return _("no test: no session was rated by the judge and by two people")
    if len(found) < LEAST_PEOPLE:
        return _(
            "no test: it takes at least {least} people whose sessions others read too, there are {n}",
            least=LEAST_PEOPLE,
            n=len(found),
        )
    enough = sum(one.n >= LEAST_ITEMS for one in found)
    if enough < LEAST_PEOPLE:
        return _(
            "no test: it takes at least {least} people with {items} sessions each, there are {n}",
            least=LEAST_PEOPLE,
            items=LEAST_ITEMS,
            n=enough,
        )
    return ""


def _interval(won: dict, persons: list, clients: Mapping, worth: Mapping, seed: int):
    """Of the mean advantage over these people, over clients."""
    items = sorted({item for person in persons for item in won[person]}, key=str)
    place = {item: n for n, item in enumerate(items)}
    there, wins = np.zeros((2, len(items), len(persons)))
    for column, person in enumerate(persons):
        for item, (judge, _own) in won[person].items():
            there[place[item], column], wins[place[item], column] = worth[item], judge * worth[item]
    clusters = np.unique([str(clients[item]) for item in items], return_inverse=True)[1]

    def measure(weights: np.ndarray) -> dict[str, np.ndarray]:
        with np.errstate(invalid="ignore", divide="ignore"):
            return {"advantage": ((weights @ wins) / (weights @ there)).mean(axis=1)}

    how = {"unit": _("clients"), "width": len(items) * len(persons), "bootstrap": BOOTSTRAP, "seed": seed}
    interval = intervals(measure, clusters, **how)["advantage"]
    ci = interval.ci and (max(0.0, interval.ci[0]), min(1.0, interval.ci[1]))
    return ci, together([interval.method if interval.ci else "", interval.note])
