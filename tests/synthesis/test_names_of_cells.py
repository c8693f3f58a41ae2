"""What exists keeps its name: cells and calls that were stored before a factor, a prompt or a role came to the recipe
are found again under the same digest, or they would be paid for twice.

The digests were written down when the recipe had no factors. A change that makes one of them another is a fault.
"""

import asyncio
from uuid import UUID

import pytest

from guidelines.models import PairRevision
from synthesis import planning
from synthesis.grid import GridCell
from synthesis.identity import digest, messages_digest, text_digest
from synthesis.models import Profile, Run
from synthesis.recipes import RECIPES
from synthesis.recipes import supervised_dialogue as recipe
from synthesis.recipes.cell import Cell
from synthesis.shapes.schema import asked, room

THEN = ("counsellor", "counsellor_well", "opening", "counsellor_turn", "client", "client_turn", "styles",
        "supervisor", "supervise", "told", "validator", "validate", "compare", "refine", "schema")  # fmt: skip


def cell_of(prompts, factors: dict) -> str:
    run = Run(
        recipe="supervised_dialogue",
        prompts={name: text_digest(name) for name in prompts},
        serial=1,
        version_id=1,
    )
    pair, client = PairRevision(public_id=UUID(int=2)), Profile(public_id=UUID(int=3))
    cell = GridCell(client, (pair,), factors, 4)
    return planning.instance_of(run, cell, {}, lambda *parts: UUID(int=9))[0].cell


@pytest.mark.parametrize(
    ("factors", "name"),
    [
        ({"supervisor": "untold", "refinements": "3"},
         "c6164d4230dcee5bca1a3b242ca7563717c39d8e3c9f1a3c3238019408eb7581"),
        ({"supervisor": "told", "refinements": "1"},
         "d749c9946a323558f9f16dc65dc0ddb8bcb048aae9b77cbc2d8fd77dd7cb754f"),
    ],
)  # fmt: skip
def test_a_cell_without_factors_is_named_as_it_always_was(factors, name):
    assert cell_of(THEN, factors) == name
    # A run planned now keeps more prompts, and may cross what it leaves at the default.
    now = (*recipe.RECIPE.prompts, *recipe.RECIPE.more_prompts)
    assert cell_of(now, factors) == name
    defaults = {name: levels[0] for name, levels in recipe.RECIPE.factors.items()}
    assert cell_of(now, factors | defaults) == name


@pytest.mark.parametrize("factor", [
    {"style": "hostile"}, {"resistance": "none"}, {"language": "de"}, {"mistakes": "two"}, {"mistakes": "none"},
])  # fmt: skip
def test_a_level_of_its_own_makes_another_cell(factor):
    now = (*recipe.RECIPE.prompts, *recipe.RECIPE.more_prompts)
    base = {"supervisor": "untold", "refinements": "3"}
    assert cell_of(now, base | factor) != cell_of(now, base)


# Invented for this, so that a shipped prompt may be worded better.
PROMPTS = {
    "counsellor": "Show $mistake_name: $mistake_shows",
    "counsellor_well": "Work well: $mistake_name, $mistake_shows",
    "opening": "You speak first.",
    "counsellor_turn": "(Answer as the counsellor.)",
    "client": "You are $client_name: $client_description. $client_style",
    "client_turn": "(Answer as $client_name.)",
    "styles": "plain: Plainly.\nguarded: Vaguely.",
    "supervisor": "Our guideline: $guideline",
    "supervise": "Session: $transcript $told",
    "told": "It was $told_name; instead: $told_corrections",
    "validator": "Check.",
    "validate": "$transcript $feedback",
    "compare": "$transcript $original $refined",
    "refine": "$transcript $told $feedback $objections",
    "schema": "$schema",
}
FORCING = {"key": "forcing-change", "name": "Forcing change", "shows": "Argues."}
LISTENING = {"key": "poor-listening", "name": "Poor listening", "shows": "Interrupts."}
WELL = {"key": "good", "name": "Good practice", "shows": "Listens."}


def answer(shape, n: int):
    """The nth answer; the validator agrees late, so that everybody is asked."""
    if shape.__name__ == "Turn":
        return shape(text=f"Turn {n}.")
    if shape.__name__ == "Feedback":
        finding = {"utterances": [1], "quotes": ["Turn 0"], "mistake": "other", "why": "W.", "severity": 1,
                   "correction": "C.", "better": f"B{n}."}  # fmt: skip
        return shape.model_validate({"strengths": ["Warm."], "findings": [finding]})
    check = {"reason": "Because.", "ok": n > 18}
    return shape.model_validate(dict.fromkeys(("stepwise", "specific", "ethical", "supportive"), check))


@pytest.mark.parametrize(
    ("intended", "positive", "told", "calls", "content"),
    [
        (FORCING, False, None, "5b3b0b11303d821242a9b16ed712a86961f77816dfd1c17b4c6c11d8f4401263",
         "273678c88217010f6c71b9833a4f1a81604590ee7d138a03b93d03d8bd3012b1"),
        (FORCING, False, ({"name": "Forcing change", "corrections": ["Ask."]},),
         "a7e673acd66987df0b43feb0f843fafdc12d33008e379c11d19ad328e0d6424e",
         "71ba2646277634fd5375cebcdcf5c61ae7a03e00893da1f4baca4fd8ddf086f0"),
        (WELL, True, None, "7bb2ab499f008102b547ecd278a6814608efcaff3170f432200bf2eba53a0475",
         "273678c88217010f6c71b9833a4f1a81604590ee7d138a03b93d03d8bd3012b1"),
    ],
)  # fmt: skip
def test_a_session_without_factors_asks_the_same_calls_and_becomes_the_same_bytes(
    intended, positive, told, calls, content
):
    cell = Cell(
        name="5" * 64, client_name="Joana", style="guarded",
        profile={"history": "Moved often.", "emotions": ["anxious"]}, intended=(intended,), positive=positive,
        guideline=[FORCING, LISTENING], told=told,
        parameters={"supervisor": "told" if told else "untold", "refinements": "2"}, prompts=PROMPTS,
    )  # fmt: skip
    made_by = []

    async def ask(role, step, messages, shape):
        made_by.append([role, step, messages_digest(messages, asked(shape)), room(shape)])
        return answer(shape, len(made_by))

    made = asyncio.run(recipe.make(cell, ask)).model_dump(mode="json")
    assert (digest(made_by), digest(made)) == (calls, content)


TECHNIQUE_THEN = ("schema", "cbt_greeting", "cbt_client", "cbt_client_now", "cbt_client_last", "cbt_attitudes",
                  "cbt_writer", "cbt_close", "cbt_endings", "cbt_planner", "cbt_plan_now", "cbt_techniques", "cbt_plan",
                  "cbt_agent", "cbt_suggest", "cbt_moves", "cbt_write", "cbt_selector", "cbt_select", "cbt_answer",
                  "language", "language_turn", "cbt_greet")  # fmt: skip


@pytest.mark.parametrize(
    ("factors", "name"),
    [
        ({}, "a99e8582fabc2065bcfafad885bd7baaf94678129b8cd6d7aa1d5c7dd8d55411"),
        ({"agents": "single"}, "89987b9c03d32eb1479f35a1d9d5f6fd3a2edca4ea5ec6908cf1bf4e2d3c94b1"),
    ],
)  # fmt: skip
def test_a_cell_of_a_technique_session_keeps_its_name(factors, name):
    usual = {"exchanges": "12", "offered": "4"}
    declared = RECIPES["technique_session"]
    assert technique_cell(TECHNIQUE_THEN, usual | factors) == name
    # A later run keeps more prompts, and crosses what it leaves at the default.
    now = (*declared.prompts, *declared.more_prompts)
    defaults = {name: levels[0] for name, levels in declared.factors.items()}
    assert technique_cell(now, defaults | usual | factors) == name


def technique_cell(prompts, factors: dict) -> str:
    run = Run(recipe="technique_session", prompts={name: text_digest(name) for name in prompts}, serial=1)
    cell = GridCell(Profile(public_id=UUID(int=3)), (), factors, 4)
    return planning.instance_of(run, cell, {}, lambda *parts: UUID(int=9))[0].cell


JUDGED_THEN = ("schema", "judged_therapist", "judged_reply", "judged_judge", "judged_judge_now", "judged_dimensions",
               "judged_critic", "judged_critic_now", "judged_coach", "judged_coach_now", "judged_rewrite",
               "judged_rater", "judged_rater_now")  # fmt: skip


@pytest.mark.parametrize(
    ("factors", "name"),
    [
        ({}, "91febfb65cf24bf928044c9b14e65682e89832235adfaf770f0510948a8e7f9c"),
        ({"controls": "yes"}, "49d4cb8be282487b0a5b7feec502440fd7d5859958f99799ab512cb7fde0fac8"),
    ],
)
def test_a_cell_of_a_judged_reply_keeps_its_name(factors, name):
    usual = {"rewrites": "2", "trigger": "3"}
    assert judged_cell(JUDGED_THEN, usual | factors) == name
    declared = RECIPES["judged_reply"]
    now = (*declared.prompts, *declared.more_prompts)
    defaults = {name: levels[0] for name, levels in declared.factors.items()}
    assert judged_cell(now, defaults | usual | factors) == name


def judged_cell(prompts, factors: dict) -> str:
    run = Run(recipe="judged_reply", prompts={name: text_digest(name) for name in prompts}, serial=1)
    cell = GridCell(Profile(public_id=UUID(int=3)), (), factors, 4)
    return planning.instance_of(run, cell, {}, lambda *parts: UUID(int=9))[0].cell


PREFERENCE_THEN = ("schema", "rp_writer", "rp_answer", "rp_judge", "rp_rate", "rp_principles")


def test_a_cell_of_a_reply_preference_keeps_its_name():
    declared = RECIPES["reply_preference"]
    usual = {name: levels[0] for name, levels in declared.parameters.items()}
    assert list(usual.values()) == ["4", "4", "1", "2", "unless-alone", "mean", "1", *["1"] * 7, "drawn"]
    now = (*declared.prompts, *declared.more_prompts)
    for prompts in (PREFERENCE_THEN, now):
        run = Run(recipe="reply_preference", prompts={name: text_digest(name) for name in prompts}, serial=1)
        cell = GridCell(Profile(public_id=UUID(int=3)), (), usual, 4)
        made = planning.instance_of(run, cell, {}, lambda *parts: UUID(int=9))[0]
        assert made.cell == "1cd2ef36f3b496bbc3a5814a6ece650f46c41f4d9ba16e2ddc746e4965cd3849"
