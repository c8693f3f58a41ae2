"""Intervals over clusters of items, for these raters: bootstrap, or a jackknife where clusters are few."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import stats

from review.agreement.wording import say as _
from review.agreement.wording import together

FEW, TOO_FEW = 20, 5
UNDEFINED_AT_MOST = 0.05
CELLS = 4_000_000  # numbers held at once per array
SAME = 1e-12

Measure = Callable[[np.ndarray], dict[str, np.ndarray]]


@dataclass(frozen=True)
class Interval:
    """`ci` (low, high) or None, how it was made, and what the reader must know about it."""

    ci: tuple[float, float] | None
    method: str
    note: str = ""


def intervals(
    measure: Measure,
    clusters: np.ndarray,
    *,
    unit: str,
    width: int,
    bootstrap: int,
    seed: int,
    most: float = 1.0,
) -> dict[str, Interval]:
    """95 % intervals of every number that `measure` makes from item weights (batch by items).

    `clusters`: each item's cluster, 0..G-1. `width`: the widest row that `measure` builds per resample. `most`: the
    largest value that there can be.
    """
    count = int(clusters.max()) + 1
    if count < TOO_FEW:
        why = _(
            "no interval: needs at least {least} {unit}, has {count}", least=TOO_FEW, unit=unit, count=count
        )
        return _without(measure, clusters, why)
    if count < FEW:
        method = _(
            "95 % interval: jackknife over {count} {unit}, t({df}), these raters",
            count=count,
            unit=unit,
            df=count - 1,
        )
        drops = _in_batches(measure, clusters, 1.0 - np.eye(count), width)
        centre = measure(np.ones((1, len(clusters))))
        return {
            name: _jackknife(values, float(centre[name][0]), method, most) for name, values in drops.items()
        }
    if not bootstrap:
        return _without(measure, clusters, _("no interval: no resamples were asked for"))
    method = _(
        "95 % interval: percentile bootstrap over {count} {unit}, {resamples} resamples, these raters",
        count=count, unit=unit, resamples=bootstrap,
    )  # fmt: skip
    rng = np.random.default_rng(seed)
    batch = max(1, CELLS // max(width, len(clusters)))
    parts = []
    for start in range(0, bootstrap, batch):
        parts.append(_in_batches(measure, clusters, _draw(rng, min(batch, bootstrap - start), count), width))
    return {name: _percentile(np.concatenate([part[name] for part in parts]), method) for name in parts[0]}


def _without(measure, clusters, note: str) -> dict[str, Interval]:
    names = measure(np.ones((1, len(clusters))))
    return {name: Interval(None, "no interval", note) for name in names}


def _draw(rng: np.random.Generator, resamples: int, count: int) -> np.ndarray:
    """How often each cluster is drawn, resamples by clusters."""
    drawn = rng.integers(count, size=(resamples, count)) + count * np.arange(resamples)[:, None]
    return np.bincount(drawn.ravel(), minlength=resamples * count).reshape(resamples, count).astype(float)


def _in_batches(measure, clusters, weights, width) -> dict[str, np.ndarray]:
    batch = max(1, CELLS // max(width, len(clusters)))
    parts = [measure(weights[start : start + batch][:, clusters]) for start in range(0, len(weights), batch)]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _jackknife(values: np.ndarray, centre: float, method: str, most: float) -> Interval:
    undefined = int(np.isnan(values).sum())
    if undefined or np.isnan(centre):
        note = _(
            "no interval: undefined in {n} of the {all} tables with one left out",
            n=undefined,
            all=len(values),
        )
        return Interval(None, "no interval", note)
    count = len(values)
    error = float(np.sqrt((count - 1) / count * ((values - values.mean()) ** 2).sum()))
    reach = float(stats.t.ppf(0.975, count - 1)) * error
    note = _("leaving out any one gives the same value, so the interval has no width") if error < SAME else ""
    return Interval((centre - reach, min(most, centre + reach)), method, note)


def _percentile(values: np.ndarray, method: str) -> Interval:
    defined = values[~np.isnan(values)]
    undefined = len(values) - len(defined)
    share = _("{n} of {all} resamples were undefined", n=undefined, all=len(values)) if undefined else ""
    if undefined > UNDEFINED_AT_MOST * len(values):
        most = f"{UNDEFINED_AT_MOST:.0%}"
        return Interval(
            None, "no interval", _("no interval: {share}, more than {most}", share=share, most=most)
        )
    low, high = (float(bound) for bound in np.percentile(defined, (2.5, 97.5)))
    flat = _("all resamples gave the same value, so the interval has no width") if high - low < SAME else ""
    return Interval((low, high), method, together([share, flat]))
