"""How far somebody's values lie above or below a reference: the signed mean difference, with an interval over clusters."""

from dataclasses import dataclass

import numpy as np

from review.agreement.intervals import SAME, intervals
from review.agreement.wording import say as _
from review.agreement.wording import together

BOOTSTRAP = 1000
# So many clusters that all lie on one side do so by chance in under 5 of 100 tables (two-sided sign test: 2 / 2**6 = .03).
ON_ONE_SIDE = 6


@dataclass(frozen=True)
class Lean:
    """`estimate` and `ci` in the unit of the differences; `ci` None where there is none, `note` says why or how made.
    `alike`: 1 or -1 where every difference is the same one above or below nought, of ON_ONE_SIDE clusters or more: how
    large it is in other tables nobody knows, on which side it lies they tell.
    """

    n: int
    estimate: float
    ci: tuple[float, float] | None
    note: str
    alike: int = 0

    @property
    def side(self) -> int:
        """1 above, -1 below, 0 where that could be chance."""
        if self.ci is None:
            return self.alike
        if self.ci[0] <= 0 <= self.ci[1]:
            return 0
        return 1 if self.ci[0] > 0 else -1


def lean(difference, cluster, weight, *, width: float, seed: int = 0) -> Lean:
    """Of one difference per item: the weighted mean. `cluster`: any names; `width`: the largest difference there can
    be; `weight`: 1 / the probability with which the item was chosen.
    """
    # From -1 to 1, the ends of what intervals are made for.
    values, weight = np.asarray(difference, float) / width, np.asarray(weight, float)
    clusters = np.unique(cluster, return_inverse=True)[1]

    def measure(drawn: np.ndarray) -> dict[str, np.ndarray]:
        both = drawn * weight
        with np.errstate(invalid="ignore", divide="ignore"):
            return {"mean": both @ values / both.sum(axis=1)}

    how = {"unit": _("clients"), "width": len(values), "bootstrap": BOOTSTRAP, "seed": seed}
    interval = intervals(measure, clusters, **how)["mean"]
    mean = float(values @ weight / weight.sum())
    ci = interval.ci and tuple(float(np.clip(end, -1, 1)) * width for end in interval.ci)
    note = together([interval.method if interval.ci else "", interval.note])
    are_alike = np.ptp(values) < SAME and abs(mean) > SAME and clusters.max() + 1 >= ON_ONE_SIDE
    return Lean(len(values), mean * width, ci, note, int(np.sign(mean)) if are_alike else 0)
