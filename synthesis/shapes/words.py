"""The pieces that shapes are made of: strict objects, and texts and sets within bounds."""

from typing import Annotated, ClassVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from synthesis.shapes.schema import CHARACTERS_PER_TOKEN
from synthesis.shapes.speech import spoken

TURN, LINE, QUOTE, STRENGTH = 320, 220, 120, 160


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")
    characters_per_token: ClassVar[float] = CHARACTERS_PER_TOKEN


def _said(raw: str) -> str:
    text = spoken(raw)
    if not text:
        raise ValueError("nothing was said")
    return text


def _worded(text: str) -> str:
    text = " ".join(text.split())
    if not text:
        raise ValueError("is empty")
    return text


def _as_set(ids: list[int]) -> list[int]:
    """Which utterances: a set, so its order and repetitions carry no meaning."""
    return sorted(set(ids))


def said(most: int) -> type:
    """Words that are said aloud, of at most so many characters."""
    return Annotated[str, Field(min_length=1, max_length=most), AfterValidator(_said)]


Said = said(TURN)
Line = Annotated[str, Field(min_length=1, max_length=LINE), AfterValidator(_worded)]
Quote = Annotated[str, Field(min_length=1, max_length=QUOTE), AfterValidator(_worded)]
Strength = Annotated[str, Field(min_length=1, max_length=STRENGTH), AfterValidator(_worded)]


def which(turn) -> type:
    """One to three turns, as a set; `turn` is their type."""
    return Annotated[list[turn], Field(min_length=1, max_length=3), AfterValidator(_as_set)]
