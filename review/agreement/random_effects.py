"""Intraclass correlations of scores where raters differ from item to item: random effects, not mean squares.

ten Hove, Jorgensen & van der Ark (2024), Psychological Methods 29:967: which coefficient says what, and the numbers k̂ and
Q of an incomplete design (Putka et al. 2008, J Appl Psychol 93:959). The same (2025), Multivariate Behav Res 60:1042:
maximum likelihood with Monte Carlo intervals is what they prefer. Raters are a sample of all who might have rated.

A: absolute agreement, a rater who is stricter counts as error; C: consistency, she does not. `1`: one rating; `k`: the
mean of all raters; `k̂`: of as many as an item usually has (the harmonic mean); `Q`: such means compared between items, of
whose differences as much comes from the raters as these differ (Q is 0 where all items have the same raters).

On a complete table in which no component comes out below nought these are Shrout & Fleiss's: ICC(A,1) = ICC(2,1),
ICC(C,1) = ICC(3,1), with k alike. Items rated once count too. `nested`: every item has raters of its own, or nobody knows
who rated; strictness is then part of the error.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from review.agreement.design_sums import Design
from review.agreement.design_sums import design as design_of
from review.agreement.figure import Figure, figures, undefined
from review.agreement.head import head, sample, too_little
from review.agreement.intervals import UNDEFINED_AT_MOST
from review.agreement.percent import divide
from review.agreement.reml import Components, reml, spread_of_logs
from review.agreement.table import Ratings, tabulate
from review.agreement.values import BadRatings
from review.agreement.wording import say as _
from review.agreement.wording import together

DESIGNS = ("crossed", "nested")
CROSSED = {
    "ICC(A,1)": _("absolute agreement, one rating"),
    "ICC(A,k)": _("absolute agreement, mean of all raters"),
    "ICC(A,khat)": _("absolute agreement, mean of as many raters as an item usually has"),
    "ICC(C,1)": _("consistency, one rating"),
    "ICC(C,k)": _("consistency, mean of all raters"),
    "ICC(Q,khat)": _("items compared by the means of the raters they have"),
}
NESTED = {
    "ICC(1)": _("each item with raters of its own, one rating"),
    "ICC(khat)": _("each item with raters of its own, mean of as many as an item usually has"),
}
VARIANCES = {
    "items": _("variance between items"),
    "raters": _("variance between raters in their means"),
    "residual": _("variance that is left, of raters differing from item to item"),
}
NORMAL = (
    "ten Hove et al. 2025, Monte Carlo from the REML information, over items and raters, items independent"
)
AT_THE_EDGE = _("no interval: in every resample too, which is not to know it exactly")
DRAWS = 10_000
MOST_PAIRS = 30_000_000  # of ratings of the same item
FEW_RATERS = 10


@dataclass(frozen=True)
class Means:
    """Of the design: `k` raters in all, `k_hat` per item, `q`: the part of raters' variance in differences of items."""

    k: int
    k_hat: float
    q: float


def random_effects_icc(
    rows: Iterable[tuple], *, design: str = "crossed",
    bootstrap: int = 1000, seed: int = 0, weights: Mapping | None = None,
) -> dict:  # fmt: skip
    """`rows`: (item, rater, number or None, cluster or None). Gives `k`, `k_hat`, `q`, "variances" (in the unit of the
    scores, squared) and "icc", all as in the README. Raises BadRatings.
    """
    ratings = tabulate(rows, scale="interval", weights=weights)
    return of_ratings(ratings, design=design, bootstrap=bootstrap, seed=seed)


def of_ratings(ratings: Ratings, *, design: str = "crossed", bootstrap: int = 1000, seed: int = 0) -> dict:
    """The same of a table that is there already; ordered levels are taken by their values, as if equally far apart."""
    if design not in DESIGNS:
        raise BadRatings(f"the design {design!r} is none of {', '.join(DESIGNS)}")
    if bootstrap < 0:
        raise BadRatings("the number of resamples is below zero")
    crossed = design == "crossed"
    means = means_of(ratings.codes >= 0) if ratings.n_ratings else None
    about = head(ratings) | {
        "k": ratings.n_raters,
        "k_hat": means and means.k_hat,
        "q": means.q if means and crossed else None,
    }
    icc, parts = _figures(crossed)
    if reason := too_little(ratings) or _unseen(ratings, crossed):
        return about | _nothing(icc, parts, reason)
    # Items with the same ratings are put together: their sums are the same, and there are far fewer kinds than items.
    kinds, of_item = ratings.kinds(by_rater=True)
    around = sample(ratings, bootstrap, seed, of_item)
    scores = np.array([*ratings.scores, np.nan])
    table = design_of(scores[kinds.codes], centre=float(scores[ratings.codes[ratings.codes >= 0]].mean()))
    everyone = around.drawn.whole()
    whole = reml(table.sums(everyone), raters=crossed)

    def measure(drawn: np.ndarray) -> dict[str, np.ndarray]:
        found = reml(table.sums(drawn), raters=crossed, start=whole)
        return _coefficients(found, means, crossed) | _variances(found, crossed)

    note = _edges(whole, crossed, ratings)
    unit = float(np.ptp(np.array(ratings.levels, float))) ** 2
    bounds = _monte_carlo(table, everyone, whole, means, crossed, around.seed)
    icc, parts = _figures(crossed, note, bounds, unit)
    objects = figures(icc | parts, measure, around, width=table.width)
    if whole.items[0] == 0:
        for name in icc:
            _without_width(objects[name], note)
    return about | {
        "variances": {name: objects[name] for name in parts},
        "icc": {name: objects[name] for name in icc},
    }


def means_of(there: np.ndarray) -> Means:
    """`there`: items by raters, whether there is a rating; every item has one."""
    size = there.sum(axis=1)
    n, one_over = len(size), 1 / size
    k_hat = n / one_over.sum()
    if n < 2:
        return Means(there.shape[1], float(k_hat), 0.0)
    shared = ((one_over @ there) ** 2).sum() - one_over.sum()
    return Means(there.shape[1], float(k_hat), max(0.0, float(1 / k_hat - shared / (n * (n - 1)))))


def _coefficients(found: Components, means: Means, crossed: bool) -> dict[str, np.ndarray]:
    s, r, e = found.items, found.raters, found.residual
    k, k_hat = means.k, means.k_hat
    if not crossed:
        return {"ICC(1)": divide(s, s + e), "ICC(khat)": divide(s, s + e / k_hat)}
    return {
        "ICC(A,1)": divide(s, s + r + e),
        "ICC(A,k)": divide(s, s + (r + e) / k),
        "ICC(A,khat)": divide(s, s + (r + e) / k_hat),
        "ICC(C,1)": divide(s, s + e),
        "ICC(C,k)": divide(s, s + e / k),
        "ICC(Q,khat)": divide(s, s + means.q * r + e / k_hat),
    }


def _variances(found: Components, crossed: bool) -> dict[str, np.ndarray]:
    return {name: getattr(found, name) for name in VARIANCES if crossed or name != "raters"}


def _monte_carlo(table: Design, everyone, whole: Components, means: Means, crossed: bool, seed: int):
    """{coefficient: (low, high)}; empty where there is no variance between items, or no information to draw from."""
    spread = spread_of_logs(table.sums(everyone), whole)
    if spread is None:
        return {}
    parts = np.array([whole.items[0], whole.raters[0], whole.residual[0]])
    rng = np.random.default_rng(seed)
    there = parts > 0
    drawn = np.zeros((3, DRAWS))
    drawn[there] = _draw(rng, parts[there], spread)
    found = _coefficients(Components(*drawn), means, crossed)
    # A draw without any variance says nothing; many of them, and the information is of no use.
    told = {name: values[np.isfinite(values)] for name, values in found.items()}
    return {
        name: tuple(map(float, np.percentile(values, (2.5, 97.5))))
        for name, values in told.items()
        if len(values) > (1 - UNDEFINED_AT_MOST) * DRAWS
    }


def _draw(rng: np.random.Generator, parts: np.ndarray, spread: np.ndarray) -> np.ndarray:
    """Normal around the estimates, as ten Hove et al. do it; a variance that falls below nought is nought."""
    off = np.linalg.cholesky(spread) @ rng.standard_normal((len(parts), DRAWS))
    return parts[:, None] * np.maximum(0.0, 1 + off)


def _unseen(ratings: Ratings, crossed: bool) -> str:
    """Why the components cannot be told apart, in words; empty when they can."""
    there = ratings.codes >= 0
    size = there.sum(axis=1)
    if (size.astype(float) ** 2).sum() > MOST_PAIRS:
        return _(
            "undefined: more than {n} pairs of ratings of the same items, too many to hold", n=MOST_PAIRS
        )
    if ratings.n_observed < 2:
        return _("undefined: no variation observed, every rating is the same")
    if not crossed:
        return ""
    row, column = np.nonzero(there)
    links = coo_array(
        (np.ones(len(row)), (row, column + len(there))), shape=(sum(there.shape), sum(there.shape))
    )
    parts = connected_components(links, directed=False, return_labels=False)
    if ratings.n_ratings - sum(there.shape) + parts < 1:
        return _(
            "undefined: how strict raters are and what is left cannot be told apart, too few items share raters"
        )
    return ""


def _edges(whole: Components, crossed: bool, ratings: Ratings) -> str:
    notes = []
    if whole.items[0] == 0:
        notes.append(_("the variance between items came out as nought"))
    if crossed and whole.raters[0] == 0:
        notes.append(_("the variance between raters came out as nought"))
    if crossed and ratings.n_raters < FEW_RATERS:
        notes.append(_("{n} raters tell little of how strict other raters would be", n=ratings.n_raters))
    return together(notes)


def _without_width(one: dict, note: str) -> None:
    """Where the variance between items is at its edge, so it may be in all resamples: that is not to know it exactly."""
    if one["ci"] and one["ci"][0] == one["ci"][1]:
        one |= {"ci": None, "note": together([note, AT_THE_EDGE])}


def _figures(
    crossed: bool, note: str = "", bounds: Mapping | None = None, unit: float = 1.0
) -> tuple[dict, dict]:
    def analytic(name):
        return (lambda estimate: (*bounds[name], NORMAL)) if name in (bounds or {}) else None

    icc = {
        name: Figure(
            _("{form}, {words}, random effects by REML", form=name, words=words),
            note=note,
            least=0.0,
            analytic=analytic(name),
        )
        for name, words in (CROSSED if crossed else NESTED).items()
    }
    parts = {
        name: Figure(_("{words}, REML", words=words), least=0.0, most=np.inf, unit=unit)
        for name, words in VARIANCES.items()
        if crossed or name != "raters"
    }
    return icc, parts


def _nothing(icc: dict, parts: dict, reason: str) -> dict:
    return {
        "variances": {name: undefined(figure, reason) for name, figure in parts.items()},
        "icc": {name: undefined(figure, reason) for name, figure in icc.items()},
    }
