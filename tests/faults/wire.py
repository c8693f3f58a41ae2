"""The little of HTTP/1.1 that the stub and the proxy need, on asyncio, in a thread of its own."""

import asyncio
import contextlib
import json
import ssl
import threading
from dataclasses import dataclass

LOOPBACK = "127.0.0.1"
GONE = (ConnectionError, asyncio.IncompleteReadError)


@dataclass(frozen=True)
class Message:
    """A request or a response: its first line, its body, and its headers by their names in small letters."""

    first: str
    body: bytes
    headers: dict[str, str]

    @property
    def is_completion(self) -> bool:
        return self.first.startswith("POST ")


async def read(reader: asyncio.StreamReader) -> Message | None:
    """The next message of a connection; None when the other side has ended it."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    except asyncio.IncompleteReadError as problem:
        if problem.partial:
            raise
        return None
    parts = (line.split(":", 1) for line in head[1:] if ":" in line)
    headers = {name.lower(): value.strip() for name, value in parts}
    return Message(head[0], await reader.readexactly(int(headers.get("content-length", 0))), headers)


def response(
    body: bytes | dict, *, status: int = 200, headers: dict | None = None, length: int | None = None
) -> bytes:
    """`length`: what the response says of itself, if not the truth."""
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    told = {"Content-Type": "application/json", "Content-Length": length or len(body), **(headers or {})}
    lines = "".join(f"{name}: {value}\r\n" for name, value in told.items())
    return f"HTTP/1.1 {status} X\r\n{lines}\r\n".encode() + body


class Server:
    """Answers on loopback from `with` to its end. Subclasses say how, in `answer`; `tls`, where it is encrypted."""

    tls: ssl.SSLContext | None = None

    def __enter__(self):
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=type(self).__name__, daemon=True)
        self._thread.start()
        self._tasks: set[asyncio.Task] = set()
        self._listening = self._here(
            asyncio.start_server(self._connected, LOOPBACK, 0, backlog=256, ssl=self.tls)
        )
        self.port = self._listening.sockets[0].getsockname()[1]
        self.url = f"http://{LOOPBACK}:{self.port}/v1"
        return self

    def __exit__(self, *_):
        self._here(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _here(self, work):
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(20)

    async def _end(self):
        self._listening.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter):
        task = asyncio.current_task()
        self._tasks.add(task)
        try:
            while (request := await read(reader)) is not None and await self.answer(request, reader, writer):
                await writer.drain()
        except (*GONE, asyncio.CancelledError):
            pass  # a client that went away is part of the play, and so is our own end
        finally:
            self._tasks.discard(task)
            writer.close()
            with contextlib.suppress(*GONE):
                await writer.wait_closed()

    async def answer(self, request: Message, reader, writer) -> bool:
        """Write an answer; False ends the connection."""
        raise NotImplementedError
