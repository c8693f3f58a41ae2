"""What the novice, the supervisor behind the mirror and a supervisor with examples are asked fits one slot too."""

import json
from dataclasses import replace

import pytest

from config.demo.model_server import CONTEXT_PER_SLOT
from synthesis import examples
from synthesis.cast import Example
from synthesis.factors import EXAMPLES
from synthesis.recipes import novice, self_play
from synthesis.recipes import supervised_dialogue as recipe
from synthesis.shapes.dialogue import MOST_UTTERANCES, Turn, Utterance
from synthesis.shapes.novice import novice_shape
from synthesis.shapes.schema import asked, longest, room
from synthesis.shapes.self_play import critique_shape
from synthesis.shapes.words import TURN
from tests.synthesis import test_bounds as bounds

KEYS = [pair["key"] for pair in bounds.MISTAKES]
NOVICE = novice_shape(counsellor_turns=list(range(1, 14, 2)), mistakes=KEYS)
CRITIQUE = critique_shape(mistakes=KEYS)


@pytest.mark.parametrize("shape", [NOVICE, CRITIQUE])
def test_the_largest_valid_answer_fits_max_tokens(shape):
    written = json.dumps(bounds.largest(asked(shape)))
    assert len(written) <= longest(asked(shape))
    assert len(written) / bounds.CHARACTERS_PER_TOKEN < room(shape)


def everything_at_its_largest(supervisor: str) -> dict[str, tuple]:
    cell = replace(bounds.largest_cell(3), parameters={"supervisor": supervisor, "counsellor": "supervised"})
    if supervisor != "told":
        cell = replace(cell, told=None)
    most = int(EXAMPLES[-1])
    long = "x" * (examples.ROOM // most // 2)
    shown = Example(1, "a", "b", "c", "d", "en", draft=long, edited=long)
    with_examples = replace(cell, examples=(examples.written(shown),) * most)
    said = [
        Utterance(id=n, speaker=("client", "counsellor")[n % 2], text="x" * TURN)
        for n in range(1, MOST_UTTERANCES + 1)
    ]
    feedback = bounds.largest(asked(bounds.SHAPE))
    fields = recipe.supervisor_fields(cell, said)
    whole = novice.whole_explanation(cell, feedback)
    advice = CRITIQUE.model_validate(bounds.largest(asked(CRITIQUE)))
    # The last exchange: all but its two turns have been said.
    heard = recipe.counsellor_messages(cell, said[:-2])
    refused = bounds.Checks.model_validate(bounds.largest(asked(bounds.Checks)))
    written = bounds.Feedback.model_validate(feedback)
    return {
        "supervise": (recipe.supervisor_messages(with_examples, "supervise", fields), bounds.SHAPE),
        "refine": (recipe.refiner_messages(with_examples, fields, written, refused), bounds.SHAPE),
        "critique": (recipe.critic_messages(with_examples, said[:-2], "x" * TURN), CRITIQUE),
        "revise": (self_play.revising(cell, heard, "x" * TURN, advice), Turn),
        "novice": (
            novice.novice_messages(cell, fields["transcript"], explained="explained_whole", explanation=whole), NOVICE,
        ),
    }  # fmt: skip


@pytest.mark.parametrize("supervisor", ["untold", "told", "balanced"])
@pytest.mark.parametrize("step", ["supervise", "refine", "critique", "revise", "novice"])
def test_the_largest_prompt_and_its_answer_fit_one_slot(step, supervisor):
    messages, shape = everything_at_its_largest(supervisor)[step]
    characters = sum(len(message["content"]) + 12 for message in messages)
    tokens = characters / bounds.CHARACTERS_PER_TOKEN + room(shape)
    assert tokens < CONTEXT_PER_SLOT, f"{characters} characters, {room(shape)} for the answer"
