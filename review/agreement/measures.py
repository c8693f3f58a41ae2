"""Which coefficients a table has: name, method, function of item weights, interval of its own."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cache

import numpy as np

from review.agreement import icc as shrout_fleiss
from review.agreement.alpha import krippendorff
from review.agreement.difference import Nominal, Squared, ratio
from review.agreement.gwet import gwet_ac, gwet_ac_error
from review.agreement.intervals import SAME, TOO_FEW, Measure
from review.agreement.kappa import (
    Cohen,
    brennan_prediger,
    brennan_prediger_error,
    fleiss_error,
    fleiss_kappa,
)
from review.agreement.linearised import t_interval
from review.agreement.percent import percent_agreement
from review.agreement.table import Ratings
from review.agreement.wording import say as _

LINEARISED = "Gwet's linearised variance, t({df}), items independent"
BY_CLUSTER = "Gwet's linearised variance, t({df}), summed within clusters"
LARGE_SAMPLE = "Fleiss, Cohen & Everitt 1969, large sample, items independent"
F_BASED = "Shrout & Fleiss 1979, F-based, items independent"
ONCE = ", too wide as some were rated once"
NO_SPREAD = _("no interval by formula: nothing varies from one to the next, which is not to know it exactly")
NO_F = _("no interval by formula: a mean square is nought, so that F has no finite value")
RATIO_LEVELS = 3000  # the ratio metric needs a table of levels by levels

# (low, high, name), or in words why there is none; None where the note of `ci` says so already.
Analytic = Callable[[float], tuple[float, float, str] | str | None]


@dataclass(frozen=True)
class Coefficient:
    """`value`: the coefficient as a function of item weights (batch by items), NaN where undefined."""

    method: str
    value: Callable[[np.ndarray], np.ndarray] | None = None
    analytic: Analytic | None = None


def coefficients(ratings: Ratings, only: Collection[str] = ()) -> tuple[dict[str, Coefficient], Measure]:
    """Everything but the ICCs, or `only` these, for at least two items rated twice; and the measure of all of them."""
    tally, q = ratings.tally, len(ratings.levels)
    nominal = ratings.scale == "nominal"
    weighting = Nominal() if nominal else Squared(tally.scores)
    ac = _("AC1 (Gwet 2008), unweighted")
    if not nominal:
        ac = _("AC2 (Gwet 2014), quadratic weights on level values")
    found = {
        "percent_agreement": Coefficient(
            _("share of agreeing pairs, mean over items rated twice or more"),
            lambda w: percent_agreement(tally, w),
        ),
        "krippendorff_alpha": _alpha(ratings),
        "gwet_ac": Coefficient(
            ac,
            lambda w: gwet_ac(tally, w, weighting),
            linear(tally, lambda: gwet_ac_error(tally, weighting)),
        ),
        "fleiss_kappa": Coefficient(
            _("Fleiss' kappa, Gwet's generalisation to unequal numbers of raters, unweighted"),
            lambda w: fleiss_kappa(tally, w),
            linear(tally, lambda: fleiss_error(tally)),
        ),
        "brennan_prediger": Coefficient(
            _("Brennan-Prediger, unweighted, {q} levels", q=q),
            lambda w: brennan_prediger(tally, w),
            linear(tally, lambda: brennan_prediger_error(tally)),
        ),
    }
    if ratings.n_raters == 2:
        found["cohen_kappa"] = _cohen(_("Cohen's kappa, unweighted"), Cohen(ratings.codes, q, Nominal()))
        if ratings.scale == "ordinal":
            # By position, as R irr and scikit-learn do; AC2 goes by value, as irrCAC does.
            weighted = Cohen(ratings.codes, q, Squared(np.linspace(0, 1, q)))
            method = _("Cohen's weighted kappa, quadratic weights on the order of the levels")
            found["cohen_kappa_weighted"] = _cohen(method, weighted)
    if only:
        found = {name: coefficient for name, coefficient in found.items() if name in only}
    return found, lambda weights: {name: coefficient.value(weights) for name, coefficient in found.items()}


def icc_coefficients(ratings: Ratings) -> tuple[dict[str, Coefficient], Measure]:
    """The six forms of a complete crossed table of two items and two raters or more, and their measure."""
    table = ratings.scores[ratings.codes]
    # Only where asked for: of a table of the kinds of items that there are, they would mean nothing.
    bounds = cache(lambda: shrout_fleiss.icc_intervals(table))

    def analytic(form):
        return lambda estimate: (*bounds()[form], F_BASED) if bounds()[form] else NO_F

    found = {
        form: Coefficient(_("{form}, {words}", form=form, words=words), analytic=analytic(form))
        for form, words in shrout_fleiss.FORMS.items()
    }
    return found, lambda weights: shrout_fleiss.icc(table, weights)


def _alpha(ratings: Ratings) -> Coefficient:
    method = _("Krippendorff's alpha, {scale} metric, items rated once dropped", scale=ratings.scale)
    if ratings.scale == "ratio" and len(ratings.levels) > RATIO_LEVELS:
        return Coefficient(method, lambda w: np.full(len(w), np.nan))
    difference = {
        "nominal": Nominal,
        "ordinal": lambda: None,
        "interval": lambda: Squared(ratings.scores),
        "ratio": lambda: ratio(ratings.levels),
    }[ratings.scale]()
    return Coefficient(method, krippendorff(ratings.tally, difference))


def linear(tally, error: Callable[[], float], items: int | None = None) -> Analytic:
    """The interval from a linearised `error`; `items`: those that it is of, where not all.

    Of items it has Gwet's degrees of freedom, all items less one, as irrCAC; of clusters those that hold a pair less one.
    """
    paired = tally.paired > 0
    if tally.clusters is None:
        n, telling, name = items or tally.n_items, int(paired.sum()), LINEARISED
    else:
        n = telling = len(np.unique(tally.clusters[paired]))
        name = BY_CLUSTER
    if items is None and not paired.all():
        name += ONCE

    def interval(estimate: float):
        if telling < TOO_FEW:
            return None  # as `ci` has none either, and its note says so
        if not SAME < (found := error()) < np.inf:  # nor where it is no number
            return NO_SPREAD
        return *t_interval(estimate, found, n), name.format(df=n - 1)

    return interval


def _cohen(method: str, cohen: Cohen) -> Coefficient:
    return Coefficient(method, cohen, lambda estimate: large_sample(estimate, cohen))


def large_sample(estimate: float, cohen: Cohen) -> tuple[float, float, str] | str | None:
    if cohen.both.sum() < TOO_FEW:
        return None
    if not SAME < (error := cohen.error()) < np.inf:
        return NO_SPREAD
    reach = 1.959963984540054 * error
    return estimate - reach, min(1.0, estimate + reach), LARGE_SAMPLE
