"""The supervised counsellor of the self-play comparison: each draft is put to the supervisor behind the mirror, and
said again in other words where something was wrong with it, before the client hears anything.

After the published comparison (arXiv 2508.09042), in which every draft is criticised and rewritten; help of that kind
was measured to be worse than none. Here the supervisor may find nothing wrong, and then the draft is said as it is.
"""

from collections.abc import Callable

from synthesis.prompting import render
from synthesis.recipes.cell import Cell
from synthesis.shapes.dialogue import written_in
from synthesis.shapes.self_play import Critique, TracedTurn, critique_shape

PROMPTS = ("critique", "revise")
NOTHING_YET = "(Nobody has said anything yet.)"


async def supervised(
    cell: Cell, ask, exchange: int, *, heard: list[dict], watching: Callable[[str], list[dict]], shape
) -> TracedTurn:
    """One turn. `heard`: the messages that the counsellor answers; `watching(draft)`: the supervisor's; `shape`: of a
    turn.
    """
    draft = (await ask("counsellor", f"counsellor {exchange}", heard, shape)).text
    allowed = critique_shape(mistakes=[mistake["key"] for mistake in cell.guideline])
    allowed = written_in(allowed, cell.language)
    critique = await ask("supervisor", f"critique {exchange}", watching(draft), allowed)
    revised = draft
    if critique.slips:
        messages = revising(cell, heard, draft, critique)
        revised = (await ask("counsellor", f"revise {exchange}", messages, shape)).text
    # Each exchange begins with the counsellor.
    return TracedTurn(
        utterance=2 * exchange - 1,
        draft=draft,
        feedback=Critique.model_validate(critique.model_dump()),
        revised=revised,
    )


def revising(cell: Cell, heard: list[dict], draft: str, critique: Critique) -> list[dict]:
    fields = {"draft": draft, "advice": advice(critique)}
    whisper = render(cell.prompts["revise"], role="counsellor", fields=fields)
    return [*heard[:-1], {**heard[-1], "content": f"{heard[-1]['content']}\n\n{whisper}"}]


def advice(critique: Critique) -> str:
    """What the counsellor is whispered: what is good first, then what is wrong with better words; no label."""
    good = [f"- Keep this: {strength}" for strength in critique.strengths]
    return "\n".join([*good, *(f"- {slip.why} You could say: “{slip.better}”" for slip in critique.slips)])
