"""What an endpoint's answer means when it is not a reply. Pure. Servers say the same thing in different words and
under different codes; the words themselves are not kept, as they may quote what was sent.
"""

import re
import time
from email.utils import parsedate_to_datetime

from synthesis.faults import ContentRefused, ContextOverflow, EndpointDenied, EndpointRefused, Fault
from synthesis.models import HitchKind as Kind

# OpenAI: code context_length_exceeded, "maximum context length is"; per minute: "Request too large for". vLLM: the
# same words; "longer than the maximum model length"; "too long to fit into the model"; "max_tokens must be at least
# 1, got -186". llama.cpp: type exceed_context_size_error, also under status 200 or 500. Its Python server: "exceed
# context window". Others: "prompt is too long".
_OVERFLOW = re.compile(
    r"context_length_exceeded|exceed_context_size|maximum context length|exceeds? the (available )?context size"
    r"|exceeds? (the )?context (window|length)|longer than the maximum model length|too long to fit into the model"
    r"|max_tokens must be at least 1, got -|prompt is too long|string_above_max_length|request too large for",
    re.IGNORECASE,
)
# OpenAI and Azure: code content_filter or content_policy_violation; OpenRouter: 403 with flagged_input.
_FILTERED = re.compile(r"content_filter|content_policy|flagged_input|moderation_blocked", re.IGNORECASE)
# A 429 that no waiting mends.
_NO_CREDIT = re.compile(r"insufficient_quota|billing_hard_limit|credit balance is too low", re.IGNORECASE)
_UNKNOWN_MODEL = re.compile(r"model_not_found|does not exist", re.IGNORECASE)
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{1,39}")
_PASSING = {408, 409, 425}
_DENYING = {401, 402, 403, 404}


class Hitched(Exception):
    """One request, or its answer, went wrong. `why` is in our own words; `after`: seconds, if the endpoint said when
    to come back; `fault`: what it ends in where asking again is of no use.
    """

    def __init__(self, kind: Kind, why: str, *, status: int | None = None, after: float | None = None,
                 fault: Fault | None = None):  # fmt: skip
        super().__init__(why)
        self.kind, self.why, self.status, self.after, self.fault = kind, why, status, after, fault


def judged(*, endpoint: str, status: int, body, said: str, retry_after: str | None = None) -> Hitched:
    """An answer of this status whose body (JSON, or its text) is no reply; `said`: the server's words, cut short."""
    whole = str(body)
    known = {"status": status}
    code = _code(body)
    why = f"it answered {status}" + (f" ({code})" if code else "")
    if _OVERFLOW.search(whole) or status == 413:
        fault = ContextOverflow(f"The request is longer than the model at “{endpoint}” can read ({status}).")
        return Hitched(Kind.CONTEXT_OVERFLOW, why, fault=fault, **known)
    if _FILTERED.search(whole):
        fault = ContentRefused(f"The provider's content filter refused the request ({status}).")
        return Hitched(Kind.CONTENT_FILTER, why, fault=fault, **known)
    refusal = f"The model endpoint “{endpoint}” refused the request with {status}: {said}"
    if status in _DENYING or _NO_CREDIT.search(whole) or (status == 400 and _UNKNOWN_MODEL.search(whole)):
        return Hitched(Kind.REFUSED, why, fault=EndpointDenied(refusal), **known)
    after = seconds(retry_after)
    if status == 429:
        return Hitched(Kind.RATE_LIMITED, why, after=after, **known)
    if status in _PASSING or status >= 500:
        return Hitched(Kind.SERVER_ERROR, why, after=after, **known)
    return Hitched(Kind.REFUSED, why, fault=EndpointRefused(refusal), **known)


def _code(body) -> str:
    """The server's own short code, where it is one word: sentences may hold words of a session."""
    error = body.get("error", body) if isinstance(body, dict) else {}
    found = [error.get(name) for name in ("code", "type")] if isinstance(error, dict) else []
    return next((one for one in found if isinstance(one, str) and _CODE.fullmatch(one)), "")


def seconds(header: str | None) -> float | None:
    """Of a Retry-After header, which holds seconds or a date (RFC 9110, 10.2.3)."""
    if not header:
        return None
    try:
        told = float(header)
    except ValueError:
        pass
    else:
        return max(0.0, told) if told == told else None  # not a number is no number
    try:
        return max(0.0, parsedate_to_datetime(header).timestamp() - time.time())
    except (TypeError, ValueError, OverflowError):
        return None
