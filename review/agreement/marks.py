"""How far readers agree on where a mistake is, when they mark whole utterances.

The counsellor's turns of a session are fixed units: nobody marks half of one. Their chance-corrected agreement, a yes or
no at each turn, is review.agreement.at_turns; here is F1, which asks of two readers' findings how many are the same: in
exactly the same turns, with a turn in common, or turn by turn. Whoever marks nothing has judged: over sessions F1(∅, ∅) = 1
and F1(∅, x) = 0. As there is no end of what could have been left unmarked, F1 is what kappa tends to when nearly everything
is unmarked (Hripcsak & Rothschild 2005). Whole dialogues are drawn (methods.md §6).
"""

from collections.abc import Collection, Iterable, Mapping
from itertools import combinations

import numpy as np

from review.agreement.at_turns import clusters
from review.agreement.means import mean, ratio
from review.agreement.wording import say as _

# (session, rater, {label: turns marked}, cluster or None); whoever marked nothing has {}.
Reading = tuple[object, object, Mapping[str, Collection], object]


def jaccard(one: Collection, other: Collection) -> float:
    """Shared over all; two that are empty agree."""
    one, other = set(one), set(other)
    return len(one & other) / len(one | other) if one | other else 1.0


def f1(one: Collection, other: Collection) -> float:
    """Twice the shared over both; two that are empty agree, and none agrees with something nowhere."""
    one, other = set(one), set(other)
    return 2 * len(one & other) / (len(one) + len(other)) if one or other else 1.0


OF_SESSIONS = {
    "f1_exact": _("F1 of findings: the same label in exactly the same turns; mean over sessions"),
    "f1_overlap": _("F1 of findings: the same label with a turn in common; mean over sessions"),
    "f1_labelled": _("F1 of labels at turns; mean over sessions"),
    "f1_turns": _("F1 of the turns marked, whatever the label; mean over sessions"),
    "jaccard_turns": _("Jaccard of the turns marked, whatever the label; mean over sessions"),
}


def of_sessions(
    readings: Iterable[Reading], *, bootstrap: int = 1000, seed: int = 0, weights: Mapping | None = None
) -> dict:
    """Over sessions read by two or more: the mean of the mean over pairs of readers, an object of each of OF_SESSIONS.
    "n_sessions", "n_pairs"; of the pairs "n_both_empty" and "n_one_empty". A reader's marks of one label are one finding.
    """
    readings = list(readings)
    cluster_of, by_session = clusters(readings), {}
    for session, _rater, marked, _cluster in readings:
        by_session.setdefault(session, []).append({name: set(own) for name, own in marked.items() if own})
    pairs = {one: list(combinations(own, 2)) for one, own in by_session.items() if len(own) > 1}
    every = [pair for own in pairs.values() for pair in own]
    found: dict = {
        "n_sessions": len(pairs),
        "n_pairs": len(every),
        "n_both_empty": sum(not a and not b for a, b in every),
        "n_one_empty": sum(bool(a) != bool(b) for a, b in every),
    }
    of = [cluster_of[session] for session in pairs]
    own = [(weights or {}).get(session, 1.0) for session in pairs]
    each = np.array([_alike(a, b) for a, b in every]).reshape(-1, len(OF_SESSIONS))
    n = np.array([len(both) for both in pairs.values()], int)
    session = np.repeat(np.arange(len(n)), n)
    for at, (name, method) in enumerate(OF_SESSIONS.items()):
        values = np.bincount(session, each[:, at], minlength=len(n)) / n
        found[name] = mean(values, of, own, method=method, bootstrap=bootstrap, seed=seed)
    return found


def _alike(one: dict[str, set], other: dict[str, set]) -> tuple[float, ...]:
    """Of two readings what OF_SESSIONS names."""
    if one == other:
        return (1.0,) * len(OF_SESSIONS)
    if not one or not other:
        return (0.0,) * len(OF_SESSIONS)
    shared = one.keys() & other.keys()
    findings, marked = len(one) + len(other), sum(map(len, (*one.values(), *other.values())))
    turns = [set().union(*marks.values()) for marks in (one, other)]
    return (
        2 * sum(one[label] == other[label] for label in shared) / findings,
        2 * sum(not one[label].isdisjoint(other[label]) for label in shared) / findings,
        2 * sum(len(one[label] & other[label]) for label in shared) / marked,
        f1(*turns),
        jaccard(*turns),
    )


OF_LABELS = {
    "f1_exact": _("F1 of findings of this label: in exactly the same turns; all sessions together"),
    "f1_overlap": _("F1 of findings of this label: with a turn in common; all sessions together"),
    "f1_turns": _("F1 of the turns marked with this label; all sessions together"),
}


def of_labels(
    readings: Iterable[Reading], *, bootstrap: int = 1000, seed: int = 0, weights: Mapping | None = None
) -> dict[str, dict]:
    """{label: {"n_sessions", "n_readings", an object of each of OF_LABELS}} of labels that anybody marked: sessions read by
    two or more in which somebody did, and readings that did.

    Twice what two readers share over what both have, summed over sessions, each by the mean of its pairs of readers. What
    neither marks counts for nothing here: most sessions are without any one label, and would all agree on that.
    """
    cluster_of, readers, by_label = clusters(readings := list(readings)), {}, {}
    for session, _rater, marked, _cluster in readings:
        readers[session] = readers.get(session, 0) + 1
        for label, turns in marked.items():
            if turns:
                by_label.setdefault(label, {}).setdefault(session, []).append(frozenset(turns))
    found = {}
    for label in sorted(by_label):
        own = {session: sets for session, sets in by_label[label].items() if readers[session] > 1}
        table = np.array([_shared(sets, readers[session]) for session, sets in own.items()]).reshape(-1, 5)
        of = [cluster_of[session] for session in own]
        weight = [(weights or {}).get(session, 1.0) for session in own]
        found[label] = {"n_sessions": len(own), "n_readings": sum(map(len, own.values()))}
        for at, (name, method) in enumerate(OF_LABELS.items()):
            below = table[:, 3 if at < 2 else 4]
            how = {"method": method, "bootstrap": bootstrap, "seed": seed}
            found[label][name] = ratio(table[:, at], below, of, weight, **how)
    return found


def _shared(sets: list[frozenset], readers: int) -> tuple[float, ...]:
    """Of one session, in the mean over its pairs of readers: twice the findings that are the same, that overlap, and the
    turns shared; findings of both, and turns of both.
    """
    pairs, each = readers * (readers - 1) / 2, list(combinations(sets, 2))
    return (
        2 * sum(a == b for a, b in each) / pairs,
        2 * sum(not a.isdisjoint(b) for a, b in each) / pairs,
        2 * sum(len(a & b) for a, b in each) / pairs,
        2 * len(sets) / readers,
        2 * sum(map(len, sets)) / readers,
    )


def false_alarms(
    readings: Iterable[Reading], clean: Collection, *,
    bootstrap: int = 1000, seed: int = 0, weights: Mapping | None = None,
) -> dict:  # fmt: skip
    """How often a mistake is marked in sessions without one. `clean`: these sessions; others are not looked at."""
    clean, own = set(clean), {}
    readings = [reading for reading in readings if reading[0] in clean]
    cluster_of = clusters(readings)
    for session, _rater, marked, _cluster in readings:
        own.setdefault(session, []).append(any(marked.values()))
    alarms, read = [sum(each) for each in own.values()], [len(each) for each in own.values()]
    method = _("share of readings that mark a mistake in a session without one")
    of = [cluster_of[session] for session in own]
    weight = [(weights or {}).get(session, 1.0) for session in own]
    rate = ratio(alarms, read, of, weight, method=method, bootstrap=bootstrap, seed=seed)
    return {"n_sessions": len(own), "n_readings": sum(read), "n_alarms": sum(alarms), "rate": rate}
