"""A novice reads a session, says what was wrong, reads the supervisor's explanation, and says it again.

After the growth reward of arXiv 2508.09042 v3. Each answer is given afresh to the same words; only the explanation
is added. It is read twice, without what gives the answer away and whole, so that one can tell how much of the growth
is understanding.
"""

from synthesis import rendering
from synthesis.faults import BadReplies
from synthesis.growth import gain, scored
from synthesis.leak_free import leak_free
from synthesis.prompting import render
from synthesis.recipes.cell import Cell
from synthesis.shapes.novice import Growth, Scored, novice_shape

PROMPTS = ("novice", "novice_answer", "explained", "explained_whole")
REPLIES = 3  # of one question, counted from the store too: the same cell always ends with the same answer


async def grow(cell: Cell, ask, *, utterances: list[dict], transcript: str, feedback: dict) -> Growth:
    """`feedback` is the supervisor's as it goes on, and the truth of the scores."""
    turns = [said["id"] for said in utterances if said["speaker"] == "counsellor"]
    shape = novice_shape(counsellor_turns=turns, mistakes=[mistake["key"] for mistake in cell.guideline])

    async def answered(step: str, explained: str = "", explanation: str = "") -> Scored:
        messages = novice_messages(cell, transcript, explained=explained, explanation=explanation)
        try:
            answer = await ask("novice", step, messages, shape, most=REPLIES)
        except BadReplies:
            return scored(None, feedback["findings"])
        return scored(answer.model_dump()["findings"], feedback["findings"])

    without = leak_free_explanation(cell, feedback, utterances)
    before = await answered("novice before")
    after = await answered("novice after", "explained", without)
    whole = await answered("novice after, whole", "explained_whole", whole_explanation(cell, feedback))
    return Growth(
        against="supervisor_findings",
        before=before,
        after=after,
        after_as_published=whole,
        reward=gain(before, after),
        reward_as_published=gain(before, whole),
        explanation=without,
    )


def novice_messages(cell: Cell, transcript: str, *, explained: str = "", explanation: str = "") -> list[dict]:
    fields = {
        "guideline": "\n".join(f"- {m['key']}: {m['name']}. {m['shows']}" for m in cell.guideline),
        "transcript": transcript,
        "explained": "",
        "explanation": explanation,
    }
    if explained:
        fields["explained"] = render(cell.prompts[explained], role="novice", fields=fields) + "\n"
    return [
        {"role": "system", "content": render(cell.prompts["novice"], role="novice", fields=fields)},
        {"role": "user", "content": render(cell.prompts["novice_answer"], role="novice", fields=fields)},
    ]


def whole_explanation(cell: Cell, feedback: dict) -> str:
    """What reviewers see: names of mistakes, numbers of turns and quotations included."""
    return rendering.draft(feedback, mistake_names={m["key"]: m["name"] for m in cell.guideline})


def leak_free_explanation(cell: Cell, feedback: dict, utterances: list[dict]) -> str:
    """Strengths and reasons, corrections and better words; no heads of findings, no list of quotations."""
    names = [text for m in cell.guideline for text in (m["key"], m["name"])]
    parts = [f"- {strength}" for strength in feedback["strengths"]]
    for finding in feedback["findings"]:
        parts.append(f"- {finding['why']} {finding['correction']} For example: “{finding['better']}”")
    if not feedback["findings"]:
        parts.append("- I would not change anything.")
    return leak_free(
        "\n".join(parts),
        names=names,
        said=[said["text"] for said in utterances],
        highest=max(len(utterances), len(cell.guideline)),
    )
