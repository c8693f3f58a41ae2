"""Reads what a reviewer submitted on the screen, strictly, and writes what the browser would have sent."""

import secrets
from collections import Counter
from dataclasses import dataclass, field

from review.label_studio.screens.build import NOT_IN_GUIDELINE, RATING, Control, controls, level_alias


class UnreadableResult(ValueError):
    """The result is not an answer to this screen; the caller keeps it raw and shows it to the lead."""


class UnknownControl(UnreadableResult):
    """An answer to a question that this screen does not have."""

    def __init__(self, name):
        super().__init__(f"Unknown control {str(name)[:80]!r}.")
        self.name = name


class BadValue(UnreadableResult):
    """An answer that the question does not offer, or that contradicts another answer."""

    def __init__(self, control, value):
        super().__init__(f"Control {control!r} cannot have the value {str(value)[:80]!r}.")
        self.control, self.value = control, value


class Incomplete(UnreadableResult):
    """An answer that the screen asks for is missing; `what` is the control."""

    def __init__(self, what):
        super().__init__(f"No answer to {what!r}.")
        self.what = what


@dataclass(frozen=True, kw_only=True)
class Answers:
    """One reading as the reviewer gave it.

    `findings`: {"pair": key or None for not in the guideline, "utterances": sorted indexes into the dialogue,
    "severity": 0-3}, one for each pair and severity, in the order of the guideline. The last five fields but
    `unsafe` and `comment` stay empty in the unaided form. `ratings`: {dimension key: level value}.
    """

    any_mistake: bool
    findings: list[dict] = field(default_factory=list)
    believable: int | None = None
    verdict: str | None = None
    edited_text: str | None = None
    reject_reasons: list[str] = field(default_factory=list)
    ratings: dict = field(default_factory=dict)
    unsafe: bool = False
    comment: str = ""


def read(
    result: list, *, form: str, pairs: list[dict], dimensions: list[dict], counsellor_turns: set[int]
) -> Answers:
    """The answers in a Label Studio annotation result; raises UnreadableResult for anything else.

    Only the counsellor's turns can carry a mistake.
    """
    known = controls(form, pairs=pairs, dimensions=dimensions)
    once, marks = _sort(result, known)
    any_mistake = _required(once, "any_mistake") == "yes"
    findings = _findings(marks, pairs, counsellor_turns)
    if any_mistake and not findings:
        raise Incomplete("mistake")
    if not any_mistake and findings:
        # The editor keeps marks after the answer was changed to "no mistake": which of the two was meant?
        raise BadValue("any_mistake", "no, with marks")
    believable = once.get("believable")
    return Answers(
        any_mistake=any_mistake,
        findings=findings,
        believable=int(believable) if believable is not None else None,
        unsafe="unsafe" in once,
        comment=once.get("comment", ""),
        **(_judgement(once, dimensions) if form == "aided" else {}),
    )


def flag_in(result) -> str | None:
    """The comment beside a mark of *unsafe*, however unreadable the rest; None: nothing is called unsafe."""
    answers = [one for one in result if isinstance(one, dict)] if isinstance(result, list) else []
    if not any(one.get("from_name") == "unsafe" for one in answers):
        return None
    values = [one.get("value") for one in answers if one.get("from_name") == "comment"]
    texts = [value.get("text") for value in values if isinstance(value, dict)]
    return "\n".join(
        str(part) for text in texts for part in (text if isinstance(text, list) else [text]) if part
    )


def write(
    answers: Answers, *, form: str, pairs: list[dict], dimensions: list[dict], dialogue: list[dict]
) -> list[dict]:
    """The result that the browser would send for these answers; `dialogue` as in the task's data."""
    known = controls(form, pairs=pairs, dimensions=dimensions)

    def item(name: str, value: dict, region: str | None = None) -> dict:
        return {
            "id": region or secrets.token_urlsafe(7),
            "from_name": name,
            "to_name": known[name].to_name,
            "type": known[name].kind,
            "origin": "manual",
            "value": value,
        }

    result = [item("any_mistake", {"choices": ["yes" if answers.any_mistake else "no"]})]
    for finding in answers.findings:
        for turn in finding["utterances"]:
            region, text = secrets.token_urlsafe(7), dialogue[turn]["text"]
            place = {
                "start": str(turn),
                "end": str(turn),
                "startOffset": 0,
                "endOffset": len(text),
                "text": text,
            }
            label = NOT_IN_GUIDELINE if finding["pair"] is None else finding["pair"]
            result.append(item("mistake", {**place, "paragraphlabels": [label]}, region))
            result.append(item("severity", {**place, "choices": [str(finding["severity"])]}, region))
    if answers.believable is not None:
        result.append(item("believable", {"choices": [str(answers.believable)]}))
    if answers.verdict is not None:
        result.append(item("verdict", {"choices": [answers.verdict]}))
    if answers.edited_text is not None:
        result.append(item("edited_feedback", {"text": [answers.edited_text]}))
    if answers.reject_reasons:
        result.append(item("reject_reasons", {"choices": list(answers.reject_reasons)}))
    for key, value in answers.ratings.items():
        result.append(item(RATING + key, {"choices": [level_alias(value)]}))
    if answers.unsafe:
        result.append(item("unsafe", {"choices": ["unsafe"]}))
    if answers.comment:
        result.append(item("comment", {"text": [answers.comment]}))
    return result


def _sort(result: list, known: dict[str, Control]) -> tuple[dict, dict]:
    """Checks each value; gives {control: answer} and {mark id: {control: answer, "turns": range}}."""
    if not isinstance(result, list):
        raise BadValue("result", type(result).__name__)
    once, marks = {}, {}
    for entry in result:
        if not isinstance(entry, dict) or not isinstance(entry.get("value"), dict):
            raise BadValue("result", entry)
        name = entry.get("from_name")
        control = known.get(name) if isinstance(name, str) else None
        if control is None:
            raise UnknownControl(name)
        if entry.get("type") != control.kind or entry.get("to_name") != control.to_name:
            raise BadValue(name, f"{entry.get('type')} for {entry.get('to_name')}")
        answer = _answer(name, control, entry["value"])
        if control.per_mark or control.kind == "paragraphlabels":
            place = marks.setdefault(str(entry.get("id")), {})
        else:
            place = once
        if name in place:
            raise BadValue(name, "answered twice")
        place[name] = answer
        if control.kind == "paragraphlabels":
            place["turns"] = _turns(name, entry["value"])
    return once, marks


def _answer(name: str, control: Control, value: dict):
    """The one value, or the list of values where the question takes several."""
    given = value.get("text" if control.kind == "textarea" else control.kind)
    if not isinstance(given, list) or not given or not all(isinstance(one, str) for one in given):
        raise BadValue(name, given)
    if control.values is not None:
        for one in given:
            if one not in control.values:
                raise BadValue(name, one)
    if len(given) > 1 and (not control.many or max(Counter(given).values()) > 1):
        raise BadValue(name, given)
    return given if control.many else given[0]


def _turns(name: str, value: dict) -> range:
    numbers = [value.get("start"), value.get("end")]
    for number in numbers:
        if not isinstance(number, str) or not number.isascii() or not number.isdigit() or len(number) > 4:
            raise BadValue(name, number)
    start, end = int(numbers[0]), int(numbers[1])
    if end < start:
        raise BadValue(name, f"{start}-{end}")
    return range(start, end + 1)


def _findings(marks: dict, pairs: list[dict], counsellor_turns: set[int]) -> list[dict]:
    """Marks of one label and one severity are one finding; a mistake may be minor here, harmful there."""
    grouped = {}
    for mark in marks.values():
        if "mistake" not in mark:
            raise BadValue("severity", "without a mark")
        if "severity" not in mark:
            raise Incomplete("severity")
        for turn in mark["turns"]:
            if turn not in counsellor_turns:
                raise BadValue("mistake", f"turn {turn} is not the counsellor's")
            grouped.setdefault((mark["mistake"], int(mark["severity"])), set()).add(turn)
    order = {pair["key"]: n for n, pair in enumerate(pairs)}
    return [
        {
            "pair": None if label == NOT_IN_GUIDELINE else label,
            "utterances": sorted(turns),
            "severity": severity,
        }
        for (label, severity), turns in sorted(
            grouped.items(), key=lambda entry: (order.get(entry[0][0], len(order)), entry[0][1])
        )
    ]


def _judgement(once: dict, dimensions: list[dict]) -> dict:
    verdict = _required(once, "verdict")
    for control, owner in (("edited_feedback", "edit"), ("reject_reasons", "reject")):
        if verdict == owner:
            _required(once, control)
        elif control in once:
            raise BadValue(control, f"with the verdict {verdict}")
    edited = once.get("edited_feedback")
    if edited is not None and not edited.strip():
        raise Incomplete("edited_feedback")
    ratings = {}
    for dimension in dimensions:
        values = {level_alias(level["value"]): level["value"] for level in dimension["levels"]}
        ratings[dimension["key"]] = values[_required(once, RATING + dimension["key"])]
    return {
        "verdict": verdict,
        "edited_text": edited,
        "reject_reasons": once.get("reject_reasons", []),
        "ratings": ratings,
    }


def _required(once: dict, name: str):
    if name not in once:
        raise Incomplete(name)
    return once[name]
