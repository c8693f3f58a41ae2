"""Writes what the browser would have sent: for simulated reviewers, and for whoever tests the reading."""

import secrets

from review.label_studio.reading_results import Answers, mirrored
from review.label_studio.screens.build import NOT_IN_GUIDELINE, OWN_READING, RATING, build, level_alias
from review.label_studio.screens.controls import controls_of


def write(
    answers: Answers, *, form: str, pairs: list[dict], dimensions: list[dict], dialogue: list[dict],
    recipe="supervised_dialogue", config="", position="",
) -> list[dict]:  # fmt: skip
    """The result that the browser would send for these answers; `dialogue` as in the task's data. `config`: the screen
    that they are given on; without it, as it is built today. `position`: which of two texts stood first, "ab" or "ba".
    """
    config = config or build(form, pairs=pairs, dimensions=dimensions, recipe=recipe)
    known = controls_of(config)

    def item(name: str, value: dict, region: str | None = None) -> dict:
        return {
            "id": region or secrets.token_urlsafe(7),
            "from_name": name,
            "to_name": known[name].to_name,
            "type": known[name].kind,
            "origin": "manual",
            "value": value,
        }

    result = []
    if answers.any_mistake is not None:
        result.append(item("any_mistake", {"choices": ["yes" if answers.any_mistake else "no"]}))
    for finding in answers.findings:
        for turn in finding["utterances"]:
            region, place = secrets.token_urlsafe(7), _whole(turn, dialogue)
            label = NOT_IN_GUIDELINE if finding["pair"] is None else finding["pair"]
            result.append(item("mistake", {**place, "paragraphlabels": [label]}, region))
            result.append(item("severity", {**place, "choices": [str(finding["severity"])]}, region))
            if note := finding.get("notes", {}).get(turn):
                result.append(item("note", {**place, "text": [note]}, region))
    if answers.believable is not None:
        result.append(item("believable", {"choices": [str(answers.believable)]}))
    if OWN_READING in known:
        result.append(item(OWN_READING, {"choices": ["complete"]}))
    if answers.verdict is not None:
        result.append(item("verdict", {"choices": [answers.verdict]}))
    if answers.edited_text is not None:
        result.append(item("edited_feedback", {"text": [answers.edited_text]}))
    if answers.exemplar_verdict:
        result.append(item("exemplar_verdict", {"choices": [answers.exemplar_verdict]}))
    if answers.better_reply:
        better = "edited_exemplar" if answers.exemplar_verdict == "edit" else "better_reply"
        result.append(item(better, {"text": [answers.better_reply]}))
    if answers.reject_reasons:
        result.append(item("reject_reasons", {"choices": list(answers.reject_reasons)}))
    if answers.rationale:
        result.append(item("rationale", {"text": [answers.rationale]}))
    of = {dimension["key"]: dimension for dimension in dimensions}
    for key, value in answers.ratings.items():
        shown = mirrored(of[key], value) if position == "ba" else value
        result.append(item(RATING + key, {"choices": [level_alias(shown)]}))
    for key, marks in answers.evidence.items():
        for mark in marks:
            region, quoted = secrets.token_urlsafe(7), mark["turn"] is None
            place = {"text": mark["quote"]} if quoted else _whole(mark["turn"], dialogue)
            label = "labels" if quoted else "paragraphlabels"
            result.append(item("evidence", {**place, label: [key]}, region))
            if mark["note"]:
                result.append(item("note", {**place, "text": [mark["note"]]}, region))
    shown_as = {"tie": "tie", **dict(zip(position, ("first", "second"), strict=False))}
    if answers.preferred is not None:
        result.append(item("preferred", {"choices": [shown_as[answers.preferred]]}))
    if answers.unsafe_texts:
        result.append(item("unsafe_texts", {"choices": [shown_as[text] for text in answers.unsafe_texts]}))
    elif answers.unsafe:
        result.append(item("unsafe", {"choices": ["unsafe"]}))
    if answers.comment:
        result.append(item("comment", {"text": [answers.comment]}))
    return result


def _whole(turn: int, dialogue: list[dict]) -> dict:
    """A mark of a whole turn, as the square beside it makes one."""
    text = dialogue[turn]["text"]
    return {"start": str(turn), "end": str(turn), "startOffset": 0, "endOffset": len(text), "text": text}
