"""The shapes of a supervised dialogue: what is asked of the models, and what an instance holds."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, create_model

from synthesis.shapes.speech import spoken

TURN, LINE, QUOTE = 320, 220, 120
MOST_UTTERANCES = 14  # seven exchanges


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


Line = Annotated[str, Field(min_length=1, max_length=LINE), AfterValidator(_worded)]
Quote = Annotated[str, Field(min_length=1, max_length=QUOTE), AfterValidator(_worded)]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Turn(Strict):
    """One turn of a speaker."""

    text: Annotated[str, Field(min_length=1, max_length=TURN), AfterValidator(_said)]


class Utterance(Strict):
    id: Annotated[int, Field(ge=1)]
    speaker: Literal["counsellor", "client"]
    text: str


class Finding(Strict):
    """One mistake found in one session. `mistake` is the key of a pair, or "other"."""

    utterances: Annotated[list[int], Field(min_length=1, max_length=3), AfterValidator(_as_set)]
    quotes: Annotated[list[Quote], Field(min_length=1, max_length=2)]
    mistake: str
    why: Line
    severity: Annotated[int, Field(ge=0, le=3)]
    correction: Line
    better: Line


class Feedback(Strict):
    """What the supervisor says: an empty list of findings means that nothing was wrong."""

    strengths: Annotated[list[Annotated[str, Field(min_length=1, max_length=160), AfterValidator(_worded)]],
                         Field(max_length=3)]  # fmt: skip
    findings: Annotated[list[Finding], Field(max_length=3)]


def feedback_shape(*, counsellor_turns: list[int], mistakes: list[str]) -> type[Feedback]:
    """Feedback on one session: findings can only point at the counsellor's turns and the guideline's
    mistakes.
    """
    turn = Literal[tuple(counsellor_turns)]
    finding = create_model(
        "Finding",
        __base__=Finding,
        utterances=(
            Annotated[list[turn], Field(min_length=1, max_length=3), AfterValidator(_as_set)], ...,
        ),
        mistake=(Literal[(*mistakes, "other")], ...),
        severity=(Literal[1, 2, 3], ...),
    )  # fmt: skip
    return create_model(
        "Feedback", __base__=Feedback, findings=(Annotated[list[finding], Field(max_length=3)], ...)
    )


class Check(Strict):
    """One question put to a validator: the reason first, so that the answer follows from it."""

    reason: Annotated[str, Field(min_length=1, max_length=160), AfterValidator(_worded)]
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
    supervisor: Literal["told", "untold"]
    refinement: Refinement
    # What a person should look at, e.g. a quote that does not occur in the session. Only the lead sees it.
    manual_check: list[str]
