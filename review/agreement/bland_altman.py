"""How far one rater's scores lie from others' in the unit of the scores: bias and limits of agreement.

Bland & Altman (1986), Lancet 327:307; (1999), Stat Methods Med Res 8:135, for the interval of a limit. The limits are
bias ± 1.96 spread: between them lie 95 % of differences where these are about normal.

Several items of one client are repeated measures of him whose true value varies: the spread is then the root of the
variances between and within clients together, by one-way analysis of variance of the differences (Bland & Altman 2007,
J Biopharm Stat 17:571, section 3), not the plain standard deviation, which takes all items as independent.

A rater against the others: her score minus the mean of theirs on the same item. Their mean has an error of its own, the
larger the fewer they are, so limits are wider than against a true value, and those of two such raters are not comparable
where the numbers of others differ much.
"""

from collections.abc import Iterable, Mapping

import numpy as np
from scipy import sparse, stats

from review.agreement.figure import Figure, Sample, figures, undefined
from review.agreement.head import head, sample, too_little
from review.agreement.percent import divide
from review.agreement.table import Ratings, in_the_mean_1, tabulate
from review.agreement.wording import say as _

Z = 1.96
NAMES = ("bias", "spread", "lower_limit", "upper_limit")
NORMAL = "Bland & Altman 1999, t({df}), items independent and differences normal"


def bland_altman(
    rows: Iterable[tuple], *, bootstrap: int = 1000, seed: int = 0, weights: Mapping | None = None
) -> dict:
    """`rows`: (item, rater, number or None, cluster or None). "raters": {rater: {"n_items", and an object of each of
    NAMES}}, the rater minus the mean of the others. Raises BadRatings.
    """
    ratings = tabulate(rows, scale="interval", weights=weights)
    found = of_ratings(ratings, bootstrap=bootstrap, seed=seed)
    return head(ratings) | {"raters": dict(zip(ratings.raters, found, strict=True))}


def of_ratings(ratings: Ratings, *, bootstrap: int = 1000, seed: int = 0) -> list[dict]:
    """The same of each rater, in the order of the table's columns; of levels that are numbers."""
    scores, around, why = _scores(ratings), sample(ratings, bootstrap, seed), too_little(ratings)
    found = []
    for column in range(ratings.n_raters):
        others = np.delete(scores, column, axis=1)
        there = ~np.isnan(scores[:, column]) & ~np.isnan(others).all(axis=1)
        mean = np.nansum(others[there], axis=1) / (~np.isnan(others[there])).sum(axis=1)
        apart = scores[there, column] - mean
        of = _("minus the mean of the others on the item")
        found.append(_limits(ratings, apart, there, around, of, why))
    return found


def of_two(
    rows: Iterable[tuple], first: str, second: str, *,
    bootstrap: int = 1000, seed: int = 0, weights: Mapping | None = None,
) -> dict:  # fmt: skip
    """The first rater minus the second over the items that both rated; the head is of these two alone."""
    own = (row for row in rows if row[1] in (first, second))
    ratings = tabulate(own, scale="interval", weights=weights)
    both = set(ratings.raters) == {first, second}
    columns = [ratings.raters.index(first), ratings.raters.index(second)] if both else None
    return head(ratings) | two_of_ratings(ratings, columns, bootstrap=bootstrap, seed=seed)


def two_of_ratings(ratings: Ratings, columns, *, bootstrap: int = 1000, seed: int = 0) -> dict:
    """{"n_items", and an object of each of NAMES}, the rater of the first of these columns minus that of the second."""
    scores, around, why = _scores(ratings), sample(ratings, bootstrap, seed), too_little(ratings)
    if why:
        return _limits(ratings, np.empty(0), np.zeros(len(scores), bool), around, "", why)
    apart = scores[:, columns[0]] - scores[:, columns[1]]
    there = ~np.isnan(apart)
    return _limits(ratings, apart[there], there, around, _("minus the other on the item"), "")


def limits(apart, cluster, weight, *, width: float, bootstrap: int = 1000, seed: int = 0) -> dict:
    """The same of differences that are known: one for each item, its cluster (any names) and one over its chance. `width`:
    the largest difference that there can be.
    """
    apart = np.asarray(apart, float)
    clusters = np.unique([str(one) for one in cluster], return_inverse=True)[1]
    own = in_the_mean_1(np.asarray(weight, float))
    around = Sample(clusters, _("clients"), bootstrap, seed, own)
    everything = np.ones(len(apart), bool)
    return _of_differences(
        apart, everything, around, _("minus the mean of the others on the item"), "", True, width
    )


def _scores(ratings: Ratings) -> np.ndarray:
    """Items by raters, NaN where a rating is missing."""
    return np.array([*ratings.levels, np.nan], float)[ratings.codes]


def _limits(ratings: Ratings, apart, there: np.ndarray, around: Sample, of: str, why: str) -> dict:
    unit = float(np.ptp(np.array(ratings.levels, float))) if ratings.levels else 1.0
    return _of_differences(apart, there, around, of, why, ratings.clustered, unit)


def _of_differences(apart, there, around: Sample, of: str, why: str, clustered: bool, unit: float) -> dict:
    n, unit = len(apart), unit or 1.0
    own = np.unique(around.clusters[there], return_inverse=True)[1]
    repeated = clustered and n > 0 and own.max() + 1 < n
    found = _figures(n, of, repeated, unit)
    if not why and n < 2:
        why = _("undefined: fewer than two items were rated by this rater and by another")
    if why:
        return {"n_items": n} | {name: undefined(figure, why) for name, figure in found.items()}
    weights = None if around.weights is None else around.weights[there]
    within = Sample(own, around.unit, around.bootstrap, around.seed, weights)
    objects = figures(found, _measure(apart / unit, own if repeated else None), within)
    if not repeated and around.weights is None:
        for name, bounds in _normal(apart).items():
            objects[name]["ci_analytic"] = dict(zip(("low", "high"), bounds, strict=True)) | {
                "name": NORMAL.format(df=n - 1)
            }
    return {"n_items": n} | objects


def _figures(n: int, of: str, repeated: bool, unit: float) -> dict[str, Figure]:
    how = (
        _("variances between and within clients together (Bland & Altman 2007)")
        if repeated
        else _("standard deviation of the differences")
    )
    about = {"least": -np.inf, "most": np.inf, "unit": unit, "note": _("n = {n} items", n=n)}
    return {
        "bias": Figure(_("mean difference, {of}", of=of), **about),
        "spread": Figure(how, **(about | {"least": 0.0})),
        "lower_limit": Figure(_("bias minus {z} spread; {how}", z=Z, how=how), **about),
        "upper_limit": Figure(_("bias plus {z} spread; {how}", z=Z, how=how), **about),
    }


def _measure(apart: np.ndarray, clients: np.ndarray | None):
    middle = apart.mean()
    d = apart - middle  # around one point, so that nothing is lost to rounding
    spread = _plain(d) if clients is None else _repeated(d, clients)

    def measure(drawn: np.ndarray) -> dict[str, np.ndarray]:
        mean = divide(drawn @ d, drawn.sum(axis=1))
        s = np.sqrt(np.maximum(spread(drawn, mean), 0))
        values = (mean + middle, s, mean + middle - Z * s, mean + middle + Z * s)
        return dict(zip(NAMES, values, strict=True))

    return measure


def _plain(d: np.ndarray):
    def variance(drawn: np.ndarray, mean: np.ndarray) -> np.ndarray:
        n = drawn.sum(axis=1)
        return divide(drawn @ d**2 - n * mean**2, n - 1)

    return variance


def _repeated(d: np.ndarray, clients: np.ndarray):
    rows = np.arange(len(d))
    of = sparse.csr_array((np.ones(len(d)), (rows, clients)))
    sums = sparse.csr_array((d, (rows, clients)))
    size = np.bincount(clients).astype(float)

    def variance(drawn: np.ndarray, mean: np.ndarray) -> np.ndarray:
        each, total = drawn @ of, drawn @ sums
        times = each / size  # how often the client was drawn
        n, clients_n = drawn.sum(axis=1), times.sum(axis=1)
        own = np.divide(total**2, each, out=np.zeros_like(each), where=each > 0).sum(axis=1)
        between = divide(own - n * mean**2, clients_n - 1)
        within = divide(drawn @ d**2 - own, n - clients_n)
        typical = divide(n - (times * size**2).sum(axis=1) / n, clients_n - 1)
        return np.maximum(between - within, 0) / typical + within

    return variance


def _normal(apart: np.ndarray) -> dict[str, tuple[float, float]]:
    n, mean, s = len(apart), float(apart.mean()), float(apart.std(ddof=1))
    t = float(stats.t.ppf(0.975, n - 1))
    of_bias, of_limit = t * s / np.sqrt(n), t * s * np.sqrt(1 / n + Z**2 / (2 * (n - 1)))
    low, high = mean - Z * s, mean + Z * s
    return {
        "bias": (float(mean - of_bias), float(mean + of_bias)),
        "lower_limit": (float(low - of_limit), float(low + of_limit)),
        "upper_limit": (float(high - of_limit), float(high + of_limit)),
    }
