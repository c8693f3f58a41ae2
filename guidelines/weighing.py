"""One number from the ratings that one rater gave by a rubric: the weighted mean of its dimensions. Pure.

With equal weights this is the plain mean that arXiv 2502.19731 reports for its seven principles. A mean treats the
levels as equal steps and hides what any one dimension says: show the dimensions beside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from django.utils.translation import gettext as _

# What a rater says who has read the anchors and finds that none can be chosen: an answer, and no number.
CANNOT_JUDGE = "cannot judge"
_MEASURED = ("ordinal", "interval", "boolean")


class NoTotal(ValueError):
    """A total of these dimensions means nothing; the message says why."""


@dataclass(frozen=True)
class Total:
    """`value`: on the scale that the dimensions share; None unless every dimension has a rating.

    `missing` and `cannot`: keys of dimensions without a rating, and of those the rater could not judge.
    """

    value: float | None
    missing: tuple[str, ...] = ()
    cannot: tuple[str, ...] = ()


def refusal(dimensions: list[dict]) -> str:
    """Why these dimensions (as `briefing.dimensions` gives them) have no total, or nothing."""
    for dimension in dimensions:
        if dimension["scale"] not in _MEASURED:
            kind = {
                "nominal": _("“%s” holds named categories, which have no order to take a mean of."),
                "pairwise": _("“%s” compares two, which gives no value to take a mean of."),
            }
            return kind[dimension["scale"]] % dimension["name"]
    if not dimensions:
        return _("There is no dimension.")
    spans = {ends(dimension) for dimension in dimensions}
    if len(spans) > 1:
        said = ", ".join(_("%(low)g to %(high)g") % {"low": low, "high": high} for low, high in sorted(spans))
        return _("The dimensions are rated on different scales (%s).") % said
    weighted = [dimension["weight"] is not None for dimension in dimensions]
    if any(weighted) and not all(weighted):
        without = ", ".join(d["name"] for d in dimensions if d["weight"] is None)
        return _("Some dimensions have a weight and others have none: %s.") % without
    return ""


def shares(dimensions: list[dict]) -> dict[str, float]:
    """{key: share of the total}, together 1; equal where no dimension has a weight. Raises NoTotal."""
    return {key: float(share) for key, share in _shares(dimensions).items()}


def _shares(dimensions: list[dict]) -> dict[str, Fraction]:
    if reason := refusal(dimensions):
        raise NoTotal(reason)
    weights = {d["key"]: Fraction(1 if d["weight"] is None else d["weight"]) for d in dimensions}
    whole = sum(weights.values())
    return {key: weight / whole for key, weight in weights.items()}


def turned(dimension: dict, value) -> float:
    """The value so that a high one is favourable: on a reverse-worded dimension 5 of 1 to 5 becomes 1.

    Raises ValueError where the dimension has no such level.
    """
    if value not in [level["value"] for level in dimension["levels"]]:
        raise ValueError(
            _("“%(name)s” has no level %(value)s.") % {"name": dimension["name"], "value": value}
        )
    low, high = ends(dimension)
    return low + high - value if dimension["reverse"] else float(value)


def total(dimensions: list[dict], ratings: Mapping[str, object]) -> Total:
    """The weighted mean of one rater's `ratings` {key: level, CANNOT_JUDGE or None}; weights are normalised.

    Nothing is filled in and no weight is passed on: a rating that is missing, or that the rater could not give,
    leaves the total open and is named. Raises NoTotal, or ValueError for a level or key that the rubric lacks.
    """
    share = _shares(dimensions)
    if unknown := set(ratings) - set(share):
        raise ValueError(_("The rubric has no dimension %s.") % ", ".join(sorted(unknown)))
    missing = tuple(key for key in share if ratings.get(key) is None)
    cannot = tuple(key for key in share if ratings.get(key) == CANNOT_JUDGE)
    parts = [
        share[d["key"]] * Fraction(turned(d, ratings[d["key"]]))
        for d in dimensions
        if d["key"] not in (*missing, *cannot)
    ]
    return Total(None if missing or cannot else float(sum(parts)), missing, cannot)


def ends(dimension: dict) -> tuple[float, float]:
    """The lowest and the highest value of its levels; no is 0 and yes is 1."""
    values = [level["value"] for level in dimension["levels"]]
    return float(min(values)), float(max(values))
