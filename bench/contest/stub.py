"""An OpenAI-compatible endpoint that thinks for a fixed time and then says what `bench.contest.work` says it says.

    python -m bench.contest.stub --latency 0.05      prints its address, and ends when its standard input is closed

It counts: GET /count, and POST /forget to begin again. It speaks as little HTTP as its clients need, so that it is
not what is measured; `ceiling` tells how many calls a second it answers.
"""

import argparse
import asyncio
import json
import sys
import time
from collections import Counter
from dataclasses import dataclass, field

from bench.contest.work import MARK, in_order, prompt, sentence

_OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
_BAD = b"HTTP/1.1 %d Refused\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


@dataclass
class Counted:
    """`asked` counts each call of the work by its mark; `other` are probes and the like."""

    asked: Counter = field(default_factory=Counter)
    answered: int = 0
    other: int = 0
    out_of_order: int = 0
    in_flight: int = 0
    most_in_flight: int = 0

    def told(self) -> dict:
        calls = self.asked.total()
        return {
            "calls": calls,
            "repeated": calls - len(self.asked),
            "answered": self.answered,
            "other": self.other,
            "out_of_order": self.out_of_order,
            "in_flight": self.in_flight,
            "most_in_flight": self.most_in_flight,
            "processor": time.process_time(),
        }


# Published sessions have some 75 words in a turn.
AS_LONG_AS_A_TURN = sentence("turn", 0) + " " + " ".join(sentence("turn", n) for n in range(1, 4))


def valid(schema: dict, words: str):
    """A value of the schema whose strings are the words."""
    if "enum" in schema:
        return schema["enum"][0]
    if "const" in schema:
        return schema["const"]
    kind = schema.get("type")
    if kind == "object":
        return {name: valid(part, words) for name, part in schema.get("properties", {}).items()}
    if kind == "array":
        return [valid(schema["items"], words)] * schema.get("minItems", 0)
    if kind == "boolean":
        return True
    if kind in {"integer", "number"}:
        return schema.get("minimum", 0)
    return words[: schema.get("maxLength")]


def completion(body: dict, words: str) -> bytes:
    wanted = body.get("response_format") or {}
    schema = (wanted.get("json_schema") or {}).get("schema")
    text = json.dumps(valid(schema, words)) if schema else words
    whole = {
        "id": "stub",
        "object": "chat.completion",
        "created": 0,
        "model": body.get("model", ""),
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120},
    }
    return json.dumps(whole).encode()


class Stub:
    """What all connections share."""

    def __init__(self, latency: float):
        self.latency, self.counted = latency, Counted()

    def completion(self, body: dict) -> tuple[bytes, bool]:
        """(the answer, whether it is a call of the work)."""
        content = body["messages"][-1]["content"] if body.get("messages") else ""
        if not isinstance(content, str):  # a list of parts
            content = "\n".join(part.get("text", "") for part in content)
        found = MARK.search(content)
        if found is None:
            self.counted.other += 1
            return completion(body, AS_LONG_AS_A_TURN if body.get("response_format") else "Hello."), False
        session, turn = found[1], int(found[2])
        self.counted.asked[found[0]] += 1
        self.counted.out_of_order += not in_order(session, turn, content)
        return completion(body, sentence(session, turn)), True


class Connection(asyncio.Protocol):
    def __init__(self, stub: Stub):
        self.stub, self.received, self.waiting = stub, bytearray(), 0

    def connection_made(self, transport):
        self.transport = transport

    def connection_lost(self, problem):
        self.stub.counted.in_flight -= self.waiting
        self.waiting = 0

    def data_received(self, data):
        self.received += data
        while (end := self.received.find(b"\r\n\r\n")) >= 0:
            head = bytes(self.received[:end]).decode("latin-1")
            first, *lines = head.split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (ln.partition(":") for ln in lines)}
            if "transfer-encoding" in headers:
                self.transport.write(_BAD % 411)
                self.transport.close()
                return
            whole = end + 4 + int(headers.get("content-length", 0))
            if len(self.received) < whole:
                return
            body = bytes(self.received[end + 4 : whole])
            del self.received[:whole]
            self._answer(*first.split(" ")[:2], body)

    def _answer(self, method: str, path: str, body: bytes):
        counted = self.stub.counted
        if path.endswith("/chat/completions"):
            answer, is_work = self.stub.completion(json.loads(body))
            self.waiting += 1
            counted.in_flight += 1
            counted.most_in_flight = max(counted.most_in_flight, counted.in_flight)
            asyncio.get_running_loop().call_later(self.stub.latency, self._say, answer, is_work)
        elif path.endswith("/models"):
            self._send(json.dumps({"object": "list", "data": [{"id": "stub", "object": "model"}]}).encode())
        elif path == "/count":
            self._send(json.dumps(counted.told()).encode())
        elif path == "/forget":
            self.stub.counted = Counted(in_flight=counted.in_flight)
            self._send(b"{}")
        else:
            self.transport.write(_BAD % 404)

    def _say(self, answer: bytes, is_work: bool):
        if not self.waiting:
            return  # the client went away
        self.waiting -= 1
        self.stub.counted.in_flight -= 1
        self.stub.counted.answered += is_work
        self._send(answer)

    def _send(self, body: bytes):
        self.transport.write(_OK % len(body) + body)


async def serve(latency: float) -> None:
    loop = asyncio.get_running_loop()
    stub = Stub(latency)
    server = await loop.create_server(lambda: Connection(stub), "127.0.0.1", 0, backlog=1024)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1", flush=True)
    await asyncio.to_thread(sys.stdin.read)  # whoever started it is gone, or wants it gone


class _Asking(asyncio.Protocol):
    """A client that sends ready-made bytes as soon as it is answered."""

    def __init__(self, request: bytes, times: int, done: asyncio.Future):
        self.request, self.left, self.done, self.received = request, times, done, bytearray()

    def connection_made(self, transport):
        self.transport = transport
        transport.write(self.request)

    def data_received(self, data):
        self.received += data
        end = self.received.find(b"\r\n\r\n")
        if end < 0:
            return
        length = int(self.received[:end].rpartition(b"Content-Length: ")[2])
        if len(self.received) < end + 4 + length:
            return
        self.received.clear()
        self.left -= 1
        if self.left:
            self.transport.write(self.request)
        else:
            self.transport.close()
            self.done.set_result(None)


async def ceiling(url: str, *, connections: int = 32, times: int = 250) -> float:
    """Calls a second that the endpoint at `url` answers, asked by next to no client."""
    host, port = url.split("/")[2].split(":")
    body = json.dumps({"model": "stub", "messages": [{"role": "user", "content": prompt(0, [])}]}).encode()
    head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: {host}\r\nContent-Length: {len(body)}\r\n\r\n"
    loop = asyncio.get_running_loop()
    begun, waiting = time.perf_counter(), []
    for _ in range(connections):
        done = loop.create_future()
        await loop.create_connection(
            lambda done=done: _Asking(head.encode() + body, times, done), host, int(port)
        )
        waiting.append(done)
    await asyncio.gather(*waiting)
    return connections * times / (time.perf_counter() - begun)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--latency", type=float, default=0.05, help="seconds")
    asyncio.run(serve(parser.parse_args().latency))


if __name__ == "__main__":
    main()
