"""What the draft does to its readers beyond how often they find a mistake: to what they mark, and to how far they agree.

Each line is a mean, or a coefficient, with the draft minus the same without it. A client may have sessions of both kinds,
so clients are drawn with all of theirs; under five clients in either arm there is no interval. Pure.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from django.utils.translation import gettext_noop

from review.agreeing import measuring
from review.agreeing.table import Judged
from review.agreement.figure import Figure, Sample, figures
from review.agreement.intervals import TOO_FEW
from review.agreement.marks import f1
from review.agreement.measures import coefficients
from review.agreement.percent import divide
from review.agreement.table import Ratings, in_the_mean_1
from review.agreement.wording import say
from review.marked import Marks
from review.models import Arm
from review.reports import BOOTSTRAP

ARMS = (Arm.AIDED, Arm.UNAIDED)
Measure = Callable[[np.ndarray], dict[str, np.ndarray]]


@dataclass(frozen=True)
class OneArm:
    """`measure`: of how much there is of each kind of session (batch by kinds); of each session its `kind`, `client` (any
    names) and `weight`. `told`: of each statistic (how many sessions have something to compare, of how many clients).
    """

    measure: Measure
    kind: np.ndarray
    client: np.ndarray
    weight: np.ndarray
    told: Mapping[str, tuple[int, int]]


def of_agreement(judged: Judged, seed: int) -> list[dict]:
    """Of each question that was asked in both ways, how far readers agree with the draft and without it."""
    arms = judged.arms()
    if not set(ARMS) <= set(arms):
        return []
    asked = [name for name in judged.asked(Arm.AIDED) if name in judged.asked(Arm.UNAIDED)]
    lines = []
    for question in asked:
        both = [measuring.ratings(judged, question, judged.in_arm(arm)) for arm in ARMS]
        if any(table.n_paired < 2 for table in both):
            continue
        methods = coefficients(both[0], measuring.SHOWN)[0]
        found = _beside([_agreement(judged, question, arm) for arm in ARMS], {
            name: methods[name].method for name in measuring.SHOWN
        }, seed)  # fmt: skip
        lines += [{"question": question, "statistic": name} | one for name, one in found.items()]
    return lines


def _agreement(judged: Judged, question: str, arm: str) -> OneArm:
    rows = measuring.answered(judged, question, judged.in_arm(arm))
    items = np.unique(judged.of[rows])  # in the order of the table's rows
    table = measuring.ratings(judged, question, rows)
    kinds, of_item = table.kinds(by_rater=False)
    told = (table.codes >= 0).sum(axis=1) >= 2
    client = judged.client[items]
    counted = int(told.sum()), len(np.unique(client[told]))
    measure = coefficients(kinds, measuring.SHOWN)[1]
    return OneArm(measure, of_item, client, _weights(table), dict.fromkeys(measuring.SHOWN, counted))


def _weights(table: Ratings) -> np.ndarray:
    return np.ones(table.n_items) if table.weights is None else table.weights


MARKS = {
    "mistakes_named": say(gettext_noop("different mistakes that a reader names, mean over sessions")),
    "turns_marked": say(gettext_noop("share of the counsellor's turns that a reader marks, mean over sessions")),
    "f1_turns": say(gettext_noop("F1 of the turns that two readers mark, whatever they name, mean over sessions")),
}  # fmt: skip
# Beyond which a difference cannot lie; how many mistakes are named has no such bound.
REACH = {"krippendorff_alpha": 2.0, "gwet_ac": 2.0, "mistakes_named": np.inf}


def of_marks(marks: Mapping[str, Marks], seed: int) -> list[dict]:
    """How much readers mark with the draft and without it, and how far the two of a session mark the same turns."""
    if not set(ARMS) <= set(marks):
        return []
    found = _beside([_marks(marks[arm]) for arm in ARMS], MARKS, seed)
    return [{"question": "", "statistic": name} | one for name, one in found.items()]


def _marks(own: Marks) -> OneArm:
    """Sessions of a client are drawn together, so of each client its sums will do: he is a kind of his own."""
    sessions: dict = {}
    for item, _rater, marked, client in own.readings:
        sessions.setdefault(item, (client, []))[1].append(
            {name: turns for name, turns in marked.items() if turns}
        )
    values = np.array(
        [_of_session(own.turns.get(item, ()), read) for item, (_client, read) in sessions.items()]
    )
    weight = np.array([own.weights.get(item, 1.0) for item in sessions])[:, None]
    clients, number = np.unique([str(client) for client, _read in sessions.values()], return_inverse=True)
    sums, there = np.zeros((2, len(clients), len(MARKS)))
    np.add.at(sums, number, np.nan_to_num(values) * weight)
    np.add.at(there, number, ~np.isnan(values) * weight)

    def measure(drawn: np.ndarray) -> dict[str, np.ndarray]:
        means = divide(drawn @ sums, drawn @ there)
        return {name: means[:, n] for n, name in enumerate(MARKS)}

    each = np.arange(len(clients))
    told = {
        name: (int((~np.isnan(values[:, n])).sum()), len(np.unique(number[~np.isnan(values[:, n])])))
        for n, name in enumerate(MARKS)
    }
    return OneArm(measure, each, clients, np.ones(len(clients)), told)


def _of_session(turns, read: list[dict]) -> tuple[float, ...]:
    """What MARKS names, NaN where there is nothing to say."""
    marked = [set().union(*one.values()) for one in read]
    share = float(np.mean([len(one) for one in marked])) / len(turns) if turns else np.nan
    alike = [f1(one, other) for one, other in combinations(marked, 2)]
    return float(np.mean([len(one) for one in read])), share, float(np.mean(alike)) if alike else np.nan


def _beside(arms: list[OneArm], methods: Mapping[str, str], seed: int) -> dict[str, dict]:
    """{statistic: {"aided", "unaided", n and clients of each, and the difference as a coefficient object}}."""
    first, second = arms
    width = int(first.kind.max()) + 1
    called = [str(one) for own in arms for one in own.client]
    clients = np.unique(called, return_inverse=True)[1]
    kinds = np.concatenate([first.kind, second.kind + width])
    weights = np.concatenate([one.weight for one in arms])
    weighed = None if in_the_mean_1(weights) is None else weights
    around = Sample(clients, say(gettext_noop("clients")), BOOTSTRAP, seed, weighed, kinds)
    # What a statistic rests on are the clients of the smaller arm that have something to compare.
    least = {name: min(one.told[name][1] for one in arms) for name in methods}

    def each(drawn: np.ndarray) -> list[dict[str, np.ndarray]]:
        return [first.measure(drawn[:, :width]), second.measure(drawn[:, width:])]

    def measure(drawn: np.ndarray) -> dict[str, np.ndarray]:
        aided, unaided = each(drawn)
        return {name: aided[name] - unaided[name] for name in methods}

    why = say(gettext_noop("undefined: with the draft or without it there is nothing that varies"))
    wanted = {
        name: Figure(method, undefined=why, least=-REACH.get(name, 1.0), most=REACH.get(name, 1.0))
        for name, method in methods.items()
    }
    found: dict[str, dict] = {}
    for telling in sorted(set(least.values())):
        own = {name: figure for name, figure in wanted.items() if least[name] == telling}
        found |= figures(own, measure, replace(around, telling=telling), width=len(clients))
    values = each(around.drawn.whole())
    return {
        name: _told(found[name], [own[name][0] for own in values], [one.told[name] for one in arms])
        for name in methods
    }


def _told(one: dict, values: list[float], counted: list[tuple[int, int]]) -> dict:
    fewest = min(clients for _n, clients in counted)
    if one["ci"] and fewest < TOO_FEW:
        why = say(
            gettext_noop("no interval: needs at least {least} clients with the draft and without it, has {count}"),
            least=TOO_FEW, count=fewest,
        )  # fmt: skip
        one = one | {"ci": None, "note": why}
    told: dict = {}
    for arm, value, (n, clients) in zip(ARMS, values, counted, strict=True):
        value = float(value) if np.isfinite(value) else None
        told |= {str(arm): value, f"n_{arm}": n, f"clients_{arm}": clients}
    return told | one
