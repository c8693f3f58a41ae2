"""How many items two or more raters must judge, before anybody does: the smallest number for which the 95 % interval of
Krippendorff's alpha is expected to reach no further than wanted to either side (methods.md §6).

The raters that are simulated agree because they know (with chance `alpha`, all of an item's raters say the same, as often
each level as its prevalence) or by chance (each says a level by itself). Of such raters alpha is the share of the first
kind (Aickin 1990, with one marginal for all). Items of one client are more alike than others: their number is divided by
the design effect 1 + (m - 1) ICC (Kish 1965), m items to a client. The interval that will be shown is over clients, so it
is reckoned wider by their number, by t(G-1) as review.agreement.intervals is; from fewer than five of them there is none.
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import combinations_with_replacement
from math import factorial, prod

import numpy as np
from scipy import special

from review.agreement.alpha import krippendorff
from review.agreement.difference import Nominal
from review.agreement.intervals import TOO_FEW, UNDEFINED_AT_MOST
from review.agreement.tally import Tally

REPLICATIONS = 10_000
LEAST, MOST = 20, 100_000  # under 20 another interval is made (review.agreement.intervals)


@dataclass(frozen=True)
class Expected:
    """What is thought of the ratings beforehand: `shares` of the levels, summing to one; `alpha`, 0 to below 1; `raters` of
    each item; `of_each`, the items of a client, and `design_effect`, both at least 1. Raises ValueError.
    """

    shares: tuple[float, ...]
    alpha: float
    raters: int = 2
    design_effect: float = 1.0
    of_each: float = 1.0

    def __post_init__(self):
        if (
            len(self.shares) < 2
            or min(self.shares) < 0
            or max(self.shares) >= 1
            or abs(sum(self.shares) - 1) > 1e-6
        ):
            raise ValueError("the shares of the levels sum to one, and at least two are used")
        if not 0 <= self.alpha < 1:
            raise ValueError("alpha is expected from 0 to below 1")
        if self.raters < 2 or self.design_effect < 1 or self.of_each < 1:
            raise ValueError("two raters or more, one item of a client or more, and a design effect as large")

    @cached_property
    def compositions(self) -> tuple[np.ndarray, np.ndarray]:
        """(compositions by levels: how many raters said each; the chance of each composition)."""
        levels, n = len(self.shares), self.raters
        rows, chances = [], []
        for said in combinations_with_replacement(range(levels), n):
            counts = np.bincount(said, minlength=levels)
            ways = factorial(n) / prod(factorial(count) for count in counts)
            by_chance = ways * prod(share**count for share, count in zip(self.shares, counts, strict=True))
            known = self.shares[said[0]] if counts.max() == n else 0.0
            rows.append(counts)
            chances.append(self.alpha * known + (1 - self.alpha) * by_chance)
        return np.array(rows), np.array(chances) / sum(chances)


@dataclass(frozen=True)
class Plan:
    """`n`: items, None where more than MOST are needed; `half_width`: what is expected with `n`, or with MOST."""

    n: int | None
    half_width: float


def half_width(expected: Expected, n: int, *, seed: int = 0) -> float:
    """Half of what lies between the 2.5th and the 97.5th percentile of alpha over rounds of `n` items; infinite where too
    many of them have no variation, or clients are fewer than five, and so no interval.
    """
    clients = int(n / expected.of_each)
    if clients < TOO_FEW:
        return float("inf")
    counts, chances = expected.compositions
    independent = max(2, round(n / expected.design_effect))
    # The same draws for each n: what more items give is not blurred by chance.
    drawn = np.random.default_rng(seed).multinomial(independent, chances, size=REPLICATIONS)
    tally = Tally.of(counts)
    with np.errstate(invalid="ignore", divide="ignore"):
        alphas = krippendorff(tally, Nominal())(drawn.astype(float))
    defined = alphas[~np.isnan(alphas)]
    if len(defined) < (1 - UNDEFINED_AT_MOST) * len(alphas):
        return float("inf")
    low, high = np.percentile(defined, (2.5, 97.5))
    wider = np.sqrt(clients / (clients - 1)) * special.stdtrit(clients - 1, 0.975) / special.ndtri(0.975)
    return float(wider * (high - low)) / 2


def plan(expected: Expected, target: float, *, seed: int = 0) -> Plan:
    """The smallest number of items with which no more than `target` is expected. Raises ValueError."""
    if not 0 < target < 1:
        raise ValueError("half a width is between 0 and 1")
    if (widest := half_width(expected, MOST, seed=seed)) > target:
        return Plan(None, widest)
    low, high = LEAST - 1, MOST  # too few or not asked for; enough
    while high - low > 1:
        between = (low + high) // 2
        low, high = (low, between) if half_width(expected, between, seed=seed) <= target else (between, high)
    return Plan(high, half_width(expected, high, seed=seed))


def design_effect(items_of_each: float, icc: float) -> float:
    return 1 + max(0.0, items_of_each - 1) * icc
