"""How far one rater differs from herself: several readings of the same item by the same judge.

Scales: the pooled variance within items, Σ(n_i − 1)s_i² / Σ(n_i − 1), the mean square within of a one-way analysis of
variance. Categories: the chance that two of an item's readings differ, 1 − Σ n_c(n_c − 1) / (n(n − 1)), in the mean over
items. Items read once say nothing and are left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from review.agreement.intervals import intervals
from review.agreement.wording import say as _
from review.agreement.wording import together

BOOTSTRAP = 1000


@dataclass(frozen=True)
class Within:
    """`n` items read more than once, `readings` of them in all. `estimate` in the unit of the values, squared; for
    categories a share. None with the reason in `note`.
    """

    n: int
    readings: int
    estimate: float | None
    ci: tuple[float, float] | None
    note: str


def within(
    readings: Sequence[Sequence],
    cluster: Sequence,
    *,
    scale: str,
    weight: Sequence[float] | None = None,
    seed: int = 0,
) -> Within:
    """`readings`: of each item the values that the same rater gave; numbers unless `scale` is nominal. `weight`: of
    each item one over the chance with which it was chosen.
    """
    several = [n for n, values in enumerate(readings) if len(values) > 1]
    if not several:
        return Within(0, 0, None, None, _("undefined: nothing was read more than once"))
    own = [list(readings[n]) for n in several]
    if scale == "nominal":
        apart, freedom = np.array([_apart(values) for values in own]), np.ones(len(own))
    else:
        apart = np.array([np.var(np.array(values, float), ddof=1) for values in own])
        freedom = np.array([len(values) - 1.0 for values in own])
    freedom *= np.ones(len(own)) if weight is None else np.array([weight[n] for n in several], float)
    clusters = np.unique([cluster[n] for n in several], return_inverse=True)[1]

    def measure(weights: np.ndarray) -> dict[str, np.ndarray]:
        with np.errstate(invalid="ignore", divide="ignore"):
            return {"within": weights @ (apart * freedom) / (weights @ freedom)}

    how = {"unit": _("clients"), "width": len(own), "bootstrap": BOOTSTRAP, "seed": seed, "most": np.inf}
    interval = intervals(measure, clusters, **how)["within"]
    ci = interval.ci and (max(0.0, interval.ci[0]), interval.ci[1])
    note = together([interval.method if interval.ci else "", interval.note])
    estimate = float((apart * freedom).sum() / freedom.sum())
    return Within(len(own), sum(map(len, own)), estimate, ci, note)


def _apart(values: list) -> float:
    n = len(values)
    same = sum(times * (times - 1) for times in (values.count(one) for one in set(values)))
    return 1 - same / (n * (n - 1))
