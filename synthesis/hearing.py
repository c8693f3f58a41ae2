"""What a reply comes to: a value of the shape asked for, or what is wrong with it. Pure."""

from dataclasses import dataclass

from pydantic import BaseModel, ValidationError

from synthesis.faults import ContentRefused
from synthesis.models import Call, HitchKind

_FENCE = "```"


@dataclass(frozen=True)
class Heard:
    """What a reply comes to: its value, or the kind of what is wrong with it and why."""

    value: BaseModel | None = None
    kind: HitchKind | None = None
    why: str = ""

    def value_of(self, call: Call) -> BaseModel | None:
        """Raises ContentRefused."""
        if self.kind in (HitchKind.CONTENT_FILTER, HitchKind.REFUSED_BY_MODEL):
            is_model = self.kind == HitchKind.REFUSED_BY_MODEL
            who = "The model" if is_model else "The provider's content filter"
            # The reply is kept, and would be found again: only another prompt or model would get another one.
            words = f"{who} refused at “{call.step}” ({call.role})."
            raise ContentRefused(f"{words} Made again it would be refused again; what it said is kept.")
        return self.value


# In a hitch's row, for ever: nothing that a reply itself may have said.
NOTED = {
    HitchKind.MALFORMED: "the reply was not of the form asked for",
    HitchKind.TRUNCATED: "the reply was cut off at the limit of its length",
    HitchKind.EMPTY: "the reply was empty",
    HitchKind.CONTENT_FILTER: "finish_reason was content_filter",
    HitchKind.REFUSED_BY_MODEL: "the model refused",
}


def hear(call: Call, shape: type[BaseModel]) -> Heard:
    """Strict: nothing is repaired, but a code fence around the whole is taken off."""
    choice = (call.reply.get("choices") or [{}])[0]
    if (choice.get("message") or {}).get("refusal"):
        return Heard(kind=HitchKind.REFUSED_BY_MODEL)
    if call.finish_reason == "content_filter":
        return Heard(kind=HitchKind.CONTENT_FILTER)
    if call.finish_reason == "length":
        return Heard(kind=HitchKind.TRUNCATED, why=NOTED[HitchKind.TRUNCATED])
    if not call.text.strip():
        return Heard(kind=HitchKind.EMPTY, why=NOTED[HitchKind.EMPTY])
    try:
        return Heard(shape.model_validate_json(_unfenced(call.text)))
    except ValidationError as problem:
        first = problem.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(map(str, first["loc"]))
        return Heard(kind=HitchKind.MALFORMED, why=f"{place + ': ' if place else ''}{first['msg']}")


def understood(call: Call, shape: type[BaseModel]) -> tuple[BaseModel | None, str]:
    """(value, "") or (None, why not). Raises ContentRefused."""
    heard = hear(call, shape)
    return heard.value_of(call), heard.why


def _unfenced(text: str) -> str:
    """The text without a code fence around the whole. By hand: a pattern takes minutes on a reply of blank
    lines, and the loop that renews the leases waits for it.
    """
    whole = text.strip()
    opening, newline, rest = whole.partition("\n")
    body, _, after = rest.rpartition("\n")
    if newline and opening.rstrip() in (_FENCE, _FENCE + "json") and after.strip() == _FENCE:
        return body
    return text
