"""The transport only: what SmolLM2 writes is poor, and no test looks at its wording."""

import json

import httpx
import pytest

pytestmark = pytest.mark.llm

SCHEMA = {
    "type": "object",
    "properties": {
        "mood": {"enum": ["low", "steady", "high"]},
        "score": {"type": "integer", "minimum": 1, "maximum": 5},
    },
    "required": ["mood", "score"],
    "additionalProperties": False,
}


def complete(base_url: str, **changes) -> dict:
    body = {
        "model": "smollm2",
        "messages": [{"role": "user", "content": "How was the week? Answer as JSON."}],
        "max_tokens": 64,
        "seed": 7,
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "week", "strict": True, "schema": SCHEMA},
        },
    }
    answer = httpx.post(f"{base_url}/chat/completions", json=body | changes, timeout=120)
    answer.raise_for_status()
    return answer.json()["choices"][0]


def test_the_server_names_its_model(model_server):
    models = httpx.get(f"{model_server}/models", timeout=30).json()["data"]
    assert [model["id"] for model in models] == ["smollm2"]


def test_a_reply_follows_the_schema_and_says_that_it_ended(model_server):
    choice = complete(model_server)
    assert choice["finish_reason"] == "stop"
    reply = json.loads(choice["message"]["content"])
    assert set(reply) == {"mood", "score"}
    assert reply["mood"] in ("low", "steady", "high")
    assert reply["score"] in range(1, 6)


def test_a_reply_that_was_cut_says_so(model_server):
    assert complete(model_server, max_tokens=3)["finish_reason"] == "length"


def test_each_slot_has_the_whole_context(model_server):
    properties = httpx.get(f"{model_server.removesuffix('/v1')}/props", timeout=30).json()
    assert properties["total_slots"] == 4
    assert properties["default_generation_settings"]["n_ctx"] == 8192
