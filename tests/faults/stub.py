"""A model server whose every reply is a pure function of the request: what is right can be computed beside it."""

import asyncio
import json
import random
import threading
from collections import Counter

from synthesis.identity import digest
from tests.fakes.model_server import valid
from tests.faults.wire import Message, Server, response

DOUBTS = 0.1  # of a validator's four answers
GREETING = {"json_schema": {"schema": {"type": "object", "properties": {}}}}


def name_of(body: dict) -> str:
    """What a request is: equal ones are answered with equal bytes."""
    return digest([body["model"], body["messages"], body["seed"]])


def text_of(body: dict) -> str:
    chance = random.Random(name_of(body))
    value = valid(body["response_format"]["json_schema"]["schema"], chance)
    for part in value.values():
        if isinstance(part, dict) and "ok" in part:
            part["ok"] = chance.random() >= DOUBTS
    return json.dumps(value)


def completion(body: dict) -> dict:
    choice = {"index": 0, "message": {"role": "assistant", "content": text_of(body)}, "finish_reason": "stop"}
    usage = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}
    return {"object": "chat.completion", "model": body["model"], "choices": [choice], "usage": usage}


class Stub(Server):
    """Counts what it was asked, and what it has answered to the end, by the seed of the request; `delay` in seconds."""

    def __init__(self, *, delay: float = 0.0):
        self.delay = delay
        self.lock = threading.Lock()
        self.forget()

    def forget(self):
        with self.lock:
            self.asked: Counter[int] = Counter()
            self.answered: Counter[int] = Counter()

    async def answer(self, request: Message, reader, writer) -> bool:
        if not request.is_completion:
            writer.write(response({"object": "list", "data": [{"id": "scripted"}]}))
            return True
        body = json.loads(request.body)
        if is_no_work(body):
            form = body.get("response_format") or GREETING
            writer.write(response(completion({**body, "seed": 0, "response_format": form})))
            return True
        with self.lock:
            self.asked[body["seed"]] += 1
        if self.delay:
            await asyncio.sleep(self.delay)
        writer.write(response(completion(body)))
        with self.lock:
            self.answered[body["seed"]] += 1
        return True


def is_no_work(body: dict) -> bool:
    """The engine asks what an endpoint can, and greets one that fails, to see whether it is there."""
    return (
        "seed" not in body
        or (body.get("response_format") or {}).get("json_schema", {}).get("name") == "probe"
    )
