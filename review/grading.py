"""What a level on a dimension is to the rule of standing: a place among others, or an answer of its own; of two texts,
which of them is better.
"""

from guidelines import briefing
from guidelines.models import Version
from review.label_studio.screens.build import level_alias, levels_of, opposite, screen_of
from review.models import Preferred
from review.standing import GRADED, Rated

# On the others nothing is far. Of two answers, yes and no, neither lies between: alone they are rated, they are the same
# or they are not.
ORDERED = ("ordinal", "interval", "boolean")
LADDERS = ("ordinal", "interval")


def compared(rubric_version: Version, *, arm: str) -> dict[str, dict]:
    """{key: the dimension as guidelines.briefing tells it} of those on which readers in this arm are compared: with a draft
    beside it those whose levels have an order, without one all.
    """
    return of_arm(briefing.dimensions(rubric_version), arm)


def of_arm(dimensions: list[dict], arm: str) -> dict[str, dict]:
    return {d["key"]: d for d in dimensions if arm in GRADED or d["scale"] in ORDERED}


def levels(dimension: dict) -> list[str]:
    """As they are stored, lowest first; of a dimension that compares two, from the first being better to the second."""
    return [level_alias(level["value"]) for level in levels_of(dimension)]


def mirrored(dimension: dict, level: str) -> str:
    """The level that says the same of two texts that changed places."""
    return opposite(levels(dimension), level)


def placed(choice: str, position: str) -> str:
    """ "a" or "b" as the reader had it before her, "first" or "second", and back again. `position`: "ab" or "ba"."""
    there = dict(zip(position, ("first", "second"), strict=True))
    return ({"tie": "tie"} | there | {place: name for name, place in there.items()})[choice]


def choice(dimension: dict, level: str) -> str:
    """Which of two texts this level calls better; however much better, it is the same answer."""
    offered = levels(dimension)
    place, middle = offered.index(level), len(offered) // 2
    return str(Preferred.TIE if place == middle else Preferred.A if place < middle else Preferred.B)


def rated(dimension: dict, level: str, *, arm: str) -> Rated:
    place = levels(dimension).index(level)
    if dimension["scale"] == "pairwise":
        return Rated(dimension["key"], place, choice(dimension, level), ordered=False)
    ordered = arm not in GRADED or dimension["scale"] in LADDERS
    return Rated(dimension["key"], place, level, ordered=ordered)


def apart(one: Rated, other: Rated, within: int) -> bool:
    """Whether two levels of one dimension lie further apart than the round allows."""
    return abs(one.place - other.place) > within if one.ordered else one.level != other.level


def arm_of(round) -> str:
    """In which most of its items are read: what its recipe makes has one screen, or one with the draft and one without."""
    return screen_of(round.screen).usual


def is_graded(item) -> bool:
    return item.arm in GRADED
