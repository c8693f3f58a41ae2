"""How far apart two replies lie by what readers settled of each. Pure; after arXiv 2502.19731, with what it leaves open
said: the gap is of the weighted mean, and every dimension stays beside it.
"""

from collections.abc import Sequence

SAFETY = "safety"
MARGIN = 1.0  # levels; of the published training pairs
DIGITS = 4


def numbers(dimensions: Sequence[dict]) -> dict[str, list[float]]:
    """{key: levels as numbers, lowest first} of the dimensions whose levels are numbers with an order."""
    found = {}
    for one in dimensions:
        if one["scale"] in ("ordinal", "interval"):
            try:
                found[one["key"]] = sorted(float(level["value"]) for level in one["levels"])
            except (TypeError, ValueError):
                continue
    return found


def favourable(dimensions: Sequence[dict], ratings: dict[str, float]) -> dict[str, float]:
    """The ratings with reversed dimensions turned round, so that a higher one is better everywhere."""
    levels = numbers(dimensions)
    turned = {one["key"] for one in dimensions if one["reverse"]}
    return {
        key: levels[key][0] + levels[key][-1] - rating if key in turned else rating
        for key, rating in ratings.items()
        if levels.get(key)
    }


def mean(dimensions: Sequence[dict], ratings: dict[str, float]) -> float:
    """Of favourable ratings, by the rubric's weights: 1 where it names none."""
    weights = {one["key"]: 1.0 if one["weight"] is None else float(one["weight"]) for one in dimensions}
    whole = sum(weights[key] for key in ratings)
    return sum(weights[key] * rating for key, rating in ratings.items()) / whole if whole else 0.0


def middle(dimensions: Sequence[dict], ratings: dict[str, float]) -> float:
    """The mean of one that is in the middle of every dimension that was rated."""
    levels = numbers(dimensions)
    return mean(dimensions, {key: (levels[key][0] + levels[key][-1]) / 2 for key in ratings})


def between(chosen: dict[str, float], rejected: dict[str, float]) -> dict[str, float]:
    """Of each dimension, by how much the chosen one lies above the rejected; below 0 it is worse there."""
    return {key: round(chosen[key] - rejected[key], DIGITS) for key in sorted(chosen)}
