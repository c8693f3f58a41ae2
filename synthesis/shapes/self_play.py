"""A supervised counsellor's turn: what it was about to say, what the supervisor said to that, and what it said."""

from functools import lru_cache
from typing import Annotated, Literal

from pydantic import Field, create_model

from synthesis.shapes.words import Line, Strength, Strict


class Slip(Strict):
    """A mistake in a draft, and words to say instead. `mistake` is the key of a pair, or "other"."""

    mistake: str
    why: Line
    better: Line


class Critique(Strict):
    """What the supervisor says of one draft: an empty list of slips means that it can be said as it is."""

    strengths: Annotated[list[Strength], Field(max_length=1)]
    slips: Annotated[list[Slip], Field(max_length=2)]


def critique_shape(*, mistakes: list[str]) -> type[Critique]:
    """Of slips only the guideline's mistakes can be named."""
    return _critique_shape(tuple(mistakes))


@lru_cache(maxsize=128)
def _critique_shape(mistakes: tuple[str, ...]) -> type[Critique]:
    slip = create_model("Slip", __base__=Slip, mistake=(Literal[(*mistakes, "other")], ...))
    return create_model(
        "Critique", __base__=Critique, slips=(Annotated[list[slip], Field(max_length=2)], ...)
    )


class TracedTurn(Strict):
    """One turn of the counsellor. Where the supervisor found nothing wrong, `revised` is the draft."""

    utterance: Annotated[int, Field(ge=1)]
    draft: str
    feedback: Critique
    revised: str
