"""The form of a judge's answer, and what it comes to: the same answers that a person gives on the screen."""

from functools import lru_cache
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, create_model, model_validator

from review.label_studio.reading_results import Answers, by_own_names
from review.label_studio.screens.build import level_alias, levels_of
from review.models import Arm, Verdict
from synthesis.shapes.words import Strict, which

RATIONALE, FEEDBACK, MOST_FINDINGS = 700, 2_800, 6
OTHER = "other"
REASONS = ("inaccurate", "unsafe", "tone", "vague", "wrong_mistake")


def _worded(text: str) -> str:
    if not text.strip():
        raise ValueError("is empty")
    return text.strip()


Rationale = Annotated[str, Field(min_length=1, max_length=RATIONALE), AfterValidator(_worded)]


def _is_whole(answer):
    """Of a verdict. What is written beside another verdict than its own is not used."""
    if answer.verdict == Verdict.EDIT and not answer.edited_feedback.strip():
        raise ValueError("edit without words")
    if answer.verdict == Verdict.REJECT and not answer.reject_reasons:
        raise ValueError("reject without a reason")
    return answer


def shape(
    *, arm: str, mistakes: list[str], counsellor_turns: list[int], dimensions: list[dict]
) -> type[Strict]:
    """`counsellor_turns`: ids of utterances, from 1. A mistake can only be found in them, and only one of the guideline's
    keys, or "other".
    """
    levels = tuple((d["key"], tuple(level_alias(one["value"]) for one in levels_of(d))) for d in dimensions)
    return _shape(arm, tuple(mistakes), tuple(counsellor_turns), levels)


@lru_cache(maxsize=128)
def _shape(arm: str, mistakes: tuple, turns: tuple, levels: tuple) -> type[Strict]:
    fields: dict = {"rationale": (Rationale, ...)}
    if arm in (Arm.AIDED, Arm.UNAIDED):
        most = MOST_FINDINGS if turns else 0  # where the counsellor says nothing there is nothing to find
        finding = create_model(
            "Found", __base__=Strict, mistake=(Literal[(*mistakes, OTHER)], ...),
            utterances=(which(Literal[turns or (0,)]), ...), severity=(Literal[0, 1, 2, 3], ...),
        )  # fmt: skip
        fields["findings"] = (Annotated[list[finding], Field(max_length=most)], ...)
        fields["believable"] = (Literal[1, 2, 3, 4, 5], ...)
    validators = {}
    if arm in (Arm.AIDED, Arm.REVISED):
        fields["verdict"] = (Literal[tuple(Verdict.values)], ...)
        fields["edited_feedback"] = (Annotated[str, Field(max_length=FEEDBACK)], ...)
        fields["reject_reasons"] = (Annotated[list[Literal[REASONS]], Field(max_length=len(REASONS))], ...)
        validators = {"is_whole": model_validator(mode="after")(_is_whole)}
    if arm != Arm.UNAIDED:
        rated = {f"of_{n}": (Literal[values], Field(alias=key)) for n, (key, values) in enumerate(levels)}
        fields["ratings"] = (create_model("Ratings", __base__=Strict, **rated), ...)
    if arm == Arm.PAIR:
        fields["preferred"] = (Literal["first", "second", "tie"], ...)
        fields["unsafe_texts"] = (Annotated[list[Literal["first", "second"]], Field(max_length=2)], ...)
    else:
        fields["unsafe"] = (bool, ...)
    return create_model("Judgement", __base__=Strict, __validators__=validators, **fields)


def answers(value: Strict, *, arm: str, dimensions: list[dict], position: str = "") -> Answers:
    """What the judge said, as people's judgements are stored. `position`: which of two texts stood first, "ab" or "ba"."""
    said = value.model_dump(by_alias=True)
    found: dict = {"rationale": said["rationale"], "unsafe": said.get("unsafe", False)}
    if "findings" in said:
        found["findings"] = _findings(said["findings"])
        found |= {"any_mistake": bool(said["findings"]), "believable": said["believable"]}
    if arm in (Arm.AIDED, Arm.REVISED):
        verdict = said["verdict"]
        found |= {
            "verdict": verdict,
            "edited_text": said["edited_feedback"].strip() if verdict == Verdict.EDIT else None,
            "reject_reasons": sorted(set(said["reject_reasons"])) if verdict == Verdict.REJECT else [],
        }
    if arm != Arm.UNAIDED:
        found["ratings"] = {d["key"]: _level(d, said["ratings"][d["key"]]) for d in dimensions}
    if arm == Arm.PAIR:
        preferred, unsafe = said["preferred"], said["unsafe_texts"]
        found |= by_own_names(preferred, unsafe, found["ratings"], dimensions, position)
        found["unsafe"] = bool(unsafe)
    return Answers(**found)


def _level(dimension: dict, alias: str):
    return next(one["value"] for one in levels_of(dimension) if level_alias(one["value"]) == alias)


def _findings(said: list[dict]) -> list[dict]:
    """One for each mistake and severity, turns from 0."""
    turns: dict[tuple, set[int]] = {}
    for one in said:
        turns.setdefault((one["mistake"], one["severity"]), set()).update(one["utterances"])
    return [
        {
            "pair": None if key == OTHER else key,
            "utterances": [turn - 1 for turn in sorted(own)],
            "severity": severity,
        }
        for (key, severity), own in turns.items()
    ]
