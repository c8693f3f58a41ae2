"""Gwet's AC1 (nominal) and AC2 (weighted). Missing ratings as in Gwet (2014) and irrCAC."""

import numpy as np

from review.agreement.difference import Difference
from review.agreement.linearised import standard_error
from review.agreement.percent import divide, item_agreement, percent_agreement
from review.agreement.tally import Tally


def _chance_factor(tally: Tally, difference: Difference) -> float:
    """Sum of the agreement weights over q (q - 1)."""
    q = tally.n_levels
    ones = np.ones(q)
    return (q * q - difference.between(ones, ones)) / (q * (q - 1))


def gwet_ac(tally: Tally, weights: np.ndarray, difference: Difference) -> np.ndarray:
    """AC over the items as weighted (batch by items); undefined (NaN) below two levels or without a pair."""
    if tally.n_levels < 2:
        return np.full(len(weights), np.nan)
    pa = percent_agreement(tally, weights, difference)
    shares = tally.prevalence(weights)
    pe = _chance_factor(tally, difference) * (shares * (1 - shares)).sum(axis=1)
    return divide(pa - pe, 1 - pe)


def gwet_ac_error(tally: Tally, difference: Difference) -> float:
    """Standard error by Gwet's linearised variance; at least two items, two levels and one pair."""
    everyone = np.ones((1, tally.n_items))
    shares = tally.prevalence(everyone)[0]
    factor = _chance_factor(tally, difference)
    pe = factor * float((shares * (1 - shares)).sum())
    estimate = float(gwet_ac(tally, everyone, difference)[0])
    item_pe = factor * (tally.shares @ (1 - shares))
    return standard_error(tally, item_agreement(tally, difference), pe, item_pe, estimate)
