"""The shapes of a reply to resistance: what is asked of its agents, and what an instance holds."""

from typing import Annotated, Literal

from pydantic import Field, model_serializer

from synthesis.shapes.dialogue import Utterance
from synthesis.shapes.technique import one_of
from synthesis.shapes.words import Line, Quote, Strict

COLLABORATING = "collaborating"
# As the shipped rubric “Replies to resistance” names them: the group, then the behaviour (arXiv 2601.14780).
BEHAVIOURS = (
    "arguing-challenging", "arguing-discounting", "denying-blaming", "denying-disagreeing", "denying-excusing",
    "denying-minimising", "denying-pessimism", "denying-reluctance", "denying-unwillingness-to-change",
    "avoiding-minimum-talk", "avoiding-limit-setting", "ignoring-inattention", "ignoring-side-tracking",
)  # fmt: skip
LABELS = (COLLABORATING, *BEHAVIOURS)
MECHANISMS = (
    "respect-for-autonomy", "stance-alignment", "emotional-resonance", "conversational-orientation",
)  # fmt: skip
LEVELS = (0, 1, 2)
RATED, NO_RESISTANCE = "rated", "no_resistance"

Label = Annotated[Literal[LABELS], one_of(LABELS, "labels")]
Level = Annotated[Literal[LEVELS], Field()]


class Detection(Strict):
    """Whether and how the client resists: one answer, so that the two cannot contradict each other."""

    quote: Quote
    why: Line
    behaviour: Label


class Assessment(Strict):
    """One mechanism of one reply: the words that decide it and the grounds first, so that the level follows from them."""

    quotes: Annotated[list[Quote], Field(min_length=1, max_length=2)]
    why: Line
    level: Level


class Detected(Strict):
    """As it is kept. `stance` is the coarse label of the two; imported ones may quote nothing."""

    stance: Literal["resist", "collaborate"]
    behaviour: Label | None
    quote: str
    why: str


class Rated(Strict):
    """A level of one mechanism; the grounds of imported ones stand in one rationale for all four."""

    mechanism: Literal[MECHANISMS]
    level: Level
    quotes: list[str]
    why: str


class ResistanceReply(Strict):
    """What an instance of the recipes `resistance_reply` and `excerpt_reply` holds. `meant` and `way`: what the client
    and the counsellor were to do, prompts and never labels; empty where nobody played. Without resistance nothing is
    rated, and no other reply is offered.
    """

    client_name: str
    utterances: list[Utterance]
    reply: str
    exemplar: str
    meant: str
    way: str
    detected: Detected
    ratings: list[Rated]
    outcome: Literal[RATED, NO_RESISTANCE]
    # What a person should look at. Only the lead sees it.
    manual_check: list[str]
    # The grounds of an imported record, whole.
    rationale: str | None = None
    language: str | None = None

    @model_serializer(mode="wrap")
    def _without_what_it_lacks(self, written):
        return {name: value for name, value in written(self).items() if value is not None}
