"""What is asked for fits: the largest valid answer into max_tokens, the largest prompt and it into one
slot.
"""

import json

import pytest
import yaml
from pydantic import BaseModel

from config.demo.model_server import CONTEXT_PER_SLOT
from guidelines.loading import shipped as shipped_guidelines
from synthesis.loading import SHIPPED
from synthesis.prompting import shipped
from synthesis.recipes import supervised_dialogue as recipe
from synthesis.recipes.cell import Cell
from synthesis.shapes.dialogue import MOST_UTTERANCES, Checks, Feedback, Turn, Utterance, feedback_shape
from synthesis.shapes.schema import Unbounded, asked, longest, room
from synthesis.shapes.words import TURN

# English prose runs above four characters a token with every tokenizer in use; three leaves room to spare.
CHARACTERS_PER_TOKEN = 3.0

PAIRS = [
    pair
    for path in shipped_guidelines()
    if "novice-mistakes" in path.name
    for pair in yaml.safe_load(path.read_text())["pairs"]
]
MISTAKES = [pair for pair in PAIRS if not pair["positive"]]
SHAPE = feedback_shape(counsellor_turns=list(range(1, 14, 2)), mistakes=[pair["key"] for pair in MISTAKES])


def largest(schema: dict):
    """The largest valid value, built from the schema independently of `longest`."""
    if "enum" in schema:
        return max(schema["enum"], key=lambda value: len(str(value)))
    if schema["type"] == "object":
        return {name: largest(part) for name, part in schema["properties"].items()}
    if schema["type"] == "array":
        return [largest(schema["items"])] * schema["maxItems"]
    return {"string": lambda: "x" * schema["maxLength"], "boolean": lambda: False}[schema["type"]]()


@pytest.mark.parametrize("shape", [Turn, Checks, SHAPE])
def test_the_largest_valid_answer_fits_max_tokens(shape):
    written = json.dumps(largest(asked(shape)))
    assert len(written) <= longest(asked(shape))
    assert len(written) / CHARACTERS_PER_TOKEN < room(shape)


def test_a_shape_without_bounds_is_refused():
    class Open(BaseModel):
        text: str

    with pytest.raises(Unbounded):
        room(Open)


def test_the_largest_feedback_is_taken_by_its_shape():
    value = largest(asked(SHAPE))
    assert len(SHAPE.model_validate(value).findings) == 3


def largest_cell(mistakes: int) -> Cell:
    """With the shipped guideline and clients."""
    clients = yaml.safe_load(SHIPPED.read_text())["profiles"]
    client = max(clients, key=lambda entry: len(str(entry)))
    meant = sorted(MISTAKES, key=lambda pair: -len(" ".join(pair["corrections"])) - len(pair["shows"]))[
        :mistakes
    ]
    return Cell(
        name="0" * 64, client_name=client["name"], style="verbose", profile=client,
        intended=tuple(meant), positive=False, guideline=MISTAKES, told=tuple(meant),
        parameters={"supervisor": "told", "resistance": "limit-setting"},
        prompts=shipped((*recipe.RECIPE.prompts, *recipe.RECIPE.more_prompts)),
    )  # fmt: skip


def everything_at_its_largest(mistakes: int) -> list[list[dict]]:
    """The longest messages that each step of the recipe can send."""
    cell = largest_cell(mistakes)
    said = [
        Utterance(id=n, speaker=("client", "counsellor")[n % 2], text="x" * TURN)
        for n in range(1, MOST_UTTERANCES + 1)
    ]
    fields = recipe.supervisor_fields(cell, said)
    feedback = Feedback.model_validate(largest(asked(SHAPE)))
    refused = Checks.model_validate(largest(asked(Checks)))
    return [
        (recipe.counsellor_messages(cell, said), Turn),
        (recipe.client_messages(cell, said), Turn),
        (recipe.supervisor_messages(cell, "supervise", fields), SHAPE),
        (recipe.refiner_messages(cell, fields, feedback, refused), SHAPE),
        (recipe.validator_messages(cell, "validate", fields, feedback), Checks),
        (recipe.validator_messages(cell, "compare", fields, feedback, feedback), Checks),
    ]


@pytest.mark.parametrize("mistakes", [1, 3])
@pytest.mark.parametrize(
    "step", range(6), ids=["counsellor", "client", "supervise", "refine", "validate", "compare"]
)
def test_the_largest_prompt_and_its_answer_fit_one_slot(step, mistakes):
    messages, shape = everything_at_its_largest(mistakes)[step]
    characters = sum(len(message["content"]) + 12 for message in messages)
    tokens = characters / CHARACTERS_PER_TOKEN + room(shape)
    assert tokens < CONTEXT_PER_SLOT, f"{characters} characters, {room(shape)} for the answer"
