"""What readers are asked, and on which scale it is agreed upon."""

from django.utils.translation import gettext as _

from guidelines import briefing
from guidelines.models import DimensionRevision
from review import grading
from review.label_studio.screens.build import level_alias
from review.models import Arm, Preferred, Round
from review.standing import GRADED

ARMS = (Arm.AIDED, Arm.UNAIDED, Arm.RATED, Arm.PAIR, Arm.REVISED)
BELIEVABLE = (1, 2, 3, 4, 5)
VERDICTS = ("accept", "edit", "reject")
MISTAKE = "any_mistake"
# Of two texts: however much better one is called, it is one answer, as where it is settled.
CHOICES = (Preferred.A.value, Preferred.TIE.value, Preferred.B.value)
# The order in which they are told; what a rubric asks comes behind.
FIRST = ("verdict", "preferred", MISTAKE, "believable")


def scales(round: Round) -> dict[str, dict]:
    """What is agreed upon: {name: {"title", "scale", "levels"}}; levels are the rubric's, used or not."""
    found = {
        "verdict": {"title": _("Verdict"), "scale": "nominal", "levels": VERDICTS},
        MISTAKE: {"title": _("Is there a mistake?"), "scale": "nominal", "levels": ("no", "yes")},
        "believable": {"title": _("Is the session believable?"), "scale": "ordinal", "levels": BELIEVABLE},
    }
    if grading.arm_of(round) in GRADED:
        found = {
            "preferred": {"title": _("Which is better on the whole?"), "scale": "nominal", "levels": CHOICES}
        }
    for dimension in briefing.dimensions(round.rubric_version):
        levels = [level["value"] for level in dimension["levels"]]
        scale = dimension["scale"] if dimension["scale"] in ("ordinal", "interval") else "nominal"
        if dimension["scale"] == "pairwise":
            levels = CHOICES
        elif scale == "nominal":
            levels = [level_alias(level) for level in levels]
        found[dimension["key"]] = {"title": dimension["name"], "scale": scale, "levels": tuple(levels)}
    return found


def told_first(names) -> list[str]:
    """In the order in which they are told."""
    first = [name for name in FIRST if name in names]
    return [*first, *(name for name in names if name not in first)]


def levels_of_pairs(revisions) -> dict[int, list]:
    """{revision of a dimension that compares two: its levels}."""
    return dict(DimensionRevision.objects.filter(pk__in=revisions).values_list("pk", "levels"))
