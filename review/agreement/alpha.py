"""Krippendorff's alpha.

Krippendorff (2019), Content Analysis, 4th ed., ch. 12; (2011), Computing Krippendorff's Alpha-Reliability.
Items with one rating are dropped, so the marginals are those of the pairable ratings.
"""

from collections.abc import Callable

import numpy as np

from review.agreement.difference import Difference
from review.agreement.percent import divide
from review.agreement.tally import Tally


def krippendorff(tally: Tally, difference: Difference | None) -> Callable[[np.ndarray], np.ndarray]:
    """Alpha as a function of item weights (batch by items); `difference` None means the ordinal metric."""
    kept = tally.paired > 0
    counts, size = tally.counts[kept], tally.size[kept]
    disagreement = None if difference is None else difference.within(counts) / (size - 1)

    def alpha(weights: np.ndarray) -> np.ndarray:
        weights = weights[:, kept]
        marginals = weights @ counts
        n = marginals.sum(axis=1)
        if difference is None:
            observed, expected = _ordinal(counts, size, weights, marginals)
        else:
            observed, expected = weights @ disagreement, difference.between(marginals, marginals)
        varied = (marginals > 0).sum(axis=1) >= 2
        return 1 - divide((n - 1) * observed, np.where(varied, expected, 0))

    return alpha


def krippendorff_error(tally: Tally, difference: Difference) -> float:
    """Standard error by the linearised variance of Gwet (2014, ch. 5; irrCAC), items independent; not for the ordinal
    metric, whose differences are themselves estimates. At least two items rated twice, and two levels among them.
    """
    kept = tally.paired > 0
    counts, size = tally.counts[kept], tally.size[kept]
    n, mean = len(size), size.mean()
    shares = np.asarray(counts.sum(axis=0)).ravel() / (n * mean)
    near = shares.sum() - difference.toward(shares)
    pe = float(shares @ near)
    agreeing = (size - difference.within(counts) / (size - 1)) / mean
    prime = float(agreeing.mean())
    small = 1 / size.sum()
    pa = (1 - small) * prime + small
    off = (size - mean) / mean
    item_pe = counts @ near / mean - pe * off
    estimate = (prime - pe) / (1 - pe)  # without the step for few ratings
    own = (agreeing - pa * off - pe - 2 * (1 - estimate) * (item_pe - pe)) / (1 - pe)
    return float(np.sqrt(((own - estimate) ** 2).sum() / (n * (n - 1))))


def _ordinal(counts, size, weights, marginals):
    """The ordinal metric is the squared distance of mid-ranks among the pairable ratings."""
    n = marginals.sum(axis=1, keepdims=True)
    ranks = marginals.cumsum(axis=1) - marginals / 2 - n / 2
    first, second = ranks @ counts.T, ranks**2 @ counts.T
    observed = (weights * 2 * (size * second - first**2) / (size - 1)).sum(axis=1)
    mean, square = (marginals * ranks).sum(axis=1), (marginals * ranks**2).sum(axis=1)
    return observed, 2 * (n[:, 0] * square - mean**2)
