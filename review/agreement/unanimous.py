"""Where no two raters differed on anything, resamples do not either, and their interval would have no width: it would say
that they never will. What can be said is how often they may differ and nevertheless be seen not to, among so few items:
the exact bound of Clopper & Pearson on the share of clusters in which they do (about 3.7 in n). Taken as the share of
items, and each as a full disagreement, it is carried to the coefficient by its own chance agreement: never too narrow.
"""

import numpy as np

from review.agreement.exact import exact_interval
from review.agreement.table import Ratings
from review.agreement.wording import Said
from review.agreement.wording import say as _

UNWEIGHTED = {"percent_agreement", "fleiss_kappa", "brennan_prediger", "cohen_kappa"}
NO_BOUND = _("no interval: leaving out any one changes nothing, which is not to know it exactly")
OF_CLUSTERS = _("95 % interval: no disagreement seen, exact bound on the share of clusters with one")
NOMINAL = UNWEIGHTED | {"gwet_ac", "krippendorff_alpha"}


def lower_bound(ratings: Ratings, name: str) -> float | None:
    """The lower end of the 95 % interval of a coefficient that is 1 as nobody differed; None where it is another one."""
    if name not in (NOMINAL if ratings.scale == "nominal" else UNWEIGHTED) or ratings.weights is not None:
        return None
    paired = (ratings.codes >= 0).sum(axis=1) >= 2
    shares = np.array(list(ratings.prevalence().values()))
    return bound(name, clusters=len(np.unique(ratings.clusters[paired])), shares=shares)


def bound(name: str, *, clusters: int, shares: np.ndarray) -> float:
    """Of so many clusters in which nobody differed; `shares`: of each level, used or not."""
    differ = 1 - exact_interval(clusters, clusters)[0]
    return max(-1.0, 1 - differ / _apart_by_chance(name, shares))


def method(ratings: Ratings) -> Said:
    if ratings.clustered:
        return OF_CLUSTERS
    return _("95 % interval: no disagreement seen, exact bound on the share of items with one")


def _apart_by_chance(name: str, shares: np.ndarray) -> float:
    """How often two raters differ by the coefficient's idea of chance."""
    q = len(shares)
    return {
        "percent_agreement": lambda: 1.0,
        "brennan_prediger": lambda: 1 - 1 / q,
        "gwet_ac": lambda: 1 - float((shares * (1 - shares)).sum()) / (q - 1),
    }.get(name, lambda: 1 - float((shares**2).sum()))()
