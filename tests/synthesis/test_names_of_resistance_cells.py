"""Cells of replies to resistance keep their names, so that stored replies are found again when the recipe grows."""

from uuid import UUID

import pytest

from synthesis import planning
from synthesis.grid import GridCell
from synthesis.identity import text_digest
from synthesis.models import Profile, Run
from synthesis.recipes import RECIPES

JUDGING = ("schema", "resist_counsellor", "resist_reply", "resist_ways", "resist_detector", "resist_detect",
           "resist_behaviours", "resist_assessor", "resist_assess", "resist_mechanisms", "resist_exemplar",
           "resist_better")  # fmt: skip
PLAYING = ("resist_greeting", "resist_counsellor_now", "resist_lead", "resist_client", "resist_client_now",
           "resist_client_resists", "styles", "resistances")  # fmt: skip
THEN = {
    "resistance_reply": (*JUDGING, *PLAYING, "language", "language_turn", "resist_greet"),
    "excerpt_reply": (*JUDGING, "language", "language_turn"),
}
USUAL = {"resistance_reply": {"turns_before": "3"}, "excerpt_reply": {}}


def cell_of(recipe: str, prompts, factors: dict) -> str:
    run = Run(recipe=recipe, prompts={name: text_digest(name) for name in prompts}, serial=1)
    cell = GridCell(Profile(public_id=UUID(int=3)), (), factors, 4)
    return planning.instance_of(run, cell, {}, lambda *parts: UUID(int=9))[0].cell


@pytest.mark.parametrize(
    ("recipe", "factors", "name"),
    [
        ("resistance_reply", {}, "c0fb696203823c075aab17ed41b21d0eea2f8e45f3f396938d54cb5faba8862f"),
        (
            "resistance_reply",
            {"behaviour": "none", "way": "free"},
            "9e14f3fbc0113ae82b3f3796a36bfae3180574eb1c8a5b0c97561a944565e77f",
        ),
        ("excerpt_reply", {}, "def0dad380d61180deceeee8bb12eb760cc06bc96e387fcb2cf6e5365996a385"),
    ],
)
def test_a_cell_keeps_its_name(recipe, factors, name):
    assert cell_of(recipe, THEN[recipe], USUAL[recipe] | factors) == name
    # A later run keeps more prompts, and crosses what it leaves at the default.
    declared = RECIPES[recipe]
    defaults = {factor: levels[0] for factor, levels in declared.factors.items()}
    now = (*declared.prompts, *declared.more_prompts)
    assert cell_of(recipe, now, defaults | USUAL[recipe] | factors) == name


def test_a_level_of_its_own_makes_another_cell():
    usual = USUAL["resistance_reply"]
    named = {cell_of("resistance_reply", THEN["resistance_reply"], usual | more) for more in (
        {}, {"behaviour": "none"}, {"way": "free"}, {"style": "hostile"}, {"language": "de"},
    )}  # fmt: skip
    assert len(named) == 5
