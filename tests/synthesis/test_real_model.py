"""The same client code against a real server (llama.cpp with SmolLM2): the form of what comes, never its
wording.
"""

import asyncio

import pytest
from django.core.management import call_command

from guidelines import naming
from synthesis import loading, planning, probing, running
from synthesis.cast import environment_endpoint
from synthesis.llm import ModelEndpoint, Patience
from synthesis.models import Call
from synthesis.shapes.dialogue import SupervisedDialogue, Turn
from synthesis.shapes.schema import asked, room

pytestmark = pytest.mark.llm
PATIENCE = Patience(budget=60, timeout=600)
MESSAGES = [
    {"role": "user", "content": "Say good morning. Answer with a JSON object that has one field, text."}
]
FORMAT = {"type": "json_schema", "json_schema": {"name": "answer", "strict": True, "schema": asked(Turn)}}


def ask(url: str, **changes):
    async def once():
        async with ModelEndpoint(name="real", base_url=url, patience=PATIENCE) as endpoint:
            request = {"model": "smollm2", "messages": MESSAGES, "seed": 5, "response_format": FORMAT}
            return await endpoint.complete(**{**request, "sampling": {"max_tokens": room(Turn)}, **changes})

    return asyncio.run(once())


def test_a_real_server_answers_in_the_shape_and_repeats_itself_for_a_seed(model_server):
    first, second = ask(model_server), ask(model_server)
    assert Turn.model_validate_json(first.text) and first.text == second.text
    assert first.finish_reason == "stop"
    assert first.tokens_in > 0 and first.tokens_out > 0


def test_a_real_server_says_when_it_cut_an_answer_off(model_server):
    assert ask(model_server, sampling={"max_tokens": 4}).finish_reason == "length"


@pytest.mark.django_db(transaction=True)
def test_the_probe_finds_that_a_real_server_honours_the_format(model_server, settings):
    settings.OPENAI_BASE_URL, settings.OPENAI_MODEL = model_server, "smollm2"
    found = probing.probe(environment_endpoint())
    assert (found["support"], found["json_schema"], found["error"]) == ("honoured", True, "")
    assert "smollm2" in found["models"]


@pytest.mark.django_db(transaction=True)
def test_a_real_model_makes_a_whole_instance_from_the_shipped_words(model_server, settings):
    settings.OPENAI_BASE_URL, settings.OPENAI_MODEL = model_server, "smollm2"
    call_command("load_guideline", "shipped", skip_checks=True)
    loading.load("shipped")
    version = naming.find("novice-mistakes")
    run = planning.plan(
        recipe="supervised_dialogue", version=version, profiles="all", pairs="all", limit=1, seed=3
    )
    for _ in range(3):  # so small a model may need another try; that is what trying again is for
        running.drive(run, patience=PATIENCE)
        instance = run.instances.get()
        if instance.state == "made":
            break
        run.instances.filter(state="failed").update(state="planned")
    assert instance.state == "made", instance.failure
    assert SupervisedDialogue.model_validate(instance.content)
    assert set(instance.trace) == set(Call.objects.values_list("key", flat=True))
