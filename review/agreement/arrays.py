"""Ratings from arrays in memory, one entry for each rating: in one pass, without a Python object for each of them."""

import numpy as np

from review.agreement.table import Ratings, in_the_mean_1, smallest_integer
from review.agreement.values import BadRatings, check_level, clean_levels, clean_value


def ratings_of(item, rater, value, *, scale: str, levels=None, cluster=None, weight=None) -> Ratings:
    """`item`, `rater`, `value`: arrays of one length n, of numbers or texts; a value that is NaN or blank is missing.
    `cluster`: of each rating its item's; `weight`: one over the item's chance. Items and raters without a rating are left
    out. The order of ratings never matters. Raises BadRatings, as tabulate does.
    """
    declared = clean_levels(levels, scale)
    item, rater, value = (np.asarray(each) for each in (item, rater, value))
    if not item.shape == rater.shape == value.shape or item.ndim != 1:
        raise BadRatings("item, rater and value are not of one length")
    known, level = _levels(value, scale, declared)
    return of_codes(
        numbered(item), numbered(rater), level, scale=scale, levels=known, declared=declared is not None,
        cluster=None if cluster is None else numbered(np.asarray(cluster))[1],
        weight=None if weight is None else np.asarray(weight, float),
    )  # fmt: skip


def of_codes(item, rater, level, *, scale, levels, declared, cluster=None, weight=None) -> Ratings:
    """`item` and `rater`: (names, the number of each rating's name); `level`: its number, -1 where missing. `cluster`: the
    number of each rating's, by which clusters are ordered. As ratings_of.
    """
    there = level >= 0
    level, items, raters = level[there], item[0], rater[0]
    own, row = numbered(item[1][there])
    judging, column = numbered(rater[1][there])
    cell = row * max(1, len(judging)) + column
    codes = np.full(len(own) * len(judging), -1, smallest_integer(len(levels)))
    codes[cell] = level
    if (codes >= 0).sum() < len(cell):
        twice = int(np.bincount(cell).argmax())
        who = raters[judging[twice % len(judging)]]
        raise BadRatings(f"item {items[own[twice // len(judging)]]} was rated twice by {who}")
    of_item, weights = np.arange(len(own)), np.ones(len(own))
    names = np.asarray(items, object)[own] if cluster is not None or weight is not None else None
    if cluster is not None:
        of_item = _of_each_item(numbered(cluster[there])[1], row, names, "clusters")
    if weight is not None:
        weights = _of_each_item(weight[there], row, names, "weights")
    return Ratings(
        scale, codes.reshape(len(own), len(judging)), levels, declared, of_item, cluster is not None,
        in_the_mean_1(weights),
    )  # fmt: skip


def numbered(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(the different values, sorted; the number of each value among them)."""
    if values.dtype.kind in "iu" and len(values):
        low, high = int(values.min()), int(values.max())
        if high - low <= 4 * len(values):  # counted, which is far quicker than sorting
            own = values.astype(np.int64) - low
            there = np.bincount(own, minlength=high - low + 1) > 0
            number = there.cumsum() - 1
            return np.flatnonzero(there) + low, number[own]
    found, number = np.unique(values, return_inverse=True)
    return found, number.ravel()


def _levels(value: np.ndarray, scale: str, declared: tuple | None) -> tuple[tuple, np.ndarray]:
    """(the levels, sorted or as declared; of each rating the number of its level, -1 where it is missing)."""
    if value.dtype.kind not in "iufUS":
        value = np.array(["" if one is None or one != one else str(one) for one in value.tolist()], str)
    said, number = numbered(value)
    # As many are cleaned as there are different ones; NaN is how an array of numbers says that one is missing.
    missing = said != said if said.dtype.kind == "f" else np.zeros(len(said), bool)
    cleaned = [
        None if gone else clean_value(one, scale) for one, gone in zip(said.tolist(), missing, strict=True)
    ]
    for one in cleaned:
        check_level(one, declared)
    known = declared or tuple(sorted({one for one in cleaned if one is not None}))
    place = {level: n for n, level in enumerate(known)} | {None: -1}
    return known, np.array([place[one] for one in cleaned], np.int64)[number] if len(said) else number


def _of_each_item(given: np.ndarray, row: np.ndarray, items, what: str) -> np.ndarray:
    of_item = np.empty(len(items), given.dtype)
    of_item[row] = given
    if (apart := np.flatnonzero(of_item[row] != given)).size:
        raise BadRatings(f"item {items[row[apart[0]]]} has two {what}")
    return of_item
