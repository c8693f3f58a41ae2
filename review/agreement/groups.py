"""Krippendorff's alpha in many groups of items at once: the estimates alone, for sorting by them."""

import numpy as np
from scipy import sparse

from review.agreement.alpha import krippendorff
from review.agreement.difference import Nominal
from review.agreement.tally import Tally

ITEMS_AT_ONCE, GROUPS_AT_ONCE = 2000, 500


def alpha_of_groups(
    item, level, group_of, *, groups: int, levels: int, at_once: int = ITEMS_AT_ONCE, weight=None
) -> np.ndarray:
    """Nominal alpha of each group 0..groups-1, NaN where it is undefined or fewer than two items were rated twice.

    `item` and `level`: of each rating. `group_of`: the group of each item 0..n-1. `at_once`: items in memory.
    `weight`: of each item, one over the chance with which it was chosen, where these differ.
    """
    group_of = np.asarray(group_of, int)
    shape = (len(group_of), levels)
    counts = sparse.coo_array(
        (np.ones(len(item)), (np.asarray(item, int), np.asarray(level, int))), shape=shape
    )
    counts = counts.tocsr()
    counts.sum_duplicates()
    answer = np.full(groups, np.nan)
    if not len(group_of):
        return answer
    paired = np.bincount(group_of, Tally(counts).paired, minlength=groups)
    weight = np.ones(len(group_of)) if weight is None else np.asarray(weight, float)
    # 1 in the mean of a group, as in the table of each alone.
    total = np.bincount(group_of, weight, minlength=groups)[group_of]
    weight = weight * np.bincount(group_of, minlength=groups)[group_of] / total
    order = np.argsort(group_of, kind="stable")
    sizes = np.bincount(group_of, minlength=groups)
    ends = np.concatenate([[0], sizes.cumsum()])
    for first, last in _blocks(sizes, at_once):
        rows = order[ends[first] : ends[last]]
        chosen = group_of[rows][None, :] == np.arange(first, last)[:, None]
        answer[first:last] = krippendorff(Tally(counts[rows]), Nominal())(chosen * weight[rows])
    return np.where(paired >= 2, answer, np.nan)


def _blocks(sizes: np.ndarray, at_once: int):
    """Ranges of groups, few enough to hold a weight for each of their items in each of them."""
    first, held = 0, 0
    for group, size in enumerate(sizes):
        if held and (held + size > at_once or group - first >= GROUPS_AT_ONCE):
            yield first, group
            first, held = group, 0
        held += int(size)
    if held:
        yield first, len(sizes)
