"""How much a judge's values rise where people's do: the least squares slope of the judge on the mean of the people.

1: as they do; under 1: it spares the ends of the scale; 0: it does not follow them at all. People's own mean is not
without error, and that alone draws the slope toward 0 (errors in variables; Fuller 1987, ch. 1): with few readers a
judge that follows perfectly has a slope under 1. So it is read beside how far people agree, never as a test.
"""

from dataclasses import dataclass

import numpy as np

from review.agreement.intervals import intervals
from review.agreement.wording import say as _
from review.agreement.wording import together

BOOTSTRAP = 1000


@dataclass(frozen=True)
class Slope:
    """`estimate` None where people's values do not vary; `note` says why, or how the interval was made."""

    n: int
    estimate: float | None
    ci: tuple[float, float] | None
    note: str


def slope(judge, people, cluster, weight, *, seed: int = 0) -> Slope:
    """One entry per item: the judge's value, the mean of the people's, the client (any names), and one over its chance."""
    y, x, weight = (np.asarray(values, float) for values in (judge, people, weight))
    if len(x) < 2 or np.ptp(x) == 0:
        return Slope(len(x), None, None, _("undefined: people's values do not vary"))
    clusters = np.unique(cluster, return_inverse=True)[1]
    # Around one point, so that nothing is lost to rounding.
    x, y = x - np.average(x, weights=weight), y - np.average(y, weights=weight)

    def measure(drawn: np.ndarray) -> dict[str, np.ndarray]:
        both = drawn * weight
        total = both.sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean_x, mean_y = both @ x / total, both @ y / total
            across = both @ (x * y) / total - mean_x * mean_y
            within = both @ (x * x) / total - mean_x**2
            return {"slope": np.where(within > 1e-12, across / within, np.nan)}

    how = {"unit": _("clients"), "width": len(x), "bootstrap": BOOTSTRAP, "seed": seed, "most": np.inf}
    interval = intervals(measure, clusters, **how)["slope"]
    estimate = float(measure(np.ones((1, len(x))))["slope"][0])
    note = together([interval.method if interval.ci else "", interval.note])
    return Slope(len(x), estimate, interval.ci, note)
