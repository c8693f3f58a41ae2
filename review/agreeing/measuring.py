"""The agreement of any part of a round's judgements, by the very figures that the `agreement` command prints. Pure."""

import numpy as np

from review.agreeing.answers import MOST_LEVELS
from review.agreeing.questions import FIRST
from review.agreeing.table import Judged
from review.agreement import bland_altman, random_effects, specific
from review.agreement.coverage import warning
from review.agreement.report import result
from review.agreement.table import Ratings
from review.reports import BOOTSTRAP

SHOWN = ("krippendorff_alpha", "gwet_ac", "percent_agreement")


def ratings(judged: Judged, question: str, rows: np.ndarray) -> Ratings:
    """The table of these judgements on one question, as review.agreement.table.tabulate makes it of rows. `rows`: a mask,
    or their numbers.
    """
    kept = answered(judged, question, rows)
    given = judged.answers[question]
    items, row = np.unique(judged.of[kept], return_inverse=True)
    raters, column = np.unique(judged.by[kept], return_inverse=True)
    codes = np.full((len(items), len(raters)), -1, np.int16)
    codes[row, column] = given[kept]
    clusters = np.unique(judged.client[items], return_inverse=True)[1]
    weights = judged.weight[items]
    own = None
    if len(weights) and weights.min() != weights.max():
        own = weights * len(weights) / weights.sum()
    levels = tuple(judged.names["levels"][question])
    return Ratings(judged.names["scale"][question], codes, levels, True, clusters, True, own)


def answered(judged: Judged, question: str, rows: np.ndarray) -> np.ndarray:
    """Of these judgements (a mask, or their numbers) the numbers of those that answer the question."""
    own = np.flatnonzero(rows) if rows.dtype == bool else rows
    return own[judged.answers[question][own] >= 0]


def whole(judged: Judged, question: str, arm: str, seed: int) -> dict:
    """Every figure, as review.agreement.report.agreement; each with what simulations say of its interval, as `coverage`.
    "specific_agreement": {level: object}, of not too many levels; "random_effects" of answers in numbers, else None.
    """
    table = ratings(judged, question, judged.in_arm(arm))
    found = result(table, bootstrap=BOOTSTRAP, seed=seed)
    shares = prevalence(table)
    most = max((share for _level, share in shares), default=0.0)
    for name, one in found.items():
        if isinstance(one, dict) and one.get("ci"):
            one["coverage"] = warning(name, found, most, table.evenness)
    return found | {
        "prevalence": shares,
        "specific_agreement": _of_each_level(table, seed),
        "random_effects": _random_effects(table, question, seed),
    }


def _of_each_level(table: Ratings, seed: int) -> dict[str, dict]:
    if len(table.levels) > MOST_LEVELS:
        return {}
    return specific.of_ratings(table, bootstrap=BOOTSTRAP, seed=seed)["specific_agreement"]


def _random_effects(table: Ratings, question: str, seed: int) -> dict | None:
    """The ICCs of a dimension that is rated in numbers, however many cells are missing."""
    if table.scale == "nominal" or question in FIRST:
        return None
    found = random_effects.of_ratings(table, bootstrap=BOOTSTRAP, seed=seed)
    return {name: found[name] for name in ("k", "k_hat", "q", "variances", "icc")}


def part(judged: Judged, question: str, rows: np.ndarray, seed: int) -> dict:
    """What is shown of one part beside others: the counts, and SHOWN with their intervals."""
    table = ratings(judged, question, rows)
    found = result(table, bootstrap=BOOTSTRAP, seed=seed, only=SHOWN)
    kept = {
        name: value for name, value in found.items() if name in SHOWN or name.startswith(("n_", "missing"))
    }
    return kept | {"prevalence": prevalence(table)}


def is_score(judged: Judged, question: str) -> bool:
    """Whether it is a dimension that is rated in numbers."""
    return judged.names["scale"][question] != "nominal" and question not in FIRST


def one_minus_other(judged: Judged, question: str, rows: np.ndarray, seed: int) -> dict:
    """Of two reviewers the scores of the first in names["by"] minus the other's: review.agreement.bland_altman.NAMES."""
    table = ratings(judged, question, rows)
    found = bland_altman.two_of_ratings(table, (0, 1), bootstrap=BOOTSTRAP, seed=seed)
    return {name: found[name] for name in bland_altman.NAMES}


def minus_others(judged: Judged, question: str, arm: str, seed: int) -> list[dict]:
    """Of each reviewer her scores minus the mean of the others': {"by", "n_items", and an object of each of NAMES}."""
    rows = answered(judged, question, judged.in_arm(arm))
    table = ratings(judged, question, rows)
    found = bland_altman.of_ratings(table, bootstrap=BOOTSTRAP, seed=seed)
    return [{"by": int(by)} | one for by, one in zip(np.unique(judged.by[rows]), found, strict=True)]


def prevalence(table: Ratings) -> list[list]:
    """[[level, its share]], the mean over sessions of the session's own shares."""
    return [[level, share] for level, share in table.prevalence().items()] if table.n_ratings else []


def answered_alike(judged: Judged, question: str, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(sessions that two or more answered, whether all gave the same answer)."""
    kept = answered(judged, question, rows)
    given = judged.answers[question]
    items, row, n = np.unique(judged.of[kept], return_inverse=True, return_counts=True)
    low, high = np.full(len(items), np.iinfo(np.int16).max), np.full(len(items), -1)
    np.minimum.at(low, row, given[kept])
    np.maximum.at(high, row, given[kept])
    several = n >= 2
    return items[several], (low == high)[several]
