"""How far readers agree on where a mistake is, when they mark whole utterances.

The counsellor's turns of a session are fixed units: nobody marks half of one. So a label is a yes or no at each turn, and
its agreement is that of any two levels (alpha, AC1), with whole dialogues drawn, whose turns are more alike than others
(methods.md §6). Whoever marks nothing has judged: F1(∅, ∅) = 1 and F1(∅, x) = 0. As there is no end of what could have
been left unmarked, F1 is also what kappa tends to when nearly everything is unmarked (Hripcsak & Rothschild 2005).
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from review.agreement.means import mean, ratio
from review.agreement.report import result
from review.agreement.table import Ratings, in_the_mean_1
from review.agreement.values import BadRatings
from review.agreement.wording import say as _

LEVELS = ("no", "yes")
SHOWN = ("percent_agreement", "krippendorff_alpha", "gwet_ac")

# (session, rater, {label: turns marked}, cluster or None); whoever marked nothing has {}.
Reading = tuple[object, object, Mapping[str, Collection], object]


def per_label(
    readings: Iterable[Reading], turns: Mapping, labels: Iterable[str], *,
    bootstrap: int = 1000, seed: int = 0, weights: Mapping | None = None,
) -> dict[str, dict]:  # fmt: skip
    """{label: percent, alpha and AC1 of "no" and "yes" over all of the counsellor's turns}, as review.agreement.report.

    `turns`: {session: the counsellor's turns}; `weights`: {session: one over its chance}. Raises BadRatings for a mark
    elsewhere, and for a rater who read a session twice.
    """
    field = _Field.of(list(readings), turns, weights or {})
    found = {}
    for label in labels:
        own = result(field.of_label(label), bootstrap=bootstrap, seed=seed, only=SHOWN)
        found[label] = {
            name: value for name, value in own.items() if not isinstance(value, dict) or name in SHOWN
        }
    return found


@dataclass(frozen=True)
class _Field:
    """`empty`: every turn that was read, by every reader who read it, unmarked. `place`: {(session, turn): its row}."""

    readings: list[Reading]
    empty: Ratings
    place: dict
    column: dict

    @classmethod
    def of(cls, readings, turns, weights) -> "_Field":
        sessions = sorted({session for session, *_rest in readings}, key=str)
        raters = sorted({rater for _session, rater, *_rest in readings}, key=str)
        cluster_of = _clusters(readings)
        number = {key: n for n, key in enumerate(sorted({cluster_of[one] for one in sessions}))}
        units = [(session, turn) for session in sessions for turn in turns[session]]
        place = {unit: row for row, unit in enumerate(units)}
        column = {rater: n for n, rater in enumerate(raters)}
        codes = np.full((len(units), len(raters)), -1, np.int16)
        for session, rater, *_rest in readings:
            rows = [place[session, turn] for turn in turns[session]]
            if rows and codes[rows[0], column[rater]] >= 0:
                raise BadRatings(f"session {session} was read twice by {rater}")
            codes[rows, column[rater]] = 0
        clusters = np.array([number[cluster_of[session]] for session, _turn in units], int)
        weight = in_the_mean_1(np.array([weights.get(session, 1.0) for session, _turn in units]))
        return cls(readings, Ratings("nominal", codes, LEVELS, True, clusters, True, weight), place, column)

    def of_label(self, label: str) -> Ratings:
        codes = self.empty.codes.copy()
        for session, rater, marked, _cluster in self.readings:
            for turn in marked.get(label, ()):
                if (session, turn) not in self.place:
                    raise BadRatings(f"turn {turn} of session {session} is not the counsellor's")
                codes[self.place[session, turn], self.column[rater]] = 1
        return replace(self.empty, codes=codes)


def jaccard(one: Collection, other: Collection) -> float:
    """Shared over all; two that are empty agree."""
    one, other = set(one), set(other)
    return len(one & other) / len(one | other) if one | other else 1.0


def f1(one: Collection, other: Collection) -> float:
    """Twice the shared over both; two that are empty agree, and none agrees with something nowhere."""
    one, other = set(one), set(other)
    return 2 * len(one & other) / (len(one) + len(other)) if one or other else 1.0


def of_sessions(
    readings: Iterable[Reading], *, bootstrap: int = 1000, seed: int = 0, weights: Mapping | None = None
) -> dict:
    """Over sessions read by two or more: the mean of the mean over pairs of readers. `…_turns`: where, whatever the label;
    `…_labelled`: which label, and where. "n_sessions", "n_pairs"; of the pairs "n_both_empty" and "n_one_empty".
    """
    readings = list(readings)
    cluster_of, by_session = _clusters(readings), {}
    for session, _rater, marked, _cluster in readings:
        labelled = {(label, turn) for label, turns in marked.items() for turn in turns}
        by_session.setdefault(session, []).append(({turn for _label, turn in labelled}, labelled))
    pairs = {one: list(combinations(own, 2)) for one, own in by_session.items() if len(own) > 1}
    every = [pair for own in pairs.values() for pair in own]
    found: dict = {
        "n_sessions": len(pairs),
        "n_pairs": len(every),
        "n_both_empty": sum(not a[1] and not b[1] for a, b in every),
        "n_one_empty": sum(bool(a[1]) != bool(b[1]) for a, b in every),
    }
    about = {
        "f1_turns": (f1, 0, _("F1 of the turns marked, whatever the label; mean over sessions")),
        "jaccard_turns": (
            jaccard,
            0,
            _("Jaccard of the turns marked, whatever the label; mean over sessions"),
        ),
        "f1_labelled": (f1, 1, _("F1 of labels at turns; mean over sessions")),
        "jaccard_labelled": (jaccard, 1, _("Jaccard of labels at turns; mean over sessions")),
    }
    clusters = [cluster_of[session] for session in pairs]
    own = [(weights or {}).get(session, 1.0) for session in pairs]
    for name, (alike, part, method) in about.items():
        values = [np.mean([alike(a[part], b[part]) for a, b in both]) for both in pairs.values()]
        found[name] = mean(values, clusters, own, method=method, bootstrap=bootstrap, seed=seed)
    return found


def false_alarms(
    readings: Iterable[Reading], clean: Collection, *,
    bootstrap: int = 1000, seed: int = 0, weights: Mapping | None = None,
) -> dict:  # fmt: skip
    """How often a mistake is marked in sessions without one. `clean`: these sessions; others are not looked at."""
    clean, own, cluster_of = set(clean), {}, {}
    readings = [reading for reading in readings if reading[0] in clean]
    cluster_of = _clusters(readings)
    for session, _rater, marked, _cluster in readings:
        own.setdefault(session, []).append(any(marked.values()))
    alarms, read = [sum(each) for each in own.values()], [len(each) for each in own.values()]
    method = _("share of readings that mark a mistake in a session without one")
    clusters = [cluster_of[session] for session in own]
    weight = [(weights or {}).get(session, 1.0) for session in own]
    rate = ratio(alarms, read, clusters, weight, method=method, bootstrap=bootstrap, seed=seed)
    return {"n_sessions": len(own), "n_readings": sum(read), "n_alarms": sum(alarms), "rate": rate}


def _clusters(readings: list[Reading]) -> dict:
    """{session: its cluster's name}; one without is its own. Raises BadRatings."""
    found: dict = {}
    for session, _rater, _marked, cluster in readings:
        key = f"session {session}" if cluster in (None, "") else f"cluster {cluster}"
        if found.setdefault(session, key) != key:
            raise BadRatings(f"session {session} is in two clusters")
    return found
