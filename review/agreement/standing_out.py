"""Which groups have a higher share than all others together, by more than chance explains.

Fisher's exact test, one-sided, each group against the others, on counts divided by their design effect (Rao & Scott
1992) and rounded against the group; Benjamini & Hochberg (1995) over all groups that are compared.
"""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from review.agreement.shares import TOO_FEW, Shares

FALSE_ALARMS = 0.05  # at most this share of those that stand out is expected to do so by chance
ROUNDING = 1e-9


@dataclass(frozen=True)
class Compared:
    """Per group: the share of all others (NaN without others), the adjusted p (NaN: not compared), the verdict."""

    others: np.ndarray
    p: np.ndarray
    stands_out: np.ndarray


def compare(found: Shares) -> Compared:
    """Each group of at least five clients against all others together."""
    weighted = np.where(found.n > 0, found.weight * found.share, 0.0)
    rest = found.weight.sum() - found.weight
    others = np.divide(weighted.sum() - weighted, rest, out=np.full(len(rest), np.nan), where=rest > ROUNDING)
    tested = (found.clients >= TOO_FEW) & ~np.isnan(others)
    raw = _exact(found, tested & (found.share > others))
    p = np.full(len(raw), np.nan)
    if tested.any():
        p[tested] = stats.false_discovery_control(raw[tested])
    return Compared(others, p, np.nan_to_num(p, nan=1.0) <= FALSE_ALARMS)


def _exact(found: Shares, higher: np.ndarray) -> np.ndarray:
    """Fisher's p of those that are higher, 1 for the others; equal counts are computed once."""
    hits = np.where(found.n > 0, found.effective * found.share, 0.0)
    n = np.floor(found.effective + ROUNDING).astype(int)
    x = np.floor(hits + ROUNDING).astype(int)
    everybody = int(found.effective.sum() + ROUNDING)
    all_hits = min(everybody, int(np.ceil(hits.sum() - ROUNDING)))
    p = np.ones(len(n))
    if higher.any():
        counts, which = np.unique(np.stack([x, n], axis=1)[higher], axis=0, return_inverse=True)
        p[higher] = stats.hypergeom.sf(counts[:, 0] - 1, everybody, all_hits, counts[:, 1])[which.ravel()]
    return np.clip(p, 0, 1)
