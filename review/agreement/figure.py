"""Numbers with their intervals as the plain objects that pages show: {estimate, ci, ci_analytic, method, note}."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from review.agreement.drawing import Clusters
from review.agreement.intervals import Interval, Measure, intervals
from review.agreement.wording import say as _
from review.agreement.wording import together


@dataclass(frozen=True)
class Figure:
    """What is said with a number. `undefined`: why it would not be there; `note`: what its reader must know in any case;
    `least`, `most`: what it cannot lie outside of; `unit`: what the measure's number is multiplied by, as intervals are
    made for numbers about as large as 1; `analytic`: the interval (low, high, name) of an estimate in the
    unit, why there is none, or None.
    """

    method: str
    undefined: str = ""
    note: str = ""
    least: float = -math.inf
    most: float = 1.0
    unit: float = 1.0
    analytic: Callable[[float], tuple[float, float, str] | str | None] | None = None


@dataclass(frozen=True)
class Sample:
    """What intervals are over. `clusters`: each item's, 0..G-1; `weights`: one over the item's chance of being chosen, None
    where all are alike; `unit`: what a cluster is called; `kinds`: each item's, 0..K-1, where the measure takes how much
    there is of each kind (review.agreement.drawing) and not of each item; `telling`: how many of the clusters the numbers
    rest on (review.agreement.intervals), None where on all.
    """

    clusters: np.ndarray
    unit: str
    bootstrap: int = 1000
    seed: int = 0
    weights: np.ndarray | None = None
    kinds: np.ndarray | None = None
    telling: int | None = None

    @property
    def drawn(self) -> Clusters:
        """What is drawn; each item, or kind, with what it counts for."""
        return Clusters.of(self.clusters, self.kinds, None if self.kinds is None else self.weights)


def figures(
    found: Mapping[str, Figure], measure: Measure, sample: Sample, *, width: int = 0
) -> dict[str, dict]:
    """Of each name in `found` what `measure` makes of it, from item weights (batch by items), NaN where undefined.

    `width`: the widest row that `measure` builds per resample.
    """
    if sample.weights is not None and sample.kinds is None:
        measure = _weighed(measure, sample.weights)
    drawn = sample.drawn
    whole = measure(drawn.whole())
    around = intervals(
        measure, drawn, unit=sample.unit, width=max(width, drawn.width), bootstrap=sample.bootstrap,
        seed=sample.seed, most=math.inf, telling=sample.telling,
    )  # fmt: skip
    how = _how_weighed(sample.weights)
    return {name: _one(figure, float(whole[name][0]), around[name], how) for name, figure in found.items()}


def undefined(figure: Figure, why: str = "") -> dict:
    """The object of a number that there is not."""
    return plain(
        None, None, None, method=figure.method, note=together([why or figure.undefined, figure.note])
    )


def plain(estimate, ci, analytic, *, method: str, note: str) -> dict:
    return {
        "estimate": estimate,
        "ci": list(ci) if ci else None,
        "ci_analytic": dict(zip(("low", "high", "name"), analytic, strict=True)) if analytic else None,
        "method": method,
        "note": note,
    }


def _one(figure: Figure, estimate: float, around: Interval, how: str) -> dict:
    if not math.isfinite(estimate):
        return undefined(figure)
    estimate *= figure.unit
    # These take items as chosen alike.
    analytic = figure.analytic(estimate) if figure.analytic and not how else None
    why = ""
    if isinstance(analytic, str):
        analytic, why = None, analytic
    ci = around.ci and tuple(min(figure.most, max(figure.least, end * figure.unit)) for end in around.ci)
    if ci and not all(map(math.isfinite, ci)):
        ci = None
    method = together([figure.method, how, around.method if ci else ""])
    return plain(estimate, ci, analytic, method=method, note=together([figure.note, around.note, why]))


def _weighed(measure: Measure, own: np.ndarray) -> Measure:
    return lambda weights: measure(weights * own)


def _how_weighed(weights: np.ndarray | None) -> str:
    if weights is None:
        return ""
    n = round(float(weights.sum() ** 2 / (weights**2).sum()))  # Kish 1965
    return _("each item weighed by one over its chance of being chosen, worth {n} chosen alike", n=n)
