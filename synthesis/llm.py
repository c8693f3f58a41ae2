"""The one file that talks to model endpoints, through the openai client. Retries of the transport happen
here.

A transport retry repeats the same request (same seed); what the model said is not judged here.
"""

import asyncio
import json
import math
import os
import random
import re
import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from django.conf import settings

from synthesis.faults import ContentRefused, EndpointDown, EndpointRefused

# openai is imported where it is used: it costs about two seconds of CPU, and every web process imports this
# file for the settings page. This file stays the only one that imports it.

# What a database does not take: NUL, also as an escape inside a reply that is itself JSON, and half characters.
_NOT_STORABLE = re.compile(r"\x00|\\u0000|[\ud800-\udfff]")

# Of one answer. The longest that any shape allows is a hundredth of it; what is larger is no reply, and would
# fill memory and database.
MOST_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True)
class Patience:
    """How long a failing endpoint is asked again: a budget per call, with waits that grow."""

    budget: float = 120.0
    first_wait: float = 0.5
    longest_wait: float = 20.0
    timeout: float = 600.0

    @classmethod
    def of_settings(cls) -> "Patience":
        return cls(budget=settings.MODEL_RETRY_BUDGET_SECONDS, timeout=settings.MODEL_TIMEOUT_SECONDS)


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


class _Again(Exception):
    """The endpoint failed in a way that may pass; `after` seconds if it said so itself."""

    def __init__(self, why: str, after: float | None = None):
        super().__init__(why)
        self.after = after


class ModelEndpoint:
    """An OpenAI-compatible endpoint. Use as an async context manager."""

    def __init__(self, *, name: str, base_url: str, key_env: str = "", patience: Patience | None = None):
        self.name, self.base_url = name, base_url
        self.patience = patience or Patience.of_settings()
        import openai

        key = os.environ.get(key_env, "") if key_env else ""
        self._client = openai.AsyncOpenAI(
            base_url=base_url, api_key=key or "none", max_retries=0, timeout=self.patience.timeout
        )

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        await self._client.close()

    async def models(self) -> list[str]:
        """Names of the models served. Raises EndpointDown or EndpointRefused; asks once."""
        try:
            raw = await self._once(lambda: self._client.models.with_streaming_response.list())
        except _Again as problem:
            raise EndpointDown(f"The model endpoint “{self.name}” does not answer: {problem}.") from problem
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
    ) -> Reply:
        """Ask for one reply. Raises EndpointDown (budget used up), EndpointRefused, ContentRefused."""
        request = {"model": model, "messages": messages, "seed": seed, **sampling}
        if response_format is not None:
            request["response_format"] = response_format
        began = time.monotonic()
        wait = self.patience.first_wait
        while True:
            asked = time.monotonic()
            try:
                raw = await self._once(
                    lambda: self._client.chat.completions.with_streaming_response.create(**request)
                )
                return _reply(raw, latency_ms=round((time.monotonic() - asked) * 1000))
            except _Again as problem:
                spent = time.monotonic() - began
                # A server that says when to come back is believed, also beyond our own steps; one that says
                # "at once", or names a moment that is past, would be asked without a pause.
                told = problem.after is not None and problem.after >= self.patience.first_wait
                pause = problem.after if told else wait * random.uniform(0.75, 1.25)
                if spent + pause > self.patience.budget:
                    raise EndpointDown(
                        f"The model endpoint “{self.name}” failed for {spent:.0f} s "
                        f"(it is asked again for {self.patience.budget:.0f} s): {problem}."
                    ) from problem
                await asyncio.sleep(pause)
                wait = min(wait * 2, self.patience.longest_wait)

    async def _once(self, request) -> dict:
        import openai

        try:
            # The client's own timeout is for each wait; an answer that comes byte by byte would never end.
            async with asyncio.timeout(self.patience.timeout), request() as answer:
                content = await _whole(answer)
            raw = storable(json.loads(content, parse_constant=lambda name: None))
        except (openai.APITimeoutError, TimeoutError) as problem:
            raise _Again(f"no answer within {self.patience.timeout:.0f} s") from problem
        except openai.APIConnectionError as problem:
            raise _Again(f"no connection ({problem.__cause__ or problem})") from problem
        except openai.APIStatusError as problem:
            raise self._judged(problem) from problem
        except (ValueError, RecursionError, openai.APIResponseValidationError) as problem:
            raise _Again("its answer was not JSON") from problem
        if not isinstance(raw, dict):
            raise _Again("its answer was not a JSON object")
        return raw

    def _judged(self, problem) -> Exception:
        """What an openai.APIStatusError means for us."""
        status = problem.status_code
        if status in {408, 409, 425, 429} or status >= 500:
            return _Again(f"it answered {status}", _retry_after(problem.response.headers.get("retry-after")))
        said = str((problem.body or {}).get("message", "") if isinstance(problem.body, dict) else "")[:200]
        if "content_filter" in str(problem.body) or "content_policy" in str(problem.body):
            return ContentRefused(f"The provider's content filter refused the request ({status}).")
        said = storable(said)  # it ends in the instance's row
        return EndpointRefused(f"The model endpoint “{self.name}” refused the request with {status}: {said}")


async def _whole(answer) -> bytes:
    content = bytearray()
    try:
        async for piece in answer.iter_bytes():
            content += piece
            if len(content) > MOST_BYTES:
                break
    except Exception as problem:  # of the HTTP library that openai brings, which is not always the same one
        raise _Again(f"its answer broke off ({type(problem).__name__})") from problem
    if len(content) > MOST_BYTES:
        raise _Again(f"its answer is larger than {MOST_BYTES // 1024**2} MB")
    return bytes(content)


def _retry_after(header: str | None) -> float | None:
    """Seconds from a Retry-After header, which holds seconds or a date (RFC 9110, 10.2.3)."""
    if not header:
        return None
    try:
        return max(0.0, float(header))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(header).timestamp() - time.time())
    except (TypeError, ValueError, OverflowError):
        return None


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


def _reply(raw: dict, *, latency_ms: int) -> Reply:
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
        raise _Again("its answer holds no reply") from problem
