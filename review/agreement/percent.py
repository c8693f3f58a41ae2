"""Percent agreement: the share of agreeing pairs of ratings, per item, then the mean over items."""

import numpy as np

from review.agreement.difference import Difference, Nominal
from review.agreement.tally import Tally


def divide(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """above / below, NaN (the mark of "undefined" between these modules) where below is not above zero."""
    above, below = np.broadcast_arrays(np.asarray(above, float), np.asarray(below, float))
    return np.divide(above, below, out=np.full(above.shape, np.nan), where=below > 0)


def item_agreement(tally: Tally, difference: Difference) -> np.ndarray:
    """Per item 1 - mean difference over its pairs; 0 for an item with fewer than two ratings."""
    pairs = np.where(tally.paired > 0, tally.size * (tally.size - 1), 1)
    return tally.paired * (1 - difference.within(tally.counts) / pairs)


def percent_agreement(tally: Tally, weights: np.ndarray, difference: Difference | None = None) -> np.ndarray:
    """Agreement over the items with at least two ratings, one number for each row of item weights."""
    agreeing = item_agreement(tally, difference or Nominal())
    return divide(weights @ agreeing, weights @ tally.paired)
