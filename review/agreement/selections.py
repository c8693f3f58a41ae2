"""How far readers agree on words selected inside a turn: exactly, or overlapping.

Selections are (turn, start, end, label), `end` after the last character. Nothing says what else could have been selected,
so there is no chance to correct for: F1 is the positive specific agreement, which kappa tends to (Hripcsak & Rothschild
2005). Overlapping ones are matched one to one, as many as can be: one long selection does not meet two short ones.
"""

from collections.abc import Collection, Iterable, Mapping
from itertools import combinations

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import maximum_bipartite_matching

from review.agreement.means import mean
from review.agreement.values import BadRatings
from review.agreement.wording import say as _

Selection = tuple[object, int, int, str]  # turn, start, end, label


def matched(one: Collection[Selection], other: Collection[Selection]) -> int:
    """How many of each overlap by a character or more, with one label in one turn, each used once."""
    one, other = list(one), list(other)
    for turn, start, end, _label in (*one, *other):
        if not start < end:
            raise BadRatings(f"a selection in turn {turn} ends at {end}, where it begins at {start}")
    meet = [
        (n, m)
        for n, (turn, start, end, label) in enumerate(one)
        for m, (of, begin, until, named) in enumerate(other)
        if turn == of and label == named and start < until and begin < end
    ]
    if not meet:
        return 0
    rows, columns = zip(*meet, strict=True)
    graph = sparse.csr_array((np.ones(len(meet)), (rows, columns)), shape=(len(one), len(other)))
    return int((maximum_bipartite_matching(graph, perm_type="column") >= 0).sum())


def f1(one: Collection[Selection], other: Collection[Selection], *, overlap: bool = False) -> float:
    """1 where both are empty, 0 where one is; the same selection twice counts once."""
    one, other = set(one), set(other)
    if not one and not other:
        return 1.0
    return 2 * (matched(one, other) if overlap else len(one & other)) / (len(one) + len(other))


def of_sessions(
    readings: Iterable[tuple], *, bootstrap: int = 1000, seed: int = 0, weights: Mapping | None = None
) -> dict:
    """`readings`: (session, rater, selections, cluster or None). {"n_sessions", "n_pairs", "f1_exact", "f1_overlap"}: the
    mean over sessions of the mean over pairs of readers, as review.agreement.report gives a coefficient.
    """
    by_session, cluster_of = {}, {}
    for session, _rater, selections, cluster in readings:
        by_session.setdefault(session, []).append(list(selections))
        cluster_of[session] = cluster or f"session {session}"
    pairs = {one: list(combinations(own, 2)) for one, own in by_session.items() if len(own) > 1}
    found: dict = {"n_sessions": len(pairs), "n_pairs": sum(map(len, pairs.values()))}
    clusters = [cluster_of[session] for session in pairs]
    own = [(weights or {}).get(session, 1.0) for session in pairs]
    about = {
        "f1_exact": (False, _("F1 of selections that are the same; mean over sessions")),
        "f1_overlap": (True, _("F1 of selections that overlap, matched one to one; mean over sessions")),
    }
    for name, (overlap, method) in about.items():
        values = [np.mean([f1(a, b, overlap=overlap) for a, b in both]) for both in pairs.values()]
        found[name] = mean(values, clusters, own, method=method, bootstrap=bootstrap, seed=seed)
    return found
