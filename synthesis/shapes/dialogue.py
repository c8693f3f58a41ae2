"""The shapes of a supervised dialogue: what is asked of the models, and what an instance holds."""

from functools import lru_cache
from typing import Annotated, Literal

from pydantic import BaseModel, Field, create_model, model_serializer

from synthesis.shapes.novice import Growth
from synthesis.shapes.self_play import TracedTurn
from synthesis.shapes.words import Line, Quote, Said, Strength, Strict, which

MOST_UTTERANCES = 14  # seven exchanges


class Turn(Strict):
    """One turn of a speaker."""

    text: Said


class Utterance(Strict):
    id: Annotated[int, Field(ge=1)]
    speaker: Literal["counsellor", "client"]
    text: str


class Finding(Strict):
    """One mistake found in one session. `mistake` is the key of a pair, or "other"."""

    utterances: which(int)
    quotes: Annotated[list[Quote], Field(min_length=1, max_length=2)]
    mistake: str
    why: Line
    severity: Annotated[int, Field(ge=0, le=3)]
    correction: Line
    better: Line


class Feedback(Strict):
    """What the supervisor says: an empty list of findings means that nothing was wrong."""

    strengths: Annotated[list[Strength], Field(max_length=3)]
    findings: Annotated[list[Finding], Field(max_length=3)]


def feedback_shape(*, counsellor_turns: list[int], mistakes: list[str]) -> type[Feedback]:
    """Feedback on one session: findings can only point at the counsellor's turns and the guideline's
    mistakes. Equal ones are one class: a class is dear to make, and slow to be let go.
    """
    return _feedback_shape(tuple(counsellor_turns), tuple(mistakes))


@lru_cache(maxsize=128)
def _feedback_shape(counsellor_turns: tuple[int, ...], mistakes: tuple[str, ...]) -> type[Feedback]:
    turn = Literal[counsellor_turns]
    finding = create_model(
        "Finding",
        __base__=Finding,
        utterances=(which(turn), ...),
        mistake=(Literal[(*mistakes, "other")], ...),
        severity=(Literal[1, 2, 3], ...),
    )  # fmt: skip
    return create_model(
        "Feedback", __base__=Feedback, findings=(Annotated[list[finding], Field(max_length=3)], ...)
    )


# Tokenizers were made for English first: other Latin letters cost more of them, other scripts about one each.
LATIN = frozenset({
    "af", "az", "br", "bs", "ca", "cs", "cy", "da", "de", "es", "et", "eu", "fi", "fr", "fy", "ga", "gl", "hr",
    "hsb", "dsb", "hu", "ia", "id", "io", "is", "it", "lb", "lt", "lv", "ms", "nb", "nl", "nn", "pl", "pt", "ro",
    "sk", "sl", "sq", "sr-latn", "sv", "sw", "tk", "tr", "uz", "vi", "ast", "eo", "gd",
})  # fmt: skip


@lru_cache(maxsize=128)
def written_in(shape: type[BaseModel], language: str) -> type[BaseModel]:
    """The same shape with the room that a language (its code; empty: English) needs for it."""
    if not language or language.partition("-")[0] == "en":
        return shape
    is_latin = language in LATIN or language.partition("-")[0] in LATIN
    return type(shape.__name__, (shape,), {"characters_per_token": 2.0 if is_latin else 1.0})


class Check(Strict):
    """One question put to a validator: the reason first, so that the answer follows from it."""

    reason: Strength
    ok: bool


CHECKS = ("stepwise", "specific", "ethical", "supportive")


class Checks(Strict):
    stepwise: Check
    specific: Check
    ethical: Check
    supportive: Check

    @property
    def passed(self) -> bool:
        return all(getattr(self, name).ok for name in CHECKS)


class Refinement(Strict):
    """`rounds` holds the checks of the original first, then of each refinement with its text."""

    outcome: Literal["accepted_as_is", "accepted_after_refinement", "needs_manual_check"]
    rounds: list[dict]


class SupervisedDialogue(Strict):
    """What an instance of the recipe `supervised_dialogue` holds."""

    client_name: str
    utterances: list[Utterance]
    feedback: Feedback
    supervisor: Literal["told", "untold", "balanced"]
    refinement: Refinement
    # What a person should look at, e.g. a quote that does not occur in the session. Only the lead sees it.
    manual_check: list[str]
    # Parts that came to the recipe later, or that only some runs ask for.
    # The code of the session's language, where it is not that of the prompts.
    language: str | None = None
    # A novice's answers and what they gained; each turn of a counsellor who was supervised as the session went on.
    novice: Growth | None = None
    turn_trace: list[TracedTurn] | None = None

    @model_serializer(mode="wrap")
    def _without_what_it_lacks(self, written):
        """A part that came to the recipe later is absent where there is none: what is made again from stored replies
        is the same byte for byte.
        """
        return {name: value for name, value in written(self).items() if value is not None}
