"""What a novice answers about a session before and after an explanation, and how much better the answer became."""

from functools import lru_cache
from typing import Annotated, Literal

from pydantic import Field, create_model

from synthesis.shapes.words import Strict, which


class Spotted(Strict):
    """A mistake that the novice believes to see, and in which turns. `mistake` is the key of a pair, or "other"."""

    utterances: which(int)
    mistake: str


class NoviceAnswer(Strict):
    """An empty list means that nothing was wrong."""

    findings: Annotated[list[Spotted], Field(max_length=3)]


def novice_shape(*, counsellor_turns: list[int], mistakes: list[str]) -> type[NoviceAnswer]:
    """The answer on one session: only the counsellor's turns and the guideline's mistakes can be named."""
    return _novice_shape(tuple(counsellor_turns), tuple(mistakes))


@lru_cache(maxsize=128)
def _novice_shape(counsellor_turns: tuple[int, ...], mistakes: tuple[str, ...]) -> type[NoviceAnswer]:
    spotted = create_model(
        "Spotted",
        __base__=Spotted,
        utterances=(which(Literal[counsellor_turns]), ...),
        mistake=(Literal[(*mistakes, "other")], ...),
    )
    return create_model(
        "NoviceAnswer", __base__=NoviceAnswer, findings=(Annotated[list[spotted], Field(max_length=3)], ...)
    )


class Score(Strict):
    """How well an answer matches the truth: in which turns, and which mistakes; each from 0 to 1."""

    location: float
    mistakes: float

    @property
    def total(self) -> float:
        return self.location + self.mistakes


class Scored(Strict):
    """One answer with its score. `findings` None: no usable answer came, which scores nothing, whatever is true."""

    findings: list[Spotted] | None
    score: Score


class Growth(Strict):
    """A novice's answers and how much they gained, from -2 to 2.

    The truth is `against`: the supervisor's own findings as they went into the session's feedback. That is what
    the explanation can teach; whether it is right, the readers judge. The intended mistake is not in here
    (synthesis.growth.against_intended).
    """

    against: Literal["supervisor_findings"]
    before: Scored
    # After the explanation without names, keys, numbers of turns and quotations, which is `explanation`; and after
    # the whole one, as published systems have it.
    after: Scored
    after_as_published: Scored
    reward: float
    reward_as_published: float
    explanation: str
