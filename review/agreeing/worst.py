"""How far the readers of a session lie apart, from 0 (all say the same) to 1, so that the worst comes first. Pure."""

import numpy as np

from review.agreeing.table import MISSING, Judged

FOUND = "found"


def apart(judged: Judged, rows: np.ndarray) -> dict[str, np.ndarray]:
    """{question: of each session, NaN where fewer than two answered}, FOUND among them: which mistakes they name.

    Of answers without an order the share of its pairs of readers that differ; of graded ones the mean squared distance of
    the two, over the longest that there is.
    """
    found = {}
    for question, given in judged.answers.items():
        kept = np.flatnonzero(rows & (given >= 0))
        if not len(kept):
            continue
        of, levels = judged.of[kept], judged.names["levels"][question]
        if judged.names["scale"][question] == "nominal":
            found[question] = _unlike(of, given[kept], len(judged.pk))
        else:
            values = np.array(levels, float)
            span = values.max() - values.min() or 1.0
            found[question] = _distance(of, (values - values.min())[given[kept]] / span, len(judged.pk))
    if (named := _named(judged, rows)) is not None:
        found[FOUND] = named
    return found


def overall(each: dict[str, np.ndarray], n: int) -> np.ndarray:
    """The mean over the questions that two or more answered; NaN where there is none."""
    if not each:
        return np.full(n, np.nan)
    table = np.stack(list(each.values()))
    there = (~np.isnan(table)).sum(axis=0)
    total = np.nansum(table, axis=0)
    return np.divide(total, there, out=np.full(n, np.nan), where=there > 0)


def _unlike(of: np.ndarray, given: np.ndarray, n: int) -> np.ndarray:
    size = np.bincount(of, minlength=n).astype(float)
    answers = int(given.max()) + 1
    kinds, times = np.unique(of.astype(np.int64) * answers + given, return_counts=True)
    same = np.bincount(kinds // answers, times * (times - 1), minlength=n)
    return _of_pairs(size, size * (size - 1) - same)


def _distance(of: np.ndarray, values: np.ndarray, n: int) -> np.ndarray:
    size = np.bincount(of, minlength=n).astype(float)
    total, squares = np.bincount(of, values, minlength=n), np.bincount(of, values**2, minlength=n)
    return _of_pairs(size, 2 * np.maximum(size * squares - total**2, 0))


def _of_pairs(size: np.ndarray, ordered: np.ndarray) -> np.ndarray:
    return np.divide(ordered, size * (size - 1), out=np.full(len(size), np.nan), where=size >= 2)


def _named(judged: Judged, rows: np.ndarray) -> np.ndarray | None:
    """By the set of mistakes that each judgement names, as one number: the sum of a number drawn for each mistake."""
    if not len(judged.found_of):
        return None
    drawn = np.random.default_rng(0).integers(1, 2**62, size=len(judged.names["pair"]) + 1, dtype=np.int64)
    sets = np.zeros(judged.n, np.int64)
    pair = np.where(judged.found_pair == MISSING, len(judged.names["pair"]), judged.found_pair)
    np.add.at(sets, judged.found_of, drawn[pair])  # wraps round, which does no harm
    kept = np.flatnonzero(rows & _asked_for_mistakes(judged))
    return _unlike(judged.of[kept], np.unique(sets, return_inverse=True)[1][kept], len(judged.pk))


def _asked_for_mistakes(judged: Judged) -> np.ndarray:
    given = judged.answers.get("any_mistake")
    return np.zeros(judged.n, bool) if given is None else given >= 0
