"""The shapes of a reply preference: what is asked of writers and judges, and what an instance holds."""

from functools import lru_cache
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, create_model, model_serializer
from pydantic_core import PydanticCustomError

from synthesis.shapes.dialogue import Utterance
from synthesis.shapes.words import Line, Strict, said

# The seven principles of arXiv 2502.19731 by the stems of its records; the rubric `counselling-principles` has the same.
PRINCIPLES = ("empathy", "relevance", "clarity", "safety", "exploration", "autonomy", "staging")
SAFETY = "safety"
SCORES = (1, 2, 3, 4, 5)
# Characters of one reply: longer than a turn of a talk, as it stands alone.
REPLY = 900
# Why two replies make no pair.
TIE, CLOSE, ORDER, SAME, UNRATED = "tie", "close", "order", "same-words", "unrated"


class Answer(Strict):
    """What a writer gives."""

    text: said(REPLY)


def _on_the_scale(value):
    if value not in SCORES or isinstance(value, bool):
        told = {"given": str(value)[:20], "least": SCORES[0], "most": SCORES[-1]}
        raise PydanticCustomError("scale", "{given} is outside the scale from {least} to {most}", told)
    return value


Score = Annotated[Literal[SCORES], BeforeValidator(_on_the_scale)]
# The reason first, so that the scores follow from it.
Rated = create_model("Rated", __base__=Strict, why=(Line, ...), **dict.fromkeys(PRINCIPLES, (Score, ...)))


@lru_cache(maxsize=8)
def rating_shape(n: int) -> type[Strict]:
    """Scores of n replies, in the order in which they were shown."""
    rated = Annotated[list[Rated], Field(min_length=n, max_length=n)]
    return create_model("Ratings", __base__=Strict, replies=(rated, ...))


class Reply(Strict):
    """`n` from 1; `place`: the role that wrote it, by `model`. `scores`: of each principle the mean over all ratings, none
    where nobody rated it.
    """

    n: Annotated[int, Field(ge=1)]
    place: str
    model: str
    text: str
    scores: dict[str, float]


class Rating(Strict):
    """One judge's scores of several replies at one reading. `order`: their numbers as they were shown to it, the first
    first; `scores` and `why` in the same order.
    """

    judge: str
    model: str
    reading: Annotated[int, Field(ge=1)]
    order: list[int]
    scores: list[dict[str, int]]
    why: list[str]
    # Of these replies its own model wrote so many; and whether every score that it gave is the same.
    own: int
    flat: bool


class Pair(Strict):
    """Two replies that are far enough apart. `margins`: chosen less rejected, of each principle; `worse_on`: the principles
    on which the chosen one is rated lower.
    """

    chosen: int
    rejected: int
    gap: float
    margins: dict[str, float]
    worse_on: list[str]
    safety_inversion: bool


class Dropped(Strict):
    """Two replies that make no pair, and why. `gap`: None where no judge read both."""

    replies: list[int]
    why: Literal[TIE, CLOSE, ORDER, SAME, UNRATED]
    gap: float | None


class Rule(Strict):
    """By what pairs were made. `on`: what the gap is taken of."""

    on: Literal["mean", "sum"]
    margin: float
    weights: dict[str, float]


class Compared(Strict):
    """The two that readers compare, as `a` and `b`, which were drawn; `preferred`: what the judges' pair says."""

    a: int
    b: int
    preferred: Literal["a", "b", "none"]


class ReplyPreference(Strict):
    """What an instance of the recipe `reply_preference` holds."""

    client_name: str
    utterances: list[Utterance]
    topic: str
    replies: list[Reply]
    # How many models they were drawn from.
    pool: int
    ratings: list[Rating]
    rule: Rule
    pairs: list[Pair]
    dropped: list[Dropped]
    compared: Compared
    texts: dict[Literal["a", "b"], str]
    # What a person should look at. Only the lead sees it.
    manual_check: list[str]
    # The code of the speech's language, where it is not that of the prompts.
    language: str | None = None

    @model_serializer(mode="wrap")
    def _without_what_it_lacks(self, written):
        """A part that comes to the recipe later is absent where there is none."""
        return {name: value for name, value in written(self).items() if value is not None}
