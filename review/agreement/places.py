"""What the place of a text does to the verdict: ties, wins of the text shown first, verdicts that turn with the order."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from review.agreement.figure import Figure, Sample, figures, undefined
from review.agreement.percent import divide
from review.agreement.shares import shares
from review.agreement.values import BadRatings
from review.agreement.wording import say as _

VERDICTS = {"a": -1.0, "tie": 0.0, "b": 1.0}
FIRST = {"a": -1.0, "b": 1.0}
WILSON = "Wilson, as {n} independent verdicts (Rao & Scott 1992)"

FIGURES = {
    "tie_share": Figure(
        _("share of verdicts that are ties"), undefined=_("undefined: there are no verdicts"), least=0.0
    ),
    "first_place_share": Figure(
        _("of the verdicts that decide, the share that prefers the text shown first"),
        undefined=_("undefined: no verdict decides between texts whose order is known"),
        note=_("one half without a lean toward a place, as the order is drawn by chance"),
        least=0.0,
    ),
    "order_inconsistent_share": Figure(
        _("of the pairs that a rater read in both orders, the share on which her verdict turned with the order"),
        undefined=_("undefined: nobody read a pair in both orders"),
        least=0.0,
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Places:
    """`said`: {(pair, rater): {the text shown first, None where unknown: -1 for a, 0 a tie, 1 for b}}."""

    said: Mapping[tuple, Mapping]
    cluster: Mapping

    @property
    def raters(self) -> list:
        return sorted({rater for _pair, rater in self.said}, key=str)

    @cached_property
    def folded(self) -> dict[tuple, float]:
        """One verdict of each rater on each pair: two that differ are a tie."""
        return {
            key: next(iter(own.values())) if len(set(own.values())) == 1 else 0.0
            for key, own in self.said.items()
        }

    def of(self, rater) -> "Places":
        return replace(self, said={key: own for key, own in self.said.items() if key[1] == rater})

    def told(self, around: Sample, weights: Mapping | None) -> dict[str, dict]:
        """The three shares as objects, over the clusters of these verdicts."""
        if not self.said:
            return {name: undefined(figure) for name, figure in FIGURES.items()}
        pairs = sorted({pair for pair, _rater in self.said}, key=str)
        row = {pair: n for n, pair in enumerate(pairs)}
        counted = np.zeros((6, len(pairs)))
        for (pair, _rater), own in self.said.items():
            counted[:, row[pair]] += _counts(own)
        names = {pair: _cluster_name(pair, self.cluster[pair]) for pair in pairs}
        number = {name: n for n, name in enumerate(sorted(set(names.values())))}
        clusters = np.array([number[names[pair]] for pair in pairs])
        own_weights = None
        if around.weights is not None:
            own_weights = np.array([float((weights or {}).get(pair, 1.0)) for pair in pairs])
        sample = replace(around, clusters=clusters, weights=own_weights)

        def measure(drawn: np.ndarray) -> dict[str, np.ndarray]:
            above, below = drawn @ counted[:3].T, drawn @ counted[3:].T
            return dict(zip(FIGURES, divide(above, below).T, strict=True))

        found = {
            name: replace(figure, analytic=_wilson(counted[place], counted[3 + place], clusters))
            for place, (name, figure) in enumerate(FIGURES.items())
        }
        return figures(found, measure, sample)


def read_places(rows: Iterable[tuple]) -> Places:
    """Rows as in preferences.preference_agreement; the order of rows never matters. Raises BadRatings."""
    said: dict = defaultdict(dict)
    cluster: dict = {}
    for pair, rater, verdict, own, first in rows:
        if verdict in (None, ""):
            continue
        if verdict not in VERDICTS:
            raise BadRatings(f"{verdict!r} is none of {', '.join(VERDICTS)}")
        if first not in (None, "", *FIRST):
            raise BadRatings(f"the text shown first is a or b, not {first!r}")
        if own not in (None, "") and (cluster.get(pair) or own) != own:
            raise BadRatings(f"pair {pair} is in two clusters, {cluster[pair]} and {own}")
        cluster[pair] = cluster.get(pair) or own or None
        order = first or None
        if order in said[pair, rater]:
            raise BadRatings(f"pair {pair} was judged twice by {rater} in the same order")
        said[pair, rater][order] = VERDICTS[verdict]
    in_order = sorted(said, key=lambda key: tuple(map(str, key)))
    return Places({key: dict(sorted(said[key].items(), key=str)) for key in in_order}, cluster)


def _wilson(hits: np.ndarray, n: np.ndarray, clusters: np.ndarray):
    """Of a share, also where none or all are hits; by pairs of texts, how many of their verdicts."""
    pair = np.repeat(np.arange(len(n)), n.astype(int))
    first = np.concatenate([[0], n.cumsum()[:-1]])
    is_hit = np.arange(len(pair)) - first[pair] < hits[pair]
    found = shares(np.zeros(len(pair), int), clusters[pair], is_hit, np.ones(len(pair)), groups=1)

    def interval(_estimate: float) -> tuple[float, float, str] | None:
        if np.isnan(found.low[0]):
            return None
        return float(found.low[0]), float(found.high[0]), WILSON.format(n=f"{found.effective[0]:.0f}")

    return interval


def _counts(own: Mapping) -> tuple[float, ...]:
    """Of one rater on one pair, three counts and what each is counted among."""
    values = list(own.values())
    decided = [(FIRST[first], value) for first, value in own.items() if first and value]
    orders = "a" in own and "b" in own
    return (
        values.count(0.0),
        sum(first == value for first, value in decided),
        float(orders and own["a"] != own["b"]),
        len(values),
        len(decided),
        float(orders),
    )


def _cluster_name(pair, cluster) -> tuple[str, str]:
    return ("item", str(pair)) if cluster is None else ("cluster", str(cluster))
