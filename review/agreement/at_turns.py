"""Is this turn marked with that label? A yes or no at each turn that could be marked, for every label at once.

Turns are fixed units, so a label's agreement is that of any two levels: percent, alpha, AC1, as review.agreement.report has
them. All three are made of sums over turns, and whole dialogues are drawn: so of each cluster its sums are kept, and a
hundred thousand sessions with two dozen labels take seconds. Turns that nobody marked are counted, never listed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from review.agreement import unanimous
from review.agreement.figure import Figure, Sample, figures, undefined
from review.agreement.intervals import FLAT
from review.agreement.percent import divide
from review.agreement.table import telling
from review.agreement.values import BadRatings
from review.agreement.wording import say as _
from review.agreement.wording import together

METHODS = {
    "percent_agreement": _("share of agreeing pairs at a turn, marked so or not, mean over turns"),
    "krippendorff_alpha": _(
        "Krippendorff's alpha, nominal metric, each turn marked so or not, turns read once dropped"
    ),
    "gwet_ac": _("AC1 (Gwet 2008), unweighted, each turn marked so or not"),
}
WEIGHED = _("each session weighed by one over its chance of being chosen")


def per_label(
    readings: Iterable[tuple], turns: Mapping, labels: Iterable[str], *,
    bootstrap: int = 1000, seed: int = 0, weights: Mapping | None = None,
) -> dict[str, dict]:  # fmt: skip
    """{label: {"n_items", "n_raters", "n_ratings", "n_clusters", "missing_share", and an object of each of METHODS}}.

    `readings`: as review.agreement.marks takes them; `turns`: {session: those that can be marked}; `weights`: {session: one
    over its chance}. Items are turns. Raises BadRatings for a mark elsewhere, and for a rater who read a session twice.
    """
    readings, labels = list(readings), list(labels)
    held = _held(readings, turns, weights or {})
    marks = _marks(readings, turns, held, labels)
    measure, shares = _measure(held, marks, len(labels))
    reason = _too_little(held)
    how = WEIGHED if weights and len({weights.get(one, 1.0) for one in held.place}) > 1 else ""
    found = {
        (at, name): Figure(
            together([method, how]),
            undefined=reason or _why_undefined(shares[at]),
            note=NO_MARK if shares[at] == 0 else "",
        )
        for at in range(len(labels))
        for name, method in METHODS.items()
    }
    if reason:
        objects = {key: undefined(figure) for key, figure in found.items()}
    else:
        # Each cluster is one, whatever is in it.
        around = Sample(np.arange(held.n_clusters), _("clusters"), bootstrap, seed, telling=held.n_telling)
        objects = figures(found, measure, around, width=len(labels))
    for (at, name), one in objects.items():
        _of_nobody_differing(one, found[at, name], name, held, float(shares[at]))
    return {
        label: held.head | {name: objects[at, name] for name in METHODS} for at, label in enumerate(labels)
    }


NO_MARK = _("no variation observed, nobody marked this label")


@dataclass(frozen=True)
class _Held:
    """Of each session its `place`, its cluster in `group`, how many turns and readers it has, and what it counts for."""

    place: dict
    group: np.ndarray
    turns: np.ndarray
    readers: np.ndarray
    weight: np.ndarray
    n_raters: int

    @property
    def n_clusters(self) -> int:
        return int(self.group.max()) + 1 if len(self.group) else 0

    @property
    def several(self) -> np.ndarray:
        """Whether two or more read it, and had a turn to mark."""
        return (self.readers >= 2) & (self.turns > 0)

    @property
    def n_telling(self) -> int:
        """Clusters of such sessions, as many as would tell as much if all had been chosen alike."""
        return telling(self.group[self.several], self.weight[self.several])

    @property
    def head(self) -> dict:
        n_items, n_ratings = int(self.turns.sum()), int(self.turns @ self.readers)
        cells = n_items * self.n_raters
        return {
            "n_items": n_items, "n_raters": self.n_raters, "n_ratings": n_ratings, "n_clusters": self.n_clusters,
            "n_paired": int(self.turns[self.several].sum()),
            "n_paired_clusters": len(np.unique(self.group[self.several])),
            "missing_share": 1 - n_ratings / cells if cells else 0.0,
        }  # fmt: skip


def _held(readings: list, turns: Mapping, weights: Mapping) -> _Held:
    cluster_of = clusters(readings)
    place = {session: n for n, session in enumerate(sorted(cluster_of, key=str))}
    raters, seen = {rater for _session, rater, *_rest in readings}, set()
    readers = np.zeros(len(place), int)
    for session, rater, *_rest in readings:
        if (session, rater) in seen:
            raise BadRatings(f"session {session} was read twice by {rater}")
        seen.add((session, rater))
        readers[place[session]] += 1
    number = {key: n for n, key in enumerate(sorted(set(cluster_of.values())))}
    group = np.array([number[cluster_of[one]] for one in place], int)
    n_turns = np.array([len(turns[one]) for one in place], int)
    weight = np.array([weights.get(one, 1.0) for one in place], float)
    if len(place) and (total := weight @ n_turns) > 0:
        weight = weight * n_turns.sum() / total
    return _Held(place, group, n_turns, readers, weight, len(raters))


def clusters(readings: list) -> dict:
    """{session: its cluster's name}; one without is its own. Raises BadRatings."""
    found: dict = {}
    for session, _rater, _marked, cluster in readings:
        key = f"session {session}" if cluster in (None, "") else f"cluster {cluster}"
        if found.setdefault(session, key) != key:
            raise BadRatings(f"session {session} is in two clusters")
    return found


def _marks(readings: list, turns: Mapping, held: _Held, labels: list) -> tuple[np.ndarray, ...]:
    """(session, label, how many readers) of each turn that anybody marked with a label."""
    number = {label: n for n, label in enumerate(labels)}
    known: dict = {}
    found = []
    for session, _rater, marked, _cluster in readings:
        for label, where in marked.items():
            if label not in number or not where:
                continue
            if session not in known:
                known[session] = {turn: n for n, turn in enumerate(turns[session])}
            for turn in set(where):
                if turn not in known[session]:
                    raise BadRatings(f"turn {turn} of session {session} is not the counsellor's")
                found.append((held.place[session], number[label], known[session][turn]))
    if not found:
        return (np.zeros(0, int),) * 3
    (session, label, _turn), said = np.unique(np.array(found).T, axis=1, return_counts=True)
    return session, label, said


def _measure(held: _Held, marks: tuple[np.ndarray, ...], labels: int):
    """(the measure of cluster weights, the share of turns that is marked with each label)."""
    session, label, said = marks
    count, size = held.n_clusters, held.readers.astype(float)
    units = held.weight * held.turns
    paired = (size >= 2) * units
    base = [np.bincount(held.group, one, minlength=count) for one in (paired * size, paired, units)]
    r, own = size[session], held.weight[session]
    both = own * (r >= 2)
    apart = 2 * said * (r - said) * both / np.maximum(r - 1, 1)
    place = held.group[session] * labels + label

    def by_cluster(values: np.ndarray) -> np.ndarray:
        return np.bincount(place, values, minlength=count * labels).reshape(count, labels)

    named, off, off_pairs, share = (
        by_cluster(one) for one in (said * both, apart, apart / r, said * own / r)
    )

    def measure(drawn: np.ndarray) -> dict[tuple[int, str], np.ndarray]:
        n, pairs, units = ((drawn @ one)[:, None] for one in base)
        yes, of_all = drawn @ named, divide(drawn @ share, units)
        same = 1 - divide(drawn @ off_pairs, pairs)
        chance = 2 * of_all * (1 - of_all)
        values = {
            "percent_agreement": same,
            "krippendorff_alpha": 1 - divide((n - 1) * (drawn @ off), 2 * yes * (n - yes)),
            "gwet_ac": divide(same - chance, 1 - chance),
        }
        return {(at, name): values[name][:, at] for at in range(labels) for name in METHODS}

    return measure, share.sum(axis=0) / max(float(base[2].sum()), 1e-300)


def _too_little(held: _Held) -> str:
    if not held.turns.sum():
        return _("undefined: no turn was read that could be marked")
    if held.n_raters < 2:
        return _("undefined: one rater only, agreement needs at least two")
    if held.turns[held.readers >= 2].sum() < 2:
        return _("undefined: fewer than two turns were read by two raters or more")
    return ""


def _why_undefined(share: float) -> str:
    if share == 0:
        return _("undefined: no variation observed, nobody marked this label")
    return _("undefined: no variation observed among the turns read by two raters or more")


def _of_nobody_differing(one: dict, figure: Figure, name: str, held: _Held, share: float):
    """Where all marked the same, resamples do too: the exact bound instead (review.agreement.unanimous)."""
    if one["estimate"] != 1 or FLAT not in one["note"]:
        return
    low = unanimous.bound(name, clusters=held.n_telling, shares=np.array([1 - share, share]))
    one |= {
        "ci": [low, 1.0],
        "method": together([figure.method, unanimous.OF_CLUSTERS]),
        "note": figure.note,
    }
