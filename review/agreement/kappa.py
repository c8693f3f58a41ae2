"""The kappa family: Fleiss in Gwet's generalisation, Brennan-Prediger, and Cohen for two raters."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse

from review.agreement.difference import Difference, Nominal
from review.agreement.linearised import standard_error
from review.agreement.percent import divide, item_agreement, percent_agreement
from review.agreement.tally import Tally

CERTAIN = 1e-12  # chance disagreement below this is rounding, not disagreement


def fleiss_kappa(tally: Tally, weights: np.ndarray, difference: Difference | None = None) -> np.ndarray:
    """Fleiss (1971) generalised to unequal numbers of raters (Gwet 2014): Scott's pi for two raters."""
    difference = difference or Nominal()
    shares = tally.prevalence(weights)
    apart = difference.between(shares, shares)
    pa = percent_agreement(tally, weights, difference)
    return 1 - divide(1 - pa, np.where(apart > CERTAIN, apart, 0))


def fleiss_error(tally: Tally, difference: Difference | None = None) -> float:
    """Standard error by Gwet's linearised variance (not Fleiss's own, which holds only at kappa = 0)."""
    difference = difference or Nominal()
    everyone = np.ones((1, tally.n_items))
    shares = tally.prevalence(everyone)[0]
    near = shares.sum() - difference.toward(shares)
    estimate = float(fleiss_kappa(tally, everyone, difference)[0])
    agreeing = item_agreement(tally, difference)
    return standard_error(tally, agreeing, float(shares @ near), tally.shares @ near, estimate)


def brennan_prediger(tally: Tally, weights: np.ndarray, difference: Difference | None = None) -> np.ndarray:
    """Chance takes every level as equally likely (Brennan & Prediger 1981; weighted: Gwet 2014), one over their number
    where unweighted; undefined below two levels.
    """
    if tally.n_levels < 2:
        return np.full(len(weights), np.nan)
    pe = _by_chance(tally, difference)
    return (percent_agreement(tally, weights, difference) - pe) / (1 - pe)


def brennan_prediger_error(tally: Tally, difference: Difference | None = None) -> float:
    pe = _by_chance(tally, difference)
    estimate = float(brennan_prediger(tally, np.ones((1, tally.n_items)), difference)[0])
    agreeing = item_agreement(tally, difference or Nominal())
    return standard_error(tally, agreeing, pe, np.full(tally.n_items, pe), estimate)


def _by_chance(tally: Tally, difference: Difference | None) -> float:
    if difference is None:
        return 1 / tally.n_levels
    alike = np.full(tally.n_levels, 1 / tally.n_levels)
    return 1 - float(difference.between(alike, alike))


@dataclass(frozen=True)
class Cohen:
    """Cohen's kappa (1960, weighted 1968) for exactly two raters, over the items that both rated.

    `codes`: items by 2, -1 where missing; `difference` scaled so that 1 is full disagreement.
    """

    codes: np.ndarray
    n_levels: int
    difference: Difference

    @cached_property
    def both(self) -> np.ndarray:
        return (self.codes >= 0).all(axis=1)

    @cached_property
    def _chosen(self) -> list[sparse.csr_array]:
        rows = np.arange(int(self.both.sum()))
        shape = (len(rows), self.n_levels)
        ones = np.ones(len(rows))
        return [sparse.csr_array((ones, (rows, chosen)), shape=shape) for chosen in self.codes[self.both].T]

    @cached_property
    def _apart(self) -> np.ndarray:
        return self.difference.within(sparse.csr_array(self._chosen[0] + self._chosen[1])) / 2

    def __call__(self, weights: np.ndarray) -> np.ndarray:
        weights = weights[:, self.both]
        n = weights.sum(axis=1)
        first, second = (weights @ chosen for chosen in self._chosen)
        expected = self.difference.between(first, second)
        return 1 - divide(n * (weights @ self._apart), np.where(expected > CERTAIN * n**2, expected, 0))

    def error(self) -> float:
        """Large-sample standard error (Fleiss, Cohen & Everitt 1969), not the one under kappa = 0."""
        n = int(self.both.sum())
        kappa = float(self(np.ones((1, len(self.codes))))[0])
        first, second = (np.asarray(chosen.sum(axis=0)).ravel() / n for chosen in self._chosen)
        pe = 1 - float(self.difference.between(first, second))
        toward_second, toward_first = self.difference.toward(second), self.difference.toward(first)
        a, b = self.codes[self.both].T
        expected = (1 - toward_second[a]) + (1 - toward_first[b])
        spread = ((1 - self._apart - expected * (1 - kappa)) ** 2).mean() - (kappa - pe * (1 - kappa)) ** 2
        return float(np.sqrt(max(0.0, spread) / n) / (1 - pe))

    def largest(self) -> float:
        """The largest kappa that these prevalences allow (Cohen 1960), unweighted; NaN where kappa is."""
        first, second = (np.asarray(chosen.sum(axis=0)).ravel() for chosen in self._chosen)
        n = first.sum()
        expected = n**2 - (first * second).sum()
        return float(1 - divide(n * (n - np.minimum(first, second).sum()), expected))
