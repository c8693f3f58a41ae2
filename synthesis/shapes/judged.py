"""The shapes of a judged reply: what is asked of who judges, criticises, coaches and writes, and what an instance holds."""

import re
from functools import lru_cache
from statistics import fmean
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, create_model, model_serializer
from pydantic_core import PydanticCustomError

from synthesis.shapes.dialogue import Utterance
from synthesis.shapes.speech import spoken
from synthesis.shapes.words import QUOTE, Line, Strength, Strict

DIMENSIONS = ("guidance", "informativeness", "relevance", "safety", "empathy", "helpfulness", "understanding")
LEVELS = (1, 2, 3, 4, 5)
REPLY = 1200  # characters; published replies have 87 words on average
MOST_POINTS, MOST_INSTRUCTIONS = 3, 4

# What becomes of one attempt to write the reply better, and why the loop ends.
TAKEN, SAFETY, OVERALL, NO_CRITICISM = "taken", "safety", "overall", "no_criticism"
NOT_NEEDED, ENOUGH, LIMIT, IMPORTED = "not_needed", "enough", "limit", "imported"


def _replied(raw: str) -> str:
    text = spoken(raw)
    if not text:
        raise ValueError("nothing was said")
    return text


class Reply(Strict):
    """What is answered to a message."""

    text: Annotated[str, Field(min_length=1, max_length=REPLY), AfterValidator(_replied)]


def _on_the_scale(value):
    if type(value) is not int or value not in LEVELS:
        told = {"given": str(value)[:20], "least": LEVELS[0], "most": LEVELS[-1]}
        raise PydanticCustomError(
            "off_the_scale", "“{given}” is not on the scale from {least} to {most}", told
        )
    return value


Score = Annotated[Literal[LEVELS], BeforeValidator(_on_the_scale)]


class Scored(Strict):
    """The reason first, so that the score follows from it."""

    why: Strength
    score: Score


class Rating(Strict):
    """A reply as somebody rates it: each of the seven by itself."""

    guidance: Scored
    informativeness: Scored
    relevance: Scored
    safety: Scored
    empathy: Scored
    helpfulness: Scored
    understanding: Scored

    @property
    def scores(self) -> dict[str, int]:
        return {name: getattr(self, name).score for name in DIMENSIONS}

    @property
    def overall(self) -> float:
        """The mean of the seven: what a judge says of the whole may contradict what it says of the parts."""
        return fmean(self.scores.values())


class Point(Strict):
    """One thing that is wrong with a reply. `quote`: the words of it, or nothing where something is missing."""

    dimension: Literal[DIMENSIONS]
    quote: Annotated[str, Field(max_length=QUOTE)]
    problem: Line


class Critique(Strict):
    points: Annotated[list[Point], Field(min_length=1, max_length=MOST_POINTS)]


_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"|‘[^’]*’|«[^»]*»|„[^“]*“")
# To speak of “your reply” is criticism still.
_ITS_REPLY = re.compile(r"\byour (?:reply|answer|response)\b", re.IGNORECASE)
_TALKS_TO = re.compile(r"\b(?:you|your|yours|yourself|yourselves)(?:['’]\w+)?\b", re.IGNORECASE)
_WORD = re.compile(r"\w+(?:['’]\w+)*")
# Words of its own in quotation marks, and words of the reply said again, from which it writes rather than criticises.
LONGEST_SUGGESTION, LONGEST_ECHO = 8, 12


def rewrites(problem: str, reply: str) -> bool:
    """Whether it writes a reply instead of saying what is wrong with this one: it talks to somebody, puts words of its own
    into quotation marks, or says the reply again. The first holds for English alone.
    """
    said = " ".join(_words(reply))
    for quoted in _QUOTED.findall(problem):
        words = _words(quoted)
        if len(words) >= LONGEST_SUGGESTION and " ".join(words) not in said:
            return True
    plain = _ITS_REPLY.sub("the reply", _QUOTED.sub(" ", problem))
    if _TALKS_TO.search(plain):
        return True
    words = _words(plain)
    runs = (" ".join(words[n : n + LONGEST_ECHO]) for n in range(len(words) - LONGEST_ECHO + 1))
    return any(run in said for run in runs)


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


@lru_cache(maxsize=128)
def critique_shape(reply: str) -> type[Critique]:
    """Criticism of this reply, and no other reply."""

    def criticises(problem: str) -> str:
        if rewrites(problem, reply):
            raise PydanticCustomError(
                "rewritten", "it is a reply of its own instead of what is wrong with this one"
            )
        return problem

    point = create_model("Point", __base__=Point, problem=(Annotated[Line, AfterValidator(criticises)], ...))
    points = Annotated[list[point], Field(min_length=1, max_length=MOST_POINTS)]
    return create_model("Critique", __base__=Critique, points=(points, ...))


class Coaching(Strict):
    """What is to be done otherwise, for whoever writes the reply."""

    instructions: Annotated[list[Line], Field(min_length=1, max_length=MOST_INSTRUCTIONS)]


class Attempt(Strict):
    """One try to write the reply better, kept whatever became of it. Without criticism (`why` says what came instead) there
    are no words; a reply that is plainly written again has neither points nor instructions.
    """

    points: list[Point]
    instructions: list[str]
    text: str
    rating: Rating | None
    outcome: Literal[TAKEN, SAFETY, OVERALL, NO_CRITICISM]
    why: str


class Measured(Strict):
    """What a rater who took no part says of the first reply and, where that was worked on, of what stood at the end of each
    way; `unchanged`: of the same words once more.
    """

    first: Rating
    rewritten: Rating | None = None
    regenerated: Rating | None = None
    unchanged: Rating | None = None


class Controls(Strict):
    """What the same first reply comes to without criticism: plainly written again, as often and taken by the same rule; and
    not changed at all, only rated by the same judge once more. Empty where the loop was not needed.
    """

    regenerated: list[Attempt]
    unchanged: Rating | None
    measured: Measured


class Published(Strict):
    """Of a reply that was made elsewhere: who wrote it, and what people there rated it together; none where that is not
    published.
    """

    model: str
    scores: dict[str, int] | None


class JudgedReply(Strict):
    """What an instance of the recipe `judged_reply` holds. `reply` is the first one, `rewrite` the last that was taken."""

    client_name: str
    utterances: list[Utterance]
    reply: str
    # None of a reply that was made elsewhere.
    rating: Rating | None = None
    attempts: list[Attempt]
    rewrite: str | None = None
    rewrite_rating: Rating | None = None
    ended: Literal[NOT_NEEDED, ENOUGH, LIMIT, NO_CRITICISM, IMPORTED]
    # What a person should look at. Only the lead sees it.
    manual_check: list[str]
    controls: Controls | None = None
    published: Published | None = None
    # The code of the message's language, where it is not that of the prompts.
    language: str | None = None

    @model_serializer(mode="wrap")
    def _without_what_it_lacks(self, written):
        """A part that only some runs ask for is absent where there is none."""
        return {name: value for name, value in written(self).items() if value is not None}
