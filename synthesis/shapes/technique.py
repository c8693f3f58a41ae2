"""The shapes of a technique session: what is asked of its agents, and what an instance holds."""

from functools import lru_cache
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, create_model, model_serializer
from pydantic_core import PydanticCustomError

from synthesis.shapes.dialogue import Utterance
from synthesis.shapes.words import Line, Said, Strict

GO_ON, ENOUGH, LEAVE = "go-on", "enough", "leave"
# How a session ended: in the client's own words, or because there was no more time; imported ones do not say.
LIMIT, NOT_RECORDED = "limit", "not_recorded"
MOST_STEPS, MOST_MOVES = 5, 3


class ClientTurn(Strict):
    """What the client says, and then whether it wants to go on: the words first, so that the answer follows from them."""

    text: Said
    then: Literal[GO_ON, ENOUGH, LEAVE]


class Plan(Strict):
    """What the planner means to do. `technique` is the key of one technique."""

    understanding: Line
    technique: str
    steps: Annotated[list[Line], Field(min_length=3, max_length=MOST_STEPS)]


def one_of(known: tuple[str, ...], what: str):
    def check(value):
        if value not in known:
            named = {"named": str(value)[:60], "what": what, "known": ", ".join(known)}
            raise PydanticCustomError("unknown", "“{named}” is none of the {what}: {known}", named)
        return value

    return BeforeValidator(check)


@lru_cache(maxsize=1024)
def plan_shape(offered: tuple[str, ...]) -> type[Plan]:
    """A plan by one of the techniques that are offered."""
    technique = Annotated[Literal[offered], one_of(offered, "techniques offered")]
    return create_model("Plan", __base__=Plan, technique=(technique, ...))


class Choice(Strict):
    """What the next turn is to do: one to three ways of answering."""

    why: Line
    moves: list[str]


@lru_cache(maxsize=8)
def choice_shape(known: tuple[str, ...]) -> type[Choice]:
    move = Annotated[Literal[known], one_of(known, "ways of answering")]
    chosen = Annotated[
        list[move], Field(min_length=1, max_length=MOST_MOVES), AfterValidator(lambda found: list(dict.fromkeys(found)))
    ]  # fmt: skip
    return create_model("Choice", __base__=Choice, moves=(chosen, ...))


class Candidate(Strict):
    move: str
    text: str


class MadeTurn(Strict):
    """How a turn of the counsellor came about: what was suggested, which of it was chosen, and why. Nothing is chosen
    where there is no selector.
    """

    utterance: Annotated[int, Field(ge=1)]
    candidates: list[Candidate]
    moves: list[str]
    why: str


class Planned(Strict):
    """A plan as it is kept; one that was imported is steps alone."""

    technique: str
    understanding: str
    steps: list[str]
    # What the planner could choose from.
    offered: list[str]


class Ending(Strict):
    """`exchange`: in which the client said so, of at most `of`, the opening included; `early`: before the first in which
    it was expected.
    """

    how: Literal[ENOUGH, LEAVE, LIMIT, NOT_RECORDED]
    exchange: Annotated[int, Field(ge=1)]
    of: Annotated[int, Field(ge=1)]
    early: bool


class TechniqueSession(Strict):
    """What an instance of the recipe `technique_session` holds."""

    client_name: str
    utterances: list[Utterance]
    agents: str
    plan: Planned | None
    turns: list[MadeTurn]
    ending: Ending
    # What a person should look at. Only the lead sees it.
    manual_check: list[str]
    # The code of the session's language, where it is not that of the prompts.
    language: str | None = None

    @model_serializer(mode="wrap")
    def _without_what_it_lacks(self, written):
        """A part that comes to the recipe later is absent where there is none."""
        found = written(self)
        return {name: value for name, value in found.items() if value is not None or name == "plan"}
