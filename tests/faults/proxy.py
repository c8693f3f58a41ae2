"""A proxy in front of a model server that misbehaves by a plan and writes down every fault it dealt."""

import asyncio
import json
import threading
import time
from collections import Counter
from dataclasses import dataclass

from tests.faults import plan as faults
from tests.faults.plan import FaultPlan
from tests.faults.stub import is_no_work, name_of
from tests.faults.wire import GONE, LOOPBACK, Message, Server, read, response

RETRY_AFTER = 0.1  # seconds; a whole one at one request in twenty would be most of the test


@dataclass(frozen=True)
class Dealt:
    """One fault: its kind, the seed of the request it befell, the nth coming of that request, and when."""

    kind: str
    seed: int
    visit: int
    at: float


def damaged(completion: dict, kind: str) -> dict:
    """The completion with what the model said spoiled."""
    (choice,) = completion["choices"]
    text = choice["message"]["content"]
    spoiled = "" if kind == faults.EMPTY else text[: len(text) * 2 // 3]
    finish = "length" if kind == faults.TRUNCATED else "stop"
    return {**completion, "choices": [{**choice, "message": {**choice["message"], "content": spoiled},
                                       "finish_reason": finish}]}  # fmt: skip


class Proxy(Server):
    """`dealt` in the order of dealing; `came` holds the times at which each request came, by its seed."""

    def __init__(self, upstream: Server, plan: FaultPlan):
        self.upstream, self.plan = upstream, plan
        self.dealt: list[Dealt] = []
        self.came: dict[int, list[float]] = {}
        self.lock = threading.Lock()
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    @property
    def counts(self) -> Counter[str]:
        return Counter(one.kind for one in self.dealt)

    async def answer(self, request: Message, reader, writer) -> bool:
        body = json.loads(request.body) if request.is_completion else None
        if body is None or is_no_work(body):
            writer.write(await self._forwarded(request))
            return True
        return await self._deal(self._fate(body), request, reader, writer)

    def _fate(self, body: dict) -> str | None:
        with self.lock:
            times = self.came.setdefault(body["seed"], [])
            times.append(time.monotonic())
            kind = self.plan.fault(name_of(body), len(times))
            if kind:
                self.dealt.append(Dealt(kind, body["seed"], len(times), times[-1]))
        return kind

    async def _deal(self, kind: str | None, request: Message, reader, writer) -> bool:
        if kind == faults.BUSY:
            writer.write(
                response(
                    {"error": {"message": "slow down"}}, status=429, headers={"Retry-After": RETRY_AFTER}
                )
            )
        elif kind == faults.BROKEN:
            writer.write(response({"error": {"message": "out of order"}}, status=500))
        elif kind == faults.NOT_JSON:
            writer.write(response(b'{"choices": [{"message": {"content": '))
        elif kind == faults.HANG:
            await reader.read()  # until the client has had enough
            return False
        else:
            whole = await self._forwarded(request)
            if kind == faults.CUT:  # paid for, and lost on its way
                writer.write(whole[: len(whole) // 2])
                await writer.drain()
                writer.transport.abort()
                return False
            writer.write(response(damaged(_json(whole), kind)) if kind else whole)
        return True

    async def _forwarded(self, request: Message) -> bytes:
        """What the server behind answers, as a whole response."""
        while True:
            is_used = bool(self._idle)
            there = (
                self._idle.pop() if is_used else await asyncio.open_connection(LOOPBACK, self.upstream.port)
            )
            head = f"{request.first}\r\nHost: {LOOPBACK}\r\nContent-Length: {len(request.body)}\r\n\r\n"
            try:
                there[1].write(head.encode() + request.body)
                answer = await read(there[0])
            except GONE:
                answer = None
            if answer is not None:
                self._idle.append(there)
                return response(answer.body, status=int(answer.first.split()[1]))
            there[1].close()
            if not is_used:
                raise ConnectionResetError("the server behind is gone")

    async def _end(self):
        await super()._end()
        for _reader, writer in self._idle:
            writer.close()


def _json(whole: bytes) -> dict:
    return json.loads(whole.partition(b"\r\n\r\n")[2])
