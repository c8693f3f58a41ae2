"""The one file that talks to model endpoints, through the openai client and over its connection. Repeats of the same
request happen here, as synthesis.policies says; what the model said is not judged here.
"""

import asyncio
import json
import math
import os
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from synthesis.faults import EndpointDenied, EndpointDown, EndpointGone
from synthesis.gates import Gate, Pass
from synthesis.models import HitchKind as Kind
from synthesis.patience import Patience, Tries
from synthesis.policies import POLICIES, SAME
from synthesis.recognising import Hitched, judged

# openai is imported where it is used: it costs about two seconds of CPU, and every web process imports this
# file for the settings page. This file stays the only one that imports it.

# What a database does not take: NUL, also as an escape inside a reply that is itself JSON, and half characters.
_NOT_STORABLE = re.compile(r"\x00|\\u0000|[\ud800-\udfff]")

# Of one answer. The longest that any shape allows is a hundredth of it; what is larger is no reply, and would
# fill memory and database.
MOST_BYTES = 8 * 1024 * 1024
MOST_OF_AN_ERROR = 2_000  # characters


@dataclass(frozen=True)
class Reply:
    """One reply as it came. `text` is what the model said, `refusal` its words when it refused."""

    raw: dict
    text: str
    finish_reason: str
    refusal: str
    tokens_in: int | None
    tokens_out: int | None
    latency_ms: int


class Caller:
    """Who asks: is told when a request goes out and comes back, and of every fault. This one does not mind."""

    def goes_on(self) -> None:
        """Asked before a wait for the next turn. May raise, and then nothing more is asked."""

    def goes_out(self) -> None:
        """May raise, and then nothing goes out."""

    def comes_back(self) -> None:
        pass

    def hitched(self, hitch: Hitched, *, waited_ms: int) -> None:
        pass


class ModelEndpoint:
    """An OpenAI-compatible endpoint. Use as an async context manager. Without a `gate` each request stands alone."""

    def __init__(
        self, *, name: str, base_url: str, key_env: str = "", patience: Patience | None = None,
        gate: Gate | None = None,
    ):  # fmt: skip
        self.name, self.base_url, self.gate = name, base_url, gate
        self.patience = patience or Patience.of_settings()
        import httpx2
        import openai

        self._key = os.environ.get(key_env, "").strip() if key_env else ""
        # A name and password in the address, as servers behind a gateway want them, go in place of the key.
        address = httpx2.URL(base_url)
        auth = (address.username, address.password) if address.userinfo else None
        # Over aiohttp a call costs less than half of what it costs over the client's other transport. Of its own it has
        # no timeout: the one for the whole answer holds for each part of it.
        self._http = openai.DefaultAioHttpClient(timeout=None, auth=auth)
        self._client = openai.AsyncOpenAI(
            base_url=address.copy_with(userinfo=b""), api_key=self._key or "none", max_retries=0, timeout=None,
            http_client=self._http,
        )  # fmt: skip
        self._headers: httpx2.Headers | None = None  # of a completion, as the client makes them

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        await self._client.close()

    async def models(self) -> list[str]:
        """Names of the models served. Raises EndpointDown or EndpointRefused; asks once."""
        try:
            raw = await self._once(lambda: self._by_the_client("/models"))
        except Hitched as hitch:
            down = EndpointDown(f"The model endpoint “{self.name}” does not answer: {hitch.why}.")
            raise hitch.fault or down from hitch
        listed = raw.get("data") if isinstance(raw.get("data"), list) else []
        names = [_text(one.get("id")) for one in listed if isinstance(one, dict)]
        return [name for name in names if name]

    async def complete(
        self,
        *,
        model: str,
        messages: list[dict],
        sampling: dict,
        seed: int,
        response_format: dict | None = None,
        caller: Caller | None = None,
        keep: Callable[[Reply], Awaitable] | None = None,
    ):
        """Ask for one reply, through the gate; returns it, or what `keep(reply)` makes of it before the place at the
        gate is another's: so no more can be lost at a kill than may be asked at once. Raises EndpointDown,
        EndpointGone, EndpointRefused, EndpointDenied, ContextOverflow, ContentRefused; and what they raise.
        """
        request = {"model": model, "messages": messages, "seed": seed, **sampling}
        if response_format is not None:
            request["response_format"] = response_format
        tries, caller = Tries(self.patience), caller or Caller()
        while True:
            taken = await self.gate.enter() if self.gate else None
            try:
                caller.goes_out()
                tries.goes_out()
                try:
                    reply = await self._reply(request)
                finally:
                    caller.comes_back()
                if taken:
                    self.gate.answered(taken)
                return await keep(reply) if keep else reply
            except Hitched as hitch:
                waited = tries.comes_back()
                caller.hitched(hitch, waited_ms=round(waited * 1000))
                pause = await self._pause(hitch, tries, taken, model)
                caller.goes_on()
            finally:
                if taken:
                    self.gate.leave(taken)
            await asyncio.sleep(pause)

    async def _pause(self, hitch: Hitched, tries: Tries, taken: Pass | None, model: str) -> float:
        """Seconds until the same may be asked again, beside what the gate says. Raises what it ends in."""
        if POLICIES[hitch.kind].again != SAME:
            if taken:
                self.gate.refused(taken)
            raise hitch.fault from hitch
        # A server that says when to come back is believed, also beyond our own steps; one that says "at once", or
        # names a moment that is past, would be asked without a pause.
        after = hitch.after if (hitch.after or 0) >= self.patience.first_wait else None
        if taken and await self._is_gone(hitch, tries, taken, after, model):
            why = f"The model endpoint “{self.name}” has answered nobody for {self.gate.down_for():.0f} s"
            why += f" and asks to be left alone for {after:.0f} s" if after else ""
            self.gate.give_up(f"{why}: {hitch.why}.")
            raise EndpointGone(self.gate.gone) from hitch
        pause = tries.pause(after)
        # At the gate the whole endpoint's time to rest is not held against the one who was told of it.
        is_slowed = taken is not None and (after is not None or POLICIES[hitch.kind].slows)
        is_over = tries.are_too_many if is_slowed else tries.are_over(pause)
        if is_over and (taken is None or self.gate.answered_at > tries.began):
            raise EndpointDown(
                f"The model endpoint “{self.name}” failed for {tries.lost:.0f} s "
                f"(it is asked again for {self.patience.budget:.0f} s): {hitch.why}."
            ) from hitch
        is_told_by_the_gate = taken and (after is not None or self.gate.breaker.is_open)
        return 0.0 if is_told_by_the_gate else pause

    async def _is_gone(
        self, hitch: Hitched, tries: Tries, taken: Pass, after: float | None, model: str
    ) -> bool:
        """Whether the endpoint has answered nobody for longer than patience. Raises EndpointDown where it is this
        very request that it fails on: before a run is stopped, it is asked something harmless.
        """
        if hitch.kind == Kind.RATE_LIMITED:
            return self.gate.busy(taken, after=after, why=hitch.why)
        if not self.gate.failed(taken, who=tries, after=after, why=hitch.why):
            return False
        if self.gate.failed_only(tries) and await self._answers_a_greeting(model):
            self.gate.refused(taken)
            words = f"The model endpoint “{self.name}” fails on this request, again and again, while it answers others"
            raise EndpointDown(f"{words}: {hitch.why}.") from hitch
        return True

    async def _answers_a_greeting(self, model: str) -> bool:
        greeting = [{"role": "user", "content": "Say hello in one word."}]
        try:
            await self._reply({"model": model, "messages": greeting, "max_tokens": 8})
        except Hitched:
            return False
        return True

    async def _reply(self, request: dict) -> Reply:
        asked = time.monotonic()
        # As the bytes that go out: the client would walk through every part of a request, to know its types.
        content = json.dumps(request, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
        raw = await self._once(lambda: self._completion(content))
        latency_ms = round((time.monotonic() - asked) * 1000)
        return _reply(raw, endpoint=self.name, latency_ms=latency_ms)

    async def _by_the_client(self, path: str):
        """The answer of a GET, still to be read."""
        import httpx2
        import openai

        # `stream`: what comes is read by us, and not beyond what an answer may hold. `security`: never the key of an
        # administrator, which the client would take from its own variable.
        return await self._client.get(
            path, cast_to=httpx2.Response, stream=True, stream_cls=openai.AsyncStream,
            options={"security": {"bearer_auth": True}},
        )  # fmt: skip

    async def _completion(self, content: bytes):
        """The answer to a completion, still to be read. All of them differ in nothing but what they hold: to have the
        client make each request anew costs as much as to send it and to store its reply.
        """
        import httpx2

        if self._headers is None:
            made = self._client.default_headers.items()
            # Never the key of an administrator, which the client would take from its own variable.
            key = {"Authorization": f"Bearer {self._client.api_key}"}
            self._headers = httpx2.Headers(
                {name: value for name, value in made if isinstance(value, str)} | key
            )
            self._address = self._client.base_url.join("chat/completions")
        request = httpx2.Request("POST", self._address, headers=self._headers, content=content)
        return await self._http.send(request, stream=True)

    async def _once(self, send) -> dict:
        import aiohttp
        import httpx2
        import openai

        if not (self._key.isascii() and self._key.isprintable()):
            denied = EndpointDenied(
                f"The key of the model endpoint “{self.name}” holds what no key can hold."
            )
            raise Hitched(Kind.REFUSED, "its key cannot be sent", fault=denied)
        try:
            async with asyncio.timeout(self.patience.timeout):
                answer = await send()
                content = await _whole(answer)
        except TimeoutError as problem:
            raise Hitched(Kind.HANG, f"no answer within {self.patience.timeout:.0f} s") from problem
        except openai.APIStatusError as problem:
            raise self._judged(problem.status_code, problem.body, problem.response.headers) from problem
        except (openai.APIConnectionError, httpx2.NetworkError, httpx2.TimeoutException) as problem:
            # Also where it is called a timeout: so it is when a server closes the connection.
            raise Hitched(Kind.CUT, f"no connection ({_reason(problem)})") from problem
        except (aiohttp.ClientError, httpx2.HTTPError) as problem:
            raise Hitched(Kind.CUT, f"no HTTP ({type(problem).__name__})") from problem
        if answer.is_error:
            raise self._judged(answer.status_code, _said(content), answer.headers)
        try:
            raw = storable(json.loads(content, parse_constant=lambda name: None))
        except (ValueError, RecursionError) as problem:
            raise Hitched(Kind.NOT_JSON, "its answer was not JSON") from problem
        if not isinstance(raw, dict):
            raise Hitched(Kind.NOT_JSON, "its answer was not a JSON object")
        return raw

    def _judged(self, status: int, body, headers) -> Hitched:
        """What it means for us that the endpoint answers with an error."""
        # What it said ends in the instance's row.
        said = storable(str(body.get("message", "") if isinstance(body, dict) else "")[:200])
        return judged(
            endpoint=self.name, status=status, body=body, said=said, retry_after=headers.get("retry-after"),
        )  # fmt: skip


def _said(content: bytes):
    """The body of an error: what stands under "error" where it is of the usual form; text, where it is no JSON."""
    try:
        said = json.loads(content)
    except (ValueError, RecursionError):
        return content[:MOST_OF_AN_ERROR].decode(errors="replace")
    return said.get("error", said) if isinstance(said, dict) else said


async def _whole(answer) -> bytes:
    content = bytearray()
    try:
        async for piece in answer.aiter_bytes():
            content += piece
            if len(content) > MOST_BYTES:
                break
    except Exception as problem:  # of the HTTP library that openai brings, which is not always the same one
        raise Hitched(Kind.CUT, f"its answer broke off ({type(problem).__name__})") from problem
    finally:
        await answer.aclose()
    if len(content) > MOST_BYTES:
        raise Hitched(Kind.NOT_JSON, f"its answer is larger than {MOST_BYTES // 1024**2} MB")
    return bytes(content)


def _reason(problem: BaseException) -> str:
    """Why there is no connection, in the words of the first that noticed; they hold nothing of what was sent."""
    while problem.__cause__ is not None:
        problem = problem.__cause__
    return str(problem)[:80] or type(problem).__name__


def storable(value):
    """The JSON value as a database takes it: what it does not take keeps its place marked with U+FFFD."""
    if isinstance(value, str):
        return _NOT_STORABLE.sub("\ufffd", value)
    if isinstance(value, list):
        return [storable(one) for one in value]
    if isinstance(value, dict):
        return {storable(key): storable(one) for key, one in value.items()}
    if isinstance(value, float) and not math.isfinite(value):
        return None  # 1e999 is read as infinity, which JSON cannot write
    return value


def _text(value) -> str:
    return value if isinstance(value, str) else ""


def _count(value) -> int | None:
    """A number of tokens, or None where the endpoint tells nonsense."""
    return value if isinstance(value, int) and 0 <= value < 2**31 else None


def _reply(raw: dict, *, endpoint: str, latency_ms: int) -> Reply:
    try:
        choice = raw["choices"][0]
        message = choice["message"]
        usage = raw.get("usage") or {}
        return Reply(
            raw=raw,
            text=_text(message.get("content")),
            finish_reason=_text(choice.get("finish_reason")),
            refusal=_text(message.get("refusal")),
            tokens_in=_count(usage.get("prompt_tokens")),
            tokens_out=_count(usage.get("completion_tokens")),
            latency_ms=latency_ms,
        )
    except (KeyError, IndexError, TypeError, AttributeError) as problem:
        # Some servers tell of an error under status 200, as of a request that is too long.
        if isinstance(raw.get("error"), dict):
            hitch = judged(endpoint=endpoint, status=200, body=raw, said="")
            if hitch.kind in (Kind.CONTEXT_OVERFLOW, Kind.CONTENT_FILTER):
                raise hitch from problem
        raise Hitched(Kind.NOT_JSON, "its answer holds no reply") from problem
