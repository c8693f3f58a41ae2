"""Shares of sessions in many groups at once, where the sessions of one client are more alike than others.

Rao & Scott (1992), A simple method for the analysis of clustered binary data: a group's counts are divided by its
design effect, and what follows takes them as independent. How alike a client's sessions are is one number for all
groups, by analysis of variance within them (Donner & Klar 2000, ch. 7), so that a group of five sessions borrows
it from the others. Wilson (1927) for the interval: it has a width where none or all of the sessions count.
"""

from dataclasses import dataclass

import numpy as np

Z = 1.959963984540054
TOO_FEW = 5  # clients, as in intervals.py: from fewer nothing can be said about other clients


@dataclass(frozen=True)
class Shares:
    """One number per group in each; NaN where a group has no session, or (low, high) too few clients."""

    n: np.ndarray
    hits: np.ndarray
    clients: np.ndarray
    weight: np.ndarray
    share: np.ndarray
    effective: np.ndarray  # how many independent sessions would tell as much
    low: np.ndarray
    high: np.ndarray
    alike: float


def shares(group, client, hit, weight, *, groups: int) -> Shares:
    """Of each group 0..groups-1 the share of its sessions that are hits.

    One entry per session: its group, its client (any numbers), whether it counts, and 1 / the probability with
    which it was chosen.
    """
    group, client = np.asarray(group, int), np.asarray(client, int)
    hit, weight = np.asarray(hit, float), np.asarray(weight, float)
    n = np.bincount(group, minlength=groups)
    total = np.bincount(group, weight, minlength=groups)
    share = _over(np.bincount(group, weight * hit, minlength=groups), total)
    # A group and a client as one number: sorting pairs of numbers takes many times as long.
    low = int(client.min(initial=0))
    reach = int(client.max(initial=0)) - low + 1
    cells, cell = np.unique(group.astype(np.int64) * reach + (client - low), return_inverse=True)
    owner = cells // reach
    clients = np.bincount(owner, minlength=groups)
    alike = likeness(group, cell, owner, hit, groups=groups)
    alone = np.bincount(group, weight**2, minlength=groups)
    together = np.bincount(owner, np.bincount(cell, weight, len(owner)) ** 2, minlength=groups)
    effective = np.where(n > 0, _over(total**2, (1 - alike) * alone + alike * together), 0.0)
    low, high = wilson(share, effective)
    low, high = (np.where(clients >= TOO_FEW, bound, np.nan) for bound in (low, high))
    hits = np.bincount(group, hit, minlength=groups).astype(int)
    return Shares(n, hits, clients, total, share, effective, low, high, alike)


def likeness(group, cell, owner, hit, *, groups: int) -> float:
    """The intra-client correlation within groups, 0..1. `cell`: each session's client within its group; `owner`:
    each cell's group. Where sessions never vary nothing can be seen of it: then 1, each client told once.
    """
    size = np.bincount(cell, minlength=len(owner)).astype(float)
    whole = np.bincount(group, minlength=groups).astype(float)
    repeats, freedom = len(hit) - len(owner), len(owner) - np.count_nonzero(whole)
    if not repeats:
        return 0.0  # no client comes twice: nothing is alike
    if not freedom:
        return 1.0
    mean = np.bincount(cell, hit, len(owner)) / size
    of_group = _over(np.bincount(group, hit, minlength=groups), whole)
    within = ((hit - mean[cell]) ** 2).sum() / repeats
    between = (size * (mean - of_group[owner]) ** 2).sum() / freedom
    typical = (
        len(hit) - (np.bincount(owner, size**2, minlength=groups) / np.maximum(whole, 1)).sum()
    ) / freedom
    below = between + (typical - 1) * within
    return float(np.clip((between - within) / below, 0, 1)) if below > 0 else 1.0


def wilson(share, n) -> tuple[np.ndarray, np.ndarray]:
    """Wilson's interval at 95 %; `n` need not be whole."""
    share, n = np.asarray(share, float), np.asarray(n, float)
    with np.errstate(divide="ignore", invalid="ignore"):
        centre = (share + Z**2 / (2 * n)) / (1 + Z**2 / n)
        reach = Z / (1 + Z**2 / n) * np.sqrt(share * (1 - share) / n + Z**2 / (4 * n**2))
    return np.maximum(centre - reach, 0.0), np.minimum(centre + reach, 1.0)


def shrunken(found: Shares) -> np.ndarray:
    """Each share drawn toward the mean of all groups, the more so the less there is behind it.

    Beta-binomial by moments (Kleinman 1973), on effective numbers; NaN where a group has no session.
    """
    there = found.n > 0
    n, share = found.effective[there], found.share[there]
    answer = np.full(len(found.n), np.nan)
    if not there.any():
        return answer
    mean = (n * share).sum() / n.sum()
    chance = mean * (1 - mean)
    freedom = n.sum() - (n**2).sum() / n.sum() - (len(n) - 1)
    apart = 0.0  # the correlation of sessions within a group, as seen from all groups
    if chance > 0 and freedom > 0:
        spread = (n * (share - mean) ** 2).sum() / chance
        apart = float(np.clip((spread - (len(n) - 1)) / freedom, 0, 1))
    own = n * apart / (n * apart + 1 - apart)
    answer[there] = mean + own * (share - mean)
    return answer


def _over(above, below) -> np.ndarray:
    return np.divide(above, below, out=np.full(len(above), np.nan), where=below > 0)
