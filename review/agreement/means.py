"""A mean over sessions, or a ratio of two sums over them, as the plain object that pages show."""

import numpy as np

from review.agreement.exact import exact_interval
from review.agreement.intervals import TOO_FEW, intervals
from review.agreement.wording import say as _
from review.agreement.wording import together

SAME = 1e-12


def ratio(above, below, cluster, weight, *, method: str, bootstrap: int, seed: int) -> dict:
    """Σ `above` / Σ `below`, each session counted `weight` times; between 0 and 1. `cluster`: of each session, any names.

    {estimate, ci, ci_analytic, method, note}, as of review.agreement.report. Where all, or none, of what there is counts,
    the interval is the exact one of so many clusters (Clopper & Pearson 1934): resamples would give none.
    """
    above, below, weight = (np.asarray(each, float) for each in (above, below, weight))
    if not (below * weight).sum():
        return plain(None, None, method, _("undefined: there is nothing to count"))
    numbers = np.unique([str(one) for one in cluster], return_inverse=True)[1]
    each = np.arange(numbers.max() + 1)
    # Sessions of a cluster are drawn together, so of each cluster its sums will do.
    sum_above, sum_below = np.bincount(numbers, above * weight), np.bincount(numbers, below * weight)

    def measure(drawn: np.ndarray) -> dict[str, np.ndarray]:
        with np.errstate(invalid="ignore", divide="ignore"):
            return {"ratio": drawn @ sum_above / (drawn @ sum_below)}

    estimate = float(measure(np.ones((1, len(each))))["ratio"][0])
    how = {"unit": _("clusters"), "width": len(each), "bootstrap": bootstrap, "seed": seed}
    clusters = len(np.unique(numbers[below * weight > 0]))
    interval = intervals(measure, each, telling=clusters, **how)["ratio"]
    if clusters >= TOO_FEW and (estimate < SAME or estimate > 1 - SAME):
        low, high = exact_interval(clusters if estimate > 0.5 else 0, clusters)
        said = _("95 % interval: exact, of {n} clusters (Clopper & Pearson 1934)", n=clusters)
        return plain(estimate, (low, high), together([method, said]), "")
    ci = interval.ci and (max(0.0, interval.ci[0]), min(1.0, interval.ci[1]))
    return plain(estimate, ci, together([method, interval.method if ci else ""]), interval.note)


def mean(values, cluster, weight, **how) -> dict:
    return ratio(values, np.ones(len(values)), cluster, weight, **how)


def plain(estimate, ci, method: str, note: str) -> dict:
    return {
        "estimate": estimate,
        "ci": list(ci) if ci else None,
        "ci_analytic": None,
        "method": method,
        "note": note,
    }
