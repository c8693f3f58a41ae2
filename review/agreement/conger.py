"""Conger's kappa (1980): Cohen's for more than two raters, each with her own prevalences.

Chance agreement is the mean over all pairs of raters of Cohen's. Missing ratings as Gwet (2014, ch. 2) and irrCAC: each
rater's prevalences are over the items that she rated, observed agreement over the items that two or more did.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse

from review.agreement.difference import Difference
from review.agreement.kappa import CERTAIN
from review.agreement.linearised import standard_error
from review.agreement.percent import divide, item_agreement, percent_agreement
from review.agreement.tally import Tally


@dataclass(frozen=True)
class Conger:
    """`codes`: items by raters, -1 where missing; `tally` counts the same; `difference` scaled so that 1 is the most."""

    codes: np.ndarray
    tally: Tally
    difference: Difference

    @cached_property
    def _chosen(self) -> sparse.csr_array:
        """Items by (raters and levels): 1 where this rater chose this level."""
        items, raters = np.nonzero(self.codes >= 0)
        column = raters * self.tally.n_levels + self.codes[items, raters]
        shape = (len(self.codes), self.codes.shape[1] * self.tally.n_levels)
        return sparse.csr_array((np.ones(len(items)), (items, column)), shape=shape)

    def prevalences(self, weights: np.ndarray) -> np.ndarray:
        """Batch by raters by levels; 0 for a rater without a rating."""
        chosen = (weights @ self._chosen).reshape(len(weights), self.codes.shape[1], self.tally.n_levels)
        total = chosen.sum(axis=2, keepdims=True)
        return np.divide(chosen, total, out=np.zeros_like(chosen), where=total > 0)

    def __call__(self, weights: np.ndarray) -> np.ndarray:
        """Over the items as weighted (batch by items). Where a resample has no rating of a rater, without her."""
        each = self.prevalences(weights)
        together = each.sum(axis=1)
        raters = (each.sum(axis=2) > 0).sum(axis=1)
        apart = self.difference.between(together, together) - self.difference.between(each, each).sum(axis=1)
        apart = divide(apart, raters * (raters - 1.0))
        pa = percent_agreement(self.tally, weights, self.difference)
        return 1 - divide(1 - pa, np.where(apart > CERTAIN, apart, 0))

    def error(self) -> float:
        """Standard error by Gwet's linearised variance (Gwet 2014, ch. 5; irrCAC), every rater with a rating."""
        n, raters = self.codes.shape
        each = self.prevalences(np.ones((1, n)))[0]
        others = each.sum(axis=0) - each
        near = (raters - 1) - self.difference.toward(others)
        level = np.where(self.codes >= 0, self.codes, 0)
        rated = self.codes >= 0
        share = rated.mean(axis=0)
        usual = (near * each).sum(axis=1)
        own = np.where(rated, near[np.arange(raters), level], 0.0) - (rated - share) * usual
        item_pe = (own / share).sum(axis=1) / (raters * (raters - 1))
        pe = float(usual.sum()) / (raters * (raters - 1))
        estimate = float(self(np.ones((1, n)))[0])
        return standard_error(self.tally, item_agreement(self.tally, self.difference), pe, item_pe, estimate)
