"""The six intraclass correlations of Shrout & Fleiss (1979), for a complete crossed table only."""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from review.agreement.percent import divide
from review.agreement.wording import say as _

FORMS = {
    "ICC(1,1)": _("one-way random, single rating"),
    "ICC(2,1)": _("two-way random, absolute agreement, single rating"),
    "ICC(3,1)": _("two-way mixed, consistency, single rating"),
    "ICC(1,k)": _("one-way random, mean of the raters"),
    "ICC(2,k)": _("two-way random, absolute agreement, mean of the raters"),
    "ICC(3,k)": _("two-way mixed, consistency, mean of the raters"),
}
NOTHING = 1e-20  # a mean square below this, on scores in 0..1, is rounding


@dataclass(frozen=True)
class MeanSquares:
    """Mean squares between items, within items, between raters and residual, per row of item weights."""

    n: np.ndarray
    k: int
    items: np.ndarray
    within: np.ndarray
    raters: np.ndarray
    residual: np.ndarray


def mean_squares(table: np.ndarray, weights: np.ndarray) -> MeanSquares:
    """`table` items by raters, scores in 0..1 without a gap; at least two raters and two items."""
    k = table.shape[1]
    n = weights.sum(axis=1)
    own = table.mean(axis=1)
    grand = (weights @ own) / n
    rater = (weights @ table) / n[:, None]
    items = k * (weights * (own[None, :] - grand[:, None]) ** 2).sum(axis=1)
    within = weights @ ((table - own[:, None]) ** 2).sum(axis=1)
    raters = n * ((rater - grand[:, None]) ** 2).sum(axis=1)
    residual = np.maximum(within - raters, 0)
    squares = (items / (n - 1), within / (n * (k - 1)), raters / (k - 1), residual / ((n - 1) * (k - 1)))
    return MeanSquares(n, k, *(np.where(square > NOTHING, square, 0) for square in squares))


def icc(table: np.ndarray, weights: np.ndarray) -> dict[str, np.ndarray]:
    """The six forms by name, NaN where undefined."""
    ms = mean_squares(table, weights)
    n, k, r, w, c, e = ms.n, ms.k, ms.items, ms.within, ms.raters, ms.residual
    return {
        "ICC(1,1)": divide(r - w, r + (k - 1) * w),
        "ICC(2,1)": divide(r - e, r + (k - 1) * e + k * (c - e) / n),
        "ICC(3,1)": divide(r - e, r + (k - 1) * e),
        "ICC(1,k)": divide(r - w, r),
        "ICC(2,k)": divide(r - e, r + (c - e) / n),
        "ICC(3,k)": divide(r - e, r),
    }


def icc_intervals(table: np.ndarray) -> dict[str, tuple[float, float] | None]:
    """95 % F-based intervals (Shrout & Fleiss 1979; McGraw & Wong 1996); None where F has no finite value."""
    everyone = np.ones((1, len(table)))
    ms = mean_squares(table, everyone)
    n, k = len(table), ms.k
    r, w, c, e = (float(square[0]) for square in (ms.items, ms.within, ms.raters, ms.residual))
    intervals = dict.fromkeys(FORMS)
    if r and w:
        f, df = r / w, (n - 1, n * (k - 1))
        intervals["ICC(1,1)"], intervals["ICC(1,k)"] = _single_and_mean(f, df, k)
    if r and e:
        intervals["ICC(3,1)"], intervals["ICC(3,k)"] = _single_and_mean(r / e, (n - 1, (n - 1) * (k - 1)), k)
        rho = float(icc(table, everyone)["ICC(2,1)"][0])
        single = _absolute(n, k, r, c, e, rho)
        intervals["ICC(2,1)"] = single
        if 1 + (k - 1) * single[0] > 0:  # else the step from one rating to the mean of k has a pole inside
            intervals["ICC(2,k)"] = tuple(k * bound / (1 + (k - 1) * bound) for bound in single)
    return intervals


def _single_and_mean(f, df, k):
    low, high = f / stats.f.ppf(0.975, *df), f * stats.f.ppf(0.975, df[1], df[0])
    single = tuple(float((bound - 1) / (bound + k - 1)) for bound in (low, high))
    return single, tuple(float(1 - 1 / bound) for bound in (low, high))


def _absolute(n, k, r, c, e, rho):
    """ICC(2,1), with Satterthwaite's degrees of freedom."""
    rest = n * (1 + (k - 1) * rho) - k * rho
    f = c / e
    v = (k - 1) * (n - 1) * (k * rho * f + rest) ** 2 / ((n - 1) * k**2 * rho**2 * f**2 + rest**2)
    upper, lower = stats.f.ppf(0.975, n - 1, v), stats.f.ppf(0.975, v, n - 1)
    noise = k * c + (k * n - k - n) * e
    low = n * (r - upper * e) / (upper * noise + n * r)
    high = n * (lower * r - e) / (noise + n * lower * r)
    return float(low), float(high)
