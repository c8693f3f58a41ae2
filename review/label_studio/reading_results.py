"""Reads what a reviewer submitted on the screen, strictly, and nothing is guessed.

What a screen asks is read from the screen itself; here is what the answers mean, form by form.
"""

from dataclasses import dataclass, field

from review.label_studio.result_entries import (
    BadValue,
    Contradiction,
    EmptyMark,
    Incomplete,
    UnknownControl,
    UnreadableResult,
    required,
    sort,
)
from review.label_studio.screens.build import (
    NOT_IN_GUIDELINE,
    OWN_READING,
    RATING,
    build,
    level_alias,
    levels_of,
    opposite,
)
from review.label_studio.screens.controls import Control, controls_of

__all__ = [
    "Answers",
    "BadValue",
    "Contradiction",
    "EmptyMark",
    "Incomplete",
    "UnknownControl",
    "UnreadableResult",
    "flag_in",
    "mirrored",
    "read",
]

SAFETY = ("unsafe", "unsafe_texts")  # controls: of the whole, and of one of two texts


@dataclass(frozen=True, kw_only=True)
class Answers:
    """One reading as the reviewer gave it; what its form does not ask for stays empty.

    `findings`: {"pair": key or None for not in the guideline, "utterances": sorted indexes into the dialogue,
    "severity": 0-3, and where there are any "notes": {index: text}}, one for each pair and severity, in the order of
    the guideline. `ratings`: {dimension key: level value}. `evidence`: {dimension key: [{"turn": index or None, "quote":
    words of the reply or "", "note"}]}. `better_reply`: what she would have said instead of it; where another reply is
    offered, `exemplar_verdict` says what she thinks of that, and an edit of it is her better reply.
    Of two texts, by their own names whichever stood first: `preferred` "a", "b" or "tie", `unsafe_texts`, and ratings
    whose first level means "a".
    """

    any_mistake: bool | None = None
    findings: list[dict] = field(default_factory=list)
    believable: int | None = None
    verdict: str | None = None
    edited_text: str | None = None
    better_reply: str = ""
    exemplar_verdict: str = ""
    reject_reasons: list[str] = field(default_factory=list)
    ratings: dict = field(default_factory=dict)
    evidence: dict[str, list[dict]] = field(default_factory=dict)
    preferred: str | None = None
    unsafe_texts: list[str] = field(default_factory=list)
    rationale: str = ""
    unsafe: bool = False
    comment: str = ""


def read(
    result: list, *, form: str, pairs: list[dict], dimensions: list[dict], counsellor_turns: set[int],
    recipe="supervised_dialogue", config="", judged=None, position="",
) -> Answers:  # fmt: skip
    """The answers in a Label Studio annotation result; raises UnreadableResult for anything else.

    `config`: the screen as it was sent; without it, as it is built today. Only the counsellor's turns can carry a
    mistake. `judged`: the words put before the reader; evidence is quoted from them. `position`: which of two texts
    stood first, "ab" or "ba".
    """
    config = config or build(form, pairs=pairs, dimensions=dimensions, recipe=recipe)
    known = controls_of(config)
    once, marks = sort(result, known)
    if form == "pair":
        found = _comparison(once, known, dimensions, position)
    elif form == "rated":
        _require_asked(once, known)
        found = _rated(once, marks, dimensions, judged)
    elif form == "revised":
        required(once, OWN_READING)
        # What is asked of the rewriting hangs on the verdict.
        found = _rated(once, marks, dimensions, judged) | _judgement(once, dimensions, judged)
    else:
        found = _own_reading(once, marks, pairs, counsellor_turns)
        if form == "aided":
            if OWN_READING in known:  # an older screen opens the draft without it
                required(once, OWN_READING)
            found |= _judgement(once, dimensions, judged)
    found.setdefault("unsafe", "unsafe" in once)
    return Answers(rationale=once.get("rationale", ""), comment=once.get("comment", ""), **found)


def _own_reading(once: dict, marks: dict, pairs: list[dict], counsellor_turns: set[int]) -> dict:
    any_mistake = required(once, "any_mistake") == "yes"
    findings = _findings(marks, pairs, counsellor_turns)
    if any_mistake and not findings:
        raise Incomplete("mistake")
    if not any_mistake and findings:
        # The editor keeps marks after the answer was changed to "no mistake": which of the two was meant?
        raise Contradiction("any_mistake", "no, with marks")
    believable = once.get("believable")
    return {
        "any_mistake": any_mistake,
        "findings": findings,
        "believable": int(believable) if believable is not None else None,
    }


def flag_in(result) -> str | None:
    """The comment beside a mark of *unsafe*, of the whole or of one of two texts, however unreadable the rest; None:
    nothing is called unsafe.
    """
    answers = [one for one in result if isinstance(one, dict)] if isinstance(result, list) else []
    if not any(one.get("from_name") in SAFETY for one in answers):
        return None
    values = [one.get("value") for one in answers if one.get("from_name") == "comment"]
    texts = [value.get("text") for value in values if isinstance(value, dict)]
    return "\n".join(
        str(part) for text in texts for part in (text if isinstance(text, list) else [text]) if part
    )


def _findings(marks: dict, pairs: list[dict], counsellor_turns: set[int]) -> list[dict]:
    """Marks of one label and one severity are one finding; a mistake may be minor here, harmful there, but in the
    same turn it is one or the other.
    """
    grouped, severities = {}, {}
    for mark in marks.values():
        label, severity = mark["mistake"], int(required(mark, "severity"))
        for turn in mark["turns"]:
            if turn not in counsellor_turns:
                raise Contradiction("mistake", f"turn {turn} is not the counsellor's")
            if severities.setdefault((label, turn), severity) != severity:
                raise Contradiction("severity", f"{severities[label, turn]} and {severity} in turn {turn}")
            notes = grouped.setdefault((label, severity), {}).setdefault(turn, [])
            if mark.get("note", "").strip():
                notes.append(mark["note"])
    order = {pair["key"]: n for n, pair in enumerate(pairs)}
    found = []
    for (label, severity), turns in sorted(
        grouped.items(), key=lambda entry: (order.get(entry[0][0], len(order)), entry[0][1])
    ):
        finding = {
            "pair": None if label == NOT_IN_GUIDELINE else label,
            "utterances": sorted(turns),
            "severity": severity,
        }
        if notes := {turn: "\n".join(notes) for turn, notes in sorted(turns.items()) if notes}:
            finding["notes"] = notes
        found.append(finding)
    return found


def _judgement(once: dict, dimensions: list[dict], judged: dict | None) -> dict:
    verdict = required(once, "verdict")
    edited = once.get("edited_feedback")
    if verdict == "edit":
        required(once, "edited_feedback")
    elif _is_hers(edited, judged, "draft"):
        raise BadValue("edited_feedback", f"with the verdict {verdict}")
    if verdict == "reject":
        required(once, "reject_reasons")
    elif "reject_reasons" in once:
        raise BadValue("reject_reasons", f"with the verdict {verdict}")
    return {
        "verdict": verdict,
        "edited_text": edited if verdict == "edit" else None,
        "reject_reasons": once.get("reject_reasons", []),
        "ratings": _ratings(once, dimensions),
    }


def _ratings(once: dict, dimensions: list[dict]) -> dict:
    ratings = {}
    for dimension in dimensions:
        values = {level_alias(level["value"]): level["value"] for level in levels_of(dimension)}
        ratings[dimension["key"]] = values[required(once, RATING + dimension["key"])]
    return ratings


def _require_asked(once: dict, known: dict[str, Control]) -> None:
    for name, control in known.items():
        if control.required and not control.per_mark and name != "edited_exemplar":
            required(once, name)


def _is_hers(text: str | None, judged: dict | None, filled_with: str) -> bool:
    """Whether she wrote in a box that is filled before she opens it: after a submission that lacked an answer the editor
    sends it as it was, unseen. Words of hers must not be lost.
    """
    return (text or "").strip() not in ("", (judged or {}).get(filled_with, "").strip())


def _rated(once: dict, marks: dict, dimensions: list[dict], judged: dict) -> dict:
    evidence: dict[str, list[dict]] = {}
    for mark in marks.values():
        note = mark.get("note", "").strip()
        if "quote" in mark:
            _require_said(mark["quote"], judged)
            found = [{"turn": None, "quote": mark["quote"], "note": note}]
        else:
            found = [{"turn": turn, "quote": "", "note": note} for turn in mark["turns"]]
            if mark["turns"].stop > len(judged["dialogue"]):
                raise BadValue("evidence", f"turn {mark['turns'].stop - 1} is not in the session")
        of = evidence.setdefault(mark["evidence"], [])
        of += [one for one in found if one not in of]
    verdict, better = once.get("exemplar_verdict", ""), once.get("better_reply", "")
    if verdict == "edit":
        better = required(once, "edited_exemplar")
    elif _is_hers(once.get("edited_exemplar"), judged, "exemplar"):
        raise BadValue("edited_exemplar", f"with the verdict {verdict}")
    return {
        "exemplar_verdict": verdict,
        "ratings": _ratings(once, dimensions),
        "evidence": evidence,
        "better_reply": better if better.strip() else "",
    }


def _require_said(quote: str, judged: dict) -> None:
    """White space is the browser's to count: the words must be there."""
    if " ".join(quote.split()) not in " ".join(judged["reply"].split()):
        raise BadValue("evidence", quote)


def _comparison(once: dict, known: dict[str, Control], dimensions: list[dict], position: str) -> dict:
    found = by_own_names(
        required(once, "preferred"),
        once.get("unsafe_texts", []),
        _ratings(once, dimensions),
        dimensions,
        position,
    )
    return found | {"unsafe": bool(found["unsafe_texts"]) or "unsafe" in once}


def by_own_names(
    preferred: str, unsafe: list[str], ratings: dict, dimensions: list[dict], position: str
) -> dict:
    """What was said of the first and the second text, by the texts' own names. `position`: which stood first, "ab" or
    "ba".
    """
    own = {"first": position[0], "second": position[1], "tie": "tie"}
    if position == "ba":
        ratings = {d["key"]: mirrored(d, ratings[d["key"]]) for d in dimensions}
    unsafe = sorted({own[one] for one in unsafe})
    return {"preferred": own[preferred], "ratings": ratings, "unsafe_texts": unsafe}


def mirrored(dimension: dict, value):
    """The level that says the same of two texts that changed places."""
    return opposite([level["value"] for level in levels_of(dimension)], value)
