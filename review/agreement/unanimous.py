"""Where no two raters differed on anything, resamples do not either, and their interval would have no width: it would say
that they never will. What can be said is how often they may differ and nevertheless be seen not to, among so few items:
the exact bound of Clopper & Pearson on the share of clusters in which they do (about 3.7 in n). Taken as the share of
items, and each as a full disagreement, it is carried to the coefficient by its own chance agreement: never too narrow.

Where no two ever agreed it is the same the other way round, for percent agreement and Brennan-Prediger, in which chance
does not hang on what was said. Where items were chosen with unequal chances, the bound is that of as many clusters as
would tell as much if they had been chosen alike (Korn & Graubard 1998, Survey Methodology 24).
"""

import numpy as np

from review.agreement.exact import exact_interval
from review.agreement.intervals import SAME, TOO_FEW
from review.agreement.table import Ratings
from review.agreement.wording import Said
from review.agreement.wording import say as _

UNWEIGHTED = {"percent_agreement", "fleiss_kappa", "brennan_prediger", "cohen_kappa"}
OF_CLUSTERS = _("95 % interval: no disagreement seen, exact bound on the share of clusters with one")
OF_ITEMS = _("95 % interval: no disagreement seen, exact bound on the share of items with one")
NOMINAL = UNWEIGHTED | {"gwet_ac", "krippendorff_alpha"}


def interval(ratings: Ratings, name: str, estimate: float) -> tuple[tuple[float, float], Said] | None:
    """(the 95 % interval, how it was made) of a coefficient whose resamples are all the same, as nobody differed or no
    two agreed; None where no such bound is known, or the clusters are worth too few.
    """
    known = NOMINAL if ratings.scale == "nominal" else UNWEIGHTED
    n = ratings.n_telling
    if name not in known or n < TOO_FEW:
        return None
    if estimate == 1:
        shares = np.array(list(ratings.prevalence().values()))
        low = bound(name, clusters=n, shares=shares)
        return (low, 1.0), OF_CLUSTERS if ratings.clustered else OF_ITEMS
    chance = {"percent_agreement": 0.0, "brennan_prediger": 1 / max(1, len(ratings.levels))}.get(name)
    if chance is None or abs(estimate - (0 - chance) / (1 - chance)) > SAME:
        return None
    high = (exact_interval(0, n)[1] - chance) / (1 - chance)
    unit = _("clusters") if ratings.clustered else _("items")
    how = _("95 % interval: no agreement seen, exact bound on the share of {unit} with any", unit=unit)
    return (estimate, high), how


def bound(name: str, *, clusters: int, shares: np.ndarray) -> float:
    """Of so many clusters in which nobody differed; `shares`: of each level, used or not."""
    differ = 1 - exact_interval(clusters, clusters)[0]
    return max(-1.0, 1 - differ / _apart_by_chance(name, shares))


def _apart_by_chance(name: str, shares: np.ndarray) -> float:
    """How often two raters differ by the coefficient's idea of chance."""
    q = len(shares)
    return {
        "percent_agreement": lambda: 1.0,
        "brennan_prediger": lambda: 1 - 1 / q,
        "gwet_ac": lambda: 1 - float((shares * (1 - shares)).sum()) / (q - 1),
    }.get(name, lambda: 1 - float((shares**2).sum()))()
