"""How much of an agreement two different levels still are: the weights of Gwet (2014, table 3.6) by name, as differences.

w = 1 - d. All but `ordinal` go by the levels' values (irrCAC); nominal levels have none, so of them only `identity`.
"""

from collections.abc import Callable

import numpy as np

from review.agreement.difference import Difference, Nominal, Squared, Tabled
from review.agreement.table import Ratings
from review.agreement.values import BadRatings
from review.agreement.wording import say as _

MOST_LEVELS = 3000  # all but identity and quadratic need a table of levels by levels

WEIGHTINGS = {
    "identity": _("unweighted"),
    "linear": _("linear weights on level values"),
    "quadratic": _("quadratic weights on level values"),
    "ordinal": _("ordinal weights on the order of the levels"),
    "radical": _("radical weights on level values"),
    "ratio": _("ratio weights on level values"),
}


def difference(ratings: Ratings, weighting: str) -> Difference:
    """Raises BadRatings where the scale has no such weights."""
    if weighting not in WEIGHTINGS:
        raise BadRatings(f"the weighting {weighting!r} is none of {', '.join(WEIGHTINGS)}")
    if weighting == "identity":
        return Nominal()
    if ratings.scale == "nominal":
        raise BadRatings(f"{weighting} weights need levels with an order, and the scale is nominal")
    if weighting == "quadratic":
        return Squared(ratings.scores)
    if len(ratings.levels) > MOST_LEVELS:
        raise BadRatings(f"{weighting} weights are not computed for more than {MOST_LEVELS} different values")
    values = np.array(ratings.levels, float)
    if weighting == "ratio" and len(values) and values.min() <= 0:
        raise BadRatings("ratio weights need levels above zero")
    return Tabled(_tables[weighting](values))


def _ordinal(values: np.ndarray) -> np.ndarray:
    steps = np.abs(np.subtract.outer(np.arange(len(values)), np.arange(len(values))))
    return _up_to_one(steps * (steps + 1) / 2)


def _ratio(values: np.ndarray) -> np.ndarray:
    return _up_to_one((np.subtract.outer(values, values) / np.add.outer(values, values)) ** 2)


def _linear(values: np.ndarray) -> np.ndarray:
    return _up_to_one(np.abs(np.subtract.outer(values, values)))


def _up_to_one(table: np.ndarray) -> np.ndarray:
    largest = table.max(initial=0.0)
    return table / largest if largest else table


_tables: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "linear": _linear,
    "ordinal": _ordinal,
    "radical": lambda values: np.sqrt(_linear(values)),
    "ratio": _ratio,
}
