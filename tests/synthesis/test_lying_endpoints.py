"""An endpoint that answers nonsense, for ever, or too soon fails its own instance with a reason, nothing more."""

import asyncio
import json
import time
from dataclasses import replace

import pytest

from synthesis import hearing, llm, probing
from synthesis.faults import EndpointDown, EndpointRefused, NoEndpoint
from synthesis.llm import ModelEndpoint, Patience
from synthesis.models import Call, Endpoint
from synthesis.shapes.dialogue import Turn
from tests.fakes import model_server as fake

SHORT = Patience(budget=0.6, first_wait=0.1, longest_wait=0.2, timeout=0.4)


def raw(whole) -> fake.Reply:
    return replace(fake.EMPTY, raw=whole if isinstance(whole, bytes) else json.dumps(whole).encode())


def answers(content) -> dict:
    return {"choices": [{"message": {"content": content}, "finish_reason": "stop"}]}


def complete(script, patience=SHORT):
    """Ask a server for one reply, without engine and database; returns (reply or fault, requests)."""

    async def asked(url):
        async with ModelEndpoint(name="liar", base_url=url, patience=patience) as endpoint:
            return await endpoint.complete(model="m", messages=[], sampling={}, seed=1)

    with fake.ModelServer(script) as server:
        try:
            return asyncio.run(asked(server.url)), len(server.requests)
        except (EndpointDown, EndpointRefused) as fault:
            return fault, len(server.requests)


def probed(server) -> dict:
    async def asked():
        async with ModelEndpoint(name="liar", base_url=server.url, patience=SHORT) as endpoint:
            return await probing.ask(endpoint, model="")

    return asyncio.run(asked())


def known(server) -> None:
    """As if it had been probed already."""
    Endpoint.objects.create(name="environment", base_url=server.url, probed={"support": "honoured"})


LIES = [b"<html>proxy</html>", b"", b"[]", b"\xff\xfe", b"[" * 100_000, {"choices": []}, {"choices": {}},
        {"choices": [{"message": None}]}, {"error": {}}]  # fmt: skip
ODD = [None, ["a"], "[" * 50_000, "null", '{"text": 7}', '{"text": "\\ud800"}']


@pytest.mark.parametrize("whole", LIES, ids=lambda whole: str(whole)[:40])
def test_a_200_that_holds_no_reply_is_asked_again_and_then_given_up(whole):
    fault, asked = complete(lambda number, body: raw(whole))
    assert isinstance(fault, EndpointDown) and asked > 1


def test_replies_of_another_shape_fail_their_instances_with_a_reason(endpoint, plan, drive):
    known(endpoint(lambda number, body: raw(answers(ODD[number % len(ODD)]))))
    run = plan(len(ODD))
    drive(run)
    for instance in run.instances.all():
        assert instance.state == "failed" and "no usable answer" in instance.failure


def test_a_number_too_large_for_json_costs_nobody_the_reply(endpoint, plan, drive):
    server = endpoint()
    known(server)
    server.script = lambda n, body: raw(server.completion(body, None)[:-1] + b', "score": 1e999}')
    run = plan()
    drive(run)
    assert run.instances.get().state == "made", run.instances.get().failure
    assert Call.objects.first().reply["score"] is None


def test_an_answer_that_comes_byte_by_byte_is_given_up_in_time():
    began = time.monotonic()
    fault, _asked = complete(lambda number, body: fake.DRIP)
    assert time.monotonic() - began < 5
    assert "no answer within" in str(fault)


def test_an_enormous_answer_is_not_read_to_its_end():
    enormous = raw(answers("x" * (llm.MOST_BYTES + 1)))
    fault, _asked = complete(lambda number, body: enormous, replace(SHORT, timeout=20))
    assert "larger than 8 MB" in str(fault)


def test_what_a_refusal_says_can_be_stored(endpoint, plan, drive):
    error = json.dumps({"error": {"message": "half \ud800 a character, nul \0 inside"}}).encode()
    known(endpoint(lambda number, body: fake.Reply("", status=400, raw=error)))
    run = plan()
    drive(run)
    failure = run.instances.get().failure
    assert "refused the request with 400" in failure and failure.count("\ufffd") == 2


@pytest.mark.parametrize("after", ["0", "-7", "nan", "Thu, 01 Jan 1970 00:00:00 GMT", "soon",
                                   "Fri, 99999999999999999999 Jan 2020 00:00:00 GMT"])  # fmt: skip
def test_a_server_that_says_come_back_at_once_is_not_asked_without_a_pause(after):
    busy = replace(fake.BUSY, headers={"Retry-After": after})
    fault, asked = complete(lambda number, body: busy)
    assert "429" in str(fault) and 2 <= asked <= 8


def test_a_server_that_says_come_back_next_year_is_not_waited_for():
    later = replace(fake.BUSY, headers={"Retry-After": "31536000"})
    fault, asked = complete(lambda number, body: later)
    assert isinstance(fault, EndpointDown) and asked == 1


@pytest.mark.parametrize(
    "listed", [["a", "b"], {"x": 1}, 7, [None], [{"id": None}], [{"id": ["x"]}]], ids=str
)
def test_a_nonsensical_list_of_models_is_an_empty_one(listed):
    with fake.ModelServer() as server:
        server.listed = {"data": listed}
        assert probed(server)["models"] == []


@pytest.mark.parametrize("text", ['{"kestrel": ["amber"]}', '{"kestrel": {}}', "[" * 50_000, "7"],
                         ids=lambda text: text[:20])  # fmt: skip
def test_a_nonsensical_answer_to_the_probe_is_a_schema_ignored(text):
    with fake.ModelServer() as server:
        server.act = lambda body: fake.Reply(text)
        assert probed(server)["support"] == "ignored"


def test_a_fence_around_blank_lines_is_read_at_once():
    began = time.monotonic()
    call = Call(text="```json\n" + "\n" * 3000 + "x", finish_reason="stop", reply=answers(""))
    assert hearing.understood(call, Turn)[0] is None
    assert time.monotonic() - began < 1


@pytest.mark.parametrize(
    "fenced", ['```json\n{"text": "I hear you"}\n```', '\n```\n\n{"text": "I hear you"}\n ``` \n']
)
def test_a_fence_around_the_whole_is_taken_off(fenced):
    call = Call(text=fenced, finish_reason="stop", reply=answers(""))
    assert hearing.understood(call, Turn)[0].text == "I hear you"


@pytest.mark.parametrize(
    "text", ['Sure!\n```json\n{"text": "a"}\n```', '```json\n{"text": "a"}```\nThere.', "```", ""]
)
def test_words_around_a_fence_are_not_cut_away(text):
    call = Call(text=text, finish_reason="stop", reply=answers(""))
    assert hearing.understood(call, Turn)[0] is None


def test_a_run_whose_endpoint_was_removed_is_stopped_and_says_so(endpoint, plan, drive, settings):
    endpoint()
    run = plan(2)
    Endpoint.objects.all().delete()
    settings.OPENAI_BASE_URL = ""
    with pytest.raises(NoEndpoint):
        drive(run)
    run.refresh_from_db()
    assert run.state == "stopped" and "no longer set up" in run.why
    assert set(run.instances.values_list("state", flat=True)) == {"planned"}
