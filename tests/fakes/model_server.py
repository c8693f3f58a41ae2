"""A scripted OpenAI-compatible server over real HTTP. It records every request and misbehaves as told.

    with ModelServer(script) as server: ... server.url ... server.requests

`script(number, body)` returns what to do with the nth completion (from 0): None or "valid" for an answer
valid by the schema asked for, or one of the acts below, or a Reply.
"""

import json
import random
import socket
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Reply:
    """A completion with this text."""

    text: str
    finish_reason: str = "stop"
    refusal: str = ""
    status: int = 200
    headers: dict = field(default_factory=dict)
    raw: bytes | None = None


MALFORMED = Reply('{"text": "no end', "stop")
TRUNCATED = Reply('{"text": "and then I', "length")
EMPTY = Reply("")
NOT_JSON = Reply("", raw=b"<html>proxy error</html>")
HALF_JSON = Reply("", raw=b'{"choices": [{"message": {"content": ')
FILTERED = Reply("", "content_filter")
REFUSED = Reply("", refusal="I cannot help with that.")
BUSY = Reply("", status=429, headers={"Retry-After": "0.05"})
BROKEN = Reply("", status=500)
DENIED = Reply("", status=401)
CUT = "cut"
HANG = "hang"
DRIP = "drip"
IGNORE_FORMAT = "ignore"

WORDS = [
    "well",
    "I",
    "see",
    "that",
    "it",
    "is",
    "hard",
    "for",
    "you",
    "and",
    "we",
    "can",
    "look",
    "at",
    "what",
    "you",
    "feel",
    "when",
    "the",
    "day",
    "is",
    "over",
]


def valid(schema: dict, chance: random.Random):
    """A value of the schema, drawn by chance."""
    if "enum" in schema:
        return chance.choice(schema["enum"])
    if "const" in schema:
        return schema["const"]
    kind = schema["type"]
    if kind == "object":
        return {name: valid(part, chance) for name, part in schema["properties"].items()}
    if kind == "array":
        n = chance.randint(schema.get("minItems", 0), min(schema["maxItems"], schema.get("minItems", 0) + 1))
        return [valid(schema["items"], chance) for _ in range(n)]
    if kind == "boolean":
        return True
    if kind == "integer":
        return chance.randint(schema.get("minimum", 0), schema.get("maximum", 9))
    words = " ".join(chance.choice(WORDS) for _ in range(6))
    return words[: schema.get("maxLength", 80)]


class ModelServer:
    def __init__(self, script=None, *, delay: float = 0.0, models=("scripted",), honours_format: bool = True):
        self.script, self.delay, self.models = script or (lambda number, body: None), delay, models
        self.honours_format = honours_format
        self.listed = {"object": "list", "data": [{"id": model} for model in models]}
        self.requests: list[dict] = []
        self.probes: list[dict] = []
        self._lock = threading.Lock()
        self._closing = threading.Event()

    def __enter__(self):
        server = self

        class Handler(_Handler):
            owner = server

        self._http = _Quiet(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}/v1"
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._closing.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def act(self, body: dict):
        """What to do with this completion; probes of the format are answered by what the server can."""
        asked = (body.get("response_format") or {}).get("json_schema", {}).get("name")
        if asked == "probe":
            with self._lock:
                self.probes.append(body)
            return None
        with self._lock:
            number = len(self.requests)
            self.requests.append(body)
        return self.script(number, body)

    def completion(self, body: dict, reply: Reply | None) -> bytes:
        if reply is not None and reply.raw is not None:
            return reply.raw
        text = reply.text if reply is not None else self._answer(body)
        message = {"role": "assistant", "content": text}
        if reply is not None and reply.refusal:
            message["refusal"] = reply.refusal
        finish = reply.finish_reason if reply is not None else "stop"
        choices = [{"index": 0, "message": message, "finish_reason": finish}]
        usage = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}
        whole = {
            "id": "x",
            "object": "chat.completion",
            "model": body["model"],
            "choices": choices,
            "usage": usage,
        }
        return json.dumps(whole).encode()

    def _answer(self, body: dict) -> str:
        wanted = body.get("response_format")
        chance = random.Random(body.get("seed", 0))
        if wanted and self.honours_format:
            return json.dumps(valid(wanted["json_schema"]["schema"], chance))
        content = body["messages"][-1]["content"]
        if "JSON schema:\n" in content:  # the schema travelled in the prompt
            return json.dumps(valid(json.loads(content.rsplit("JSON schema:\n", 1)[1]), chance))
        return "Hello."


class _Quiet(ThreadingHTTPServer):
    request_queue_size = 256

    def handle_error(self, request, client_address):
        """A client that went away is part of the play."""


class _Handler(BaseHTTPRequestHandler):
    owner: ModelServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def log_message(self, *_):
        pass

    def do_GET(self):
        self._send(200, json.dumps(self.owner.listed).encode())

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        act = self.owner.act(body)
        if self.owner.delay:
            time.sleep(self.owner.delay)
        if act == HANG:
            self.owner._closing.wait(30)
            self.close_connection = True
        elif act == CUT:
            self.wfile.write(
                b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\nContent-Type: application/json\r\n\r\n{"
            )
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
        elif act == DRIP:
            self.wfile.write(
                b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\nContent-Type: application/json\r\n\r\n"
            )
            while not self.owner._closing.wait(0.1):
                self.wfile.write(b" ")
                self.wfile.flush()
        elif act == IGNORE_FORMAT:
            self._send(200, self.owner.completion(body, Reply("Sure! Here is what I would say.")))
        else:
            reply = act if isinstance(act, Reply) else None
            if reply and reply.status != 200:
                error = json.dumps(
                    {"error": {"message": reply.text or "scripted", "type": "scripted"}}
                ).encode()
                self._send(reply.status, reply.raw or error, reply.headers)
            else:
                self._send(200, self.owner.completion(body, reply))

    def _send(self, status: int, content: bytes, headers: dict | None = None):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)
        self.wfile.flush()
