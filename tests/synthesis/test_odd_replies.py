"""An odd reply fails its own instance at most, never those whose replies are stored with it."""

import asyncio
import json
from dataclasses import replace
from types import SimpleNamespace

import pytest
from django.db import DatabaseError

from synthesis.asking import price_of
from synthesis.faults import NotStorable
from synthesis.models import Call
from synthesis.writing import Writer
from tests.fakes import model_server as fake


def a_call(key: str, text: str = "fine") -> Call:
    return Call(
        key=key, endpoint="e", model="m", role="client", step="s", seed=1, messages_digest="d", messages=[],
        reply={}, text=text, latency_ms=1,
    )  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_of_replies_stored_together_only_the_one_that_cannot_be_stored_fails():
    async def store_all():
        async with Writer() as writer:
            # Handed over before the thread takes the first, so that they share one batch.
            jobs = [writer.store(a_call(str(n), text="\ud800" if n == 3 else "fine")) for n in range(6)]
            found = writer.find("nothing")
            return await asyncio.gather(*jobs, found, return_exceptions=True)

    *stored, found = asyncio.run(store_all())
    assert [type(one).__name__ for one in stored] == ["Call"] * 3 + ["NotStorable"] + ["Call"] * 2
    assert found is None and Call.objects.count() == 5
    assert isinstance(stored[3], NotStorable) and not isinstance(stored[3], DatabaseError)


@pytest.mark.parametrize("odd", ["\\ud800", "\\u0000", "\\udc00\\ud800"])
def test_half_characters_and_nul_are_marked_and_the_reply_is_used(endpoint, plan, drive, odd):
    def script(number, body):
        if number == 0:
            whole = fake.ModelServer().completion(body, fake.Reply('{"text": "ODD"}')).decode()
            return replace(fake.EMPTY, raw=whole.replace("ODD", odd + " I hear you").encode())

    endpoint(script)
    run = plan()
    drive(run)
    assert run.instances.get().state == "made", run.instances.get().failure
    assert "\ufffd I hear you" in Call.objects.order_by("pk").first().text


@pytest.mark.parametrize("change", [{"usage": {"prompt_tokens": "12", "completion_tokens": -1}},
                                    {"usage": {"prompt_tokens": 10**30}}, {"logprob": float("nan")}])  # fmt: skip
def test_nonsense_about_tokens_and_numbers_fails_nothing(endpoint, plan, drive, change):
    server = endpoint()
    server.script = lambda number, body: replace(
        fake.EMPTY, raw=json.dumps(json.loads(server.completion(body, None)) | change).encode()
    )
    run = plan()
    drive(run)
    assert run.instances.get().state == "made", run.instances.get().failure


def test_a_price_known_in_part_is_unknown():
    reply = SimpleNamespace(tokens_in=100, tokens_out=20)
    assert price_of(reply, {"in": 0.5}) is None and price_of(reply, {}) is None
    assert str(price_of(reply, {"in": 0.5, "out": 2, "currency": "USD"})) == "0.00009000"
