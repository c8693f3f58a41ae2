"""Variance components of a two-way random model of an incomplete table, by restricted maximum likelihood.

Patterson & Thompson (1971), Biometrika 58:545. With V = I + a ZZ' + c WW' (Z items, W raters; variances over that of the
residual) and Q = y'Py the restricted deviance is (n - 1) log Q + log|V| + log(1'V⁻¹1). Items go by Woodbury's identity
one by one, raters in one matrix of raters by raters. Its gradient is exact, its second derivatives are differences of the
gradient, and the search is Newton's with Marquardt's damping, on logarithms, for a whole batch of resamples at once.
"""

from dataclasses import dataclass, replace

import numpy as np

from review.agreement.design_sums import Sums

LOWEST, HIGHEST = np.log(1e-7), np.log(1e8)
NOTHING = 1e-5  # a ratio below this is tried as nought
THIN = 1e-5  # a residual below this part of the whole has nothing but rounding in it
STEP, ENOUGH, STEPS, LONGEST = 1e-5, 1e-10, 80, 3.0


@dataclass(frozen=True)
class Components:
    """Variances between items, between raters and of the residual; one of each per batch."""

    items: np.ndarray
    raters: np.ndarray
    residual: np.ndarray


def reml(sums: Sums, *, raters: bool = True, start: Components | None = None) -> Components:
    """`raters` False: the one-way model, in which they are part of the residual. `start`: components of one table near by.
    NaN where items are fewer than two.
    """
    at = _starting(start, raters)
    found = _fit(sums, at)
    total = sums.squared / sums.n
    thin = np.flatnonzero(found.residual < THIN * total)
    if len(thin):
        # Ratings that agree to the last digit have no likelihood: a millionth of their variance is left to them.
        again = sums[thin]
        again = _fit(replace(again, squared=again.squared * (1 + THIN / 10)), at)
        for name in ("items", "raters", "residual"):
            getattr(found, name)[thin] = getattr(again, name)
    return found


def _starting(start: Components | None, raters: bool) -> np.ndarray:
    """Logarithms of the ratios from which the search goes out."""
    parts = np.full(2, 0.5)
    if start is not None and start.residual[0] > 0:
        parts = np.array([start.items[0], start.raters[0]]) / start.residual[0]
    return np.log(np.clip(parts, 1e-2, 1e4))[: 2 if raters else 1]


def _fit(sums: Sums, start: np.ndarray) -> Components:
    at = _search(sums, np.tile(start, (len(sums.items), 1)))
    ratio = np.exp(at) if len(start) == 2 else np.column_stack([np.exp(at), np.zeros(len(at))])
    ratio = _at_the_edge(sums, ratio)
    residual = _deviance(sums, ratio)[2]
    return Components(ratio[:, 0] * residual, ratio[:, 1] * residual, residual)


def spread_of_logs(sums: Sums, found: Components) -> np.ndarray | None:
    """Covariance of the logarithms of the components that are not nought (items, raters, residual, in this order), from
    the observed information of one table; None where it cannot be inverted.
    """
    parts = np.array([found.items[0], found.raters[0]])
    there = np.flatnonzero(parts > 0)
    residual = found.residual[0]
    if not len(there) or not residual > 0:
        return None
    at = np.log(parts[there] / residual)[None, :]
    at, both = (at, there) if len(there) == 2 or there[0] == 0 else (None, there)
    if at is None:
        return None  # no variance between items: nothing to be estimated
    bend = _bend(sums, at, _on_logs(sums, at)[1])[0]
    full = np.zeros((1, 2))
    full[0, both] = np.exp(at[0])
    fall = _deviance(sums, full)[3][0, both] * full[0, both] / residual
    n = float(sums.n[0]) - 1
    information = (
        np.block([[bend + np.outer(fall, fall) / n, fall[:, None]], [fall[None, :], np.array([[n]])]]) / 2
    )
    try:
        spread = np.linalg.inv(information)
    except np.linalg.LinAlgError:
        return None
    turn = np.eye(len(both) + 1)
    turn[:-1, -1] = 1  # the logarithm of a variance is that of its ratio plus that of the residual's
    spread = turn @ spread @ turn.T
    return spread if (np.linalg.eigvalsh(spread) > 0).all() else None


def _search(sums: Sums, at: np.ndarray) -> np.ndarray:
    at[sums.items.sum(axis=1) <= 1] = np.nan
    open_ = np.flatnonzero(~np.isnan(at[:, 0]))
    own = _only(sums, open_)
    value, slope = _on_logs(own, at[open_])
    bend = _bend(own, at[open_], slope)
    damping = np.full(len(open_), 1e-3)
    for _turn in range(STEPS):
        if not len(open_):
            break
        here = at[open_]
        free = ~(((here <= LOWEST) & (slope > 0)) | ((here >= HIGHEST) & (slope < 0)))
        there = np.clip(here + _step(np.where(free, slope, 0.0), bend, damping, free), LOWEST, HIGHEST)
        found, new_slope = _on_logs(own, there)
        better = found <= value
        ready = (better & (value - found < ENOUGH)) | (damping > 1e12)
        at[open_[better]] = there[better]
        value, slope = np.where(better, found, value), np.where(better[:, None], new_slope, slope)
        damping = np.where(better, np.maximum(damping / 10, 1e-9), damping * 10)
        if ready.any():
            keep = np.flatnonzero(~ready)
            open_, own, better = open_[keep], _only(own, keep), better[keep]
            value, slope, bend, damping = value[keep], slope[keep], bend[keep], damping[keep]
        moved = np.flatnonzero(better)
        if len(moved):
            bend[moved] = _bend(_only(own, moved), at[open_[moved]], slope[moved])
    return at


def _only(sums: Sums, rows: np.ndarray) -> Sums:
    return sums if len(rows) == len(sums.items) else sums[rows]


def _step(slope, bend, damping, free) -> np.ndarray:
    size = slope.shape[1]
    scale = np.abs(np.einsum("bii->bi", bend)) + 1e-8
    if size == 1:
        step = -slope / (np.abs(bend[:, 0]) + damping[:, None] * scale + 1e-12)
        return np.clip(step, -LONGEST, LONGEST)
    both = free.all(axis=1)
    cross = np.where(both, bend[:, 0, 1], 0.0)
    values, vectors = np.linalg.eigh(
        np.stack([np.stack([bend[:, 0, 0], cross], -1), np.stack([cross, bend[:, 1, 1]], -1)], -2)
    )
    values = np.abs(values) + damping[:, None] * scale.max(axis=1, keepdims=True) + 1e-12
    turned = np.einsum("bij,bi->bj", vectors, slope) / values
    return np.clip(-np.einsum("bij,bj->bi", vectors, turned), -LONGEST, LONGEST)


def _bend(sums: Sums, at: np.ndarray, slope: np.ndarray) -> np.ndarray:
    """Second derivatives, from differences of the gradient."""
    columns = [(_on_logs(sums, at + step)[1] - slope) / STEP for step in STEP * np.eye(at.shape[1])]
    bend = np.stack(columns, axis=-1)
    return (bend + bend.transpose(0, 2, 1)) / 2


def _on_logs(sums: Sums, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Deviance, and its gradient by the logarithms of the ratios."""
    ratio = np.exp(at)
    both = ratio if at.shape[1] == 2 else np.column_stack([ratio, np.zeros(len(ratio))])
    value, slope, _residual, _fall = _deviance(sums, both)
    return value, slope[:, : at.shape[1]] * ratio


def _at_the_edge(sums: Sums, ratio: np.ndarray) -> np.ndarray:
    """Ratios of nought where the deviance is no larger there."""
    for axis in range(2):
        small = np.flatnonzero((ratio[:, axis] > 0) & (ratio[:, axis] < NOTHING))
        if len(small):
            tried = ratio[small].copy()
            tried[:, axis] = 0.0
            better = _deviance(sums[small], tried)[0] <= _deviance(sums[small], ratio[small])[0] + ENOUGH
            ratio[small[better]] = tried[better]
    return ratio


def _deviance(sums: Sums, ratio: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The profiled restricted deviance, its gradient by the two ratios, the variance of the residual, and how fast Q
    falls with each ratio.
    """
    a, c = ratio[:, 0], ratio[:, 1]
    k = sums.k
    grown = 1 + a[:, None] * k
    shrink = a[:, None] / grown
    xx = (sums.items * k / grown).sum(axis=1)
    xy = (sums.total / grown).sum(axis=1)
    yy = sums.squared - (shrink * sums.total_squared).sum(axis=1)
    wx = np.einsum("bkr,bk->br", sums.by_rater, 1 / grown)
    wy = sums.of_rater - np.einsum("bkr,bk->br", sums.total_by_rater, shrink)
    raters = wx.shape[1]
    ww = -np.einsum("bkrs,bk->brs", sums.together, shrink)
    diagonal = np.arange(raters)
    ww[:, diagonal, diagonal] += sums.by_rater.sum(axis=1)
    m = c[:, None, None] * ww
    m[:, diagonal, diagonal] += 1
    inverse = np.linalg.inv(m)
    mx, my = (np.einsum("brs,bs->br", inverse, one) for one in (wx, wy))
    xx_v = xx - c * (wx * mx).sum(axis=1)
    xy_v = xy - c * (wx * my).sum(axis=1)
    yy_v = yy - c * (wy * my).sum(axis=1)
    mean = xy_v / xx_v
    q = np.maximum(yy_v - xy_v * mean, 1e-300)
    n = sums.n
    _sign, log_m = np.linalg.slogdet(m)
    value = (n - 1) * np.log(q) + (sums.items * np.log(grown)).sum(axis=1) + log_m + np.log(xx_v)

    # By c: W'Py, and the trace of W'PW.
    wpy = my - mx * mean[:, None]
    trace_c = np.einsum("brs,bsr->b", inverse, ww) - (mx**2).sum(axis=1) / xx_v
    # By a: Z'Py of an item is what it lies off its mean and its raters, shrunken.
    effects, h = c[:, None] * wpy, c[:, None] * mx
    off = (
        sums.total_squared
        - 2 * mean[:, None] * k * sums.total
        - 2 * np.einsum("bkr,br->bk", sums.total_by_rater, effects)
        + mean[:, None] ** 2 * k**2 * sums.items
        + 2 * mean[:, None] * k * np.einsum("bkr,br->bk", sums.by_rater, effects)
        + _square(sums.together, effects)
    )
    own = k**2 * sums.items - 2 * k * np.einsum("bkr,br->bk", sums.by_rater, h) + _square(sums.together, h)
    inner = np.einsum("bkrs,bk->brs", sums.together, 1 / grown**2)
    trace_a = xx - c * np.einsum("brs,bsr->b", inverse, inner) - (own / grown**2).sum(axis=1) / xx_v
    fall = np.column_stack([(off / grown**2).sum(axis=1), (wpy**2).sum(axis=1)])
    slope = np.column_stack([trace_a, trace_c]) - ((n - 1) / q)[:, None] * fall
    return value, slope, q / (n - 1), fall


def _square(together: np.ndarray, vector: np.ndarray) -> np.ndarray:
    return np.einsum("bkrs,br,bs->bk", together, vector, vector, optimize=True)
