"""A session as a conversation: its turns, the steps behind each of them, how the feedback came about, and whatever else
its recipe tells of it.

Reads what is stored and judges nothing. Of a call only its line is read; its words come when somebody asks for them.
"""

import json
import re
from dataclasses import dataclass, field

from pydantic import ValidationError

from synthesis import choice_words, rendering
from synthesis.models import Call, Instance
from synthesis.recipes import RECIPES
from synthesis.recipes.declaring import Part, Told
from synthesis.shapes.dialogue import CHECKS, Feedback

# A step that helped to make a turn: its recipe says whose (Recipe.steps), the number which of that speaker's.
_TURN = re.compile(r"(.+) (\d+)")


@dataclass
class Turn:
    id: int
    speaker: str
    name: str
    text: str
    findings: list[dict]
    steps: list[Call] = field(default_factory=list)
    # What a supervised counsellor was about to say, and what the supervisor said to that.
    draft: str = ""
    strengths: list[str] = field(default_factory=list)
    slips: list[dict] = field(default_factory=list)
    # What its recipe tells of how the turn came about.
    behind: Part | None = None

    @property
    def was_revised(self) -> bool:
        return bool(self.draft) and self.draft != self.text


@dataclass(frozen=True)
class Checked:
    """What the checker said to one writing of the feedback."""

    draft: str
    checks: list[tuple[str, bool, str]]

    @property
    def passed(self) -> bool:
        return all(ok for _name, ok, _reason in self.checks)


@dataclass(frozen=True)
class Conversation:
    turns: list[Turn]
    draft: str
    original: str
    rounds: list[Checked]
    outcome: str
    manual_check: list[str]
    novice: dict | None
    calls: list[Call]
    # Calls that made no turn: the supervisor's, the checker's, the rewriter's, the novice's, a planner's.
    later: list[Call]
    # What its recipe tells before and after the turns.
    before: list[Part]
    after: list[Part]


def light_calls(instance: Instance) -> list[Call]:
    """In the order in which they were read, without their words. Another instance may have paid for some: the same
    cell in a later run replays what is stored.
    """
    if not instance.trace:
        return list(instance.calls.defer("messages", "reply").order_by("id"))
    stored = Call.objects.defer("messages", "reply").in_bulk(instance.trace, field_name="key")
    return [stored[key] for key in instance.trace if key in stored]


def conversation(recipe: str, content: dict, calls: list[Call], names: dict[str, str]) -> Conversation:
    """`content` of an instance of the recipe, `names` {key of a mistake: its name} (synthesis.translated); both may hold
    less than they could.
    """
    how = RECIPES.get(recipe)
    told = how.told(content) if how and content else Told()
    turns = _turns(content, names)
    for turn in turns:
        turn.behind = told.behind.get(turn.id)
    later = _behind(turns, calls, how.steps if how else {})
    refinement = content.get("refinement", {})
    feedback = content.get("feedback")
    original = _original(calls)
    rounds = refinement.get("rounds", [])
    written = [original, *(one.get("feedback") for one in rounds[1:])]
    return Conversation(
        turns=turns,
        draft=rendering.draft(feedback, mistake_names=names) if feedback else "",
        original=_drafted(original, names),
        rounds=[
            Checked(_drafted(one, names), _checks(of["checks"]))
            for one, of in zip(written, rounds, strict=False)
            if "checks" in of
        ],
        outcome=refinement.get("outcome", ""),
        manual_check=content.get("manual_check", []),
        novice=_novice(content.get("novice"), names),
        calls=calls,
        later=later,
        before=told.before,
        after=told.after,
    )


def _turns(content: dict, names: dict[str, str]) -> list[Turn]:
    found = content.get("feedback", {}).get("findings", [])
    trace = {traced["utterance"]: traced for traced in content.get("turn_trace") or []}
    turns = []
    for said in content.get("utterances", []):
        marked = [
            {**finding, "name": names.get(finding["mistake"])}
            for finding in found
            if said["id"] in finding["utterances"]
        ]
        turn = Turn(said["id"], said["speaker"], content.get("client_name", ""), said["text"], marked)
        if traced := trace.get(said["id"]):
            turn.draft = traced["draft"]
            turn.strengths = traced["feedback"]["strengths"]
            turn.slips = [
                {**slip, "name": names.get(slip["mistake"])} for slip in traced["feedback"]["slips"]
            ]
        turns.append(turn)
    return turns


def _behind(turns: list[Turn], calls: list[Call], speakers: dict[str, str]) -> list[Call]:
    """Puts each call behind the turn that it helped to make; returns the others. `speakers`: see Recipe.steps."""
    by_place = {(turn.speaker, n): turn for turn, n in _numbered(turns)}
    later = list(calls)
    for call in calls:
        made = _TURN.fullmatch(call.step)
        speaker = made and speakers.get(made[1])
        if speaker and (turn := by_place.get((speaker, int(made[2])))):
            turn.steps.append(call)
            later.remove(call)
    return later


def _numbered(turns: list[Turn]):
    n = {"counsellor": 0, "client": 0}
    for turn in turns:
        n[turn.speaker] += 1
        yield turn, n[turn.speaker]


def _original(calls: list[Call]) -> dict | None:
    """The supervisor's first feedback, as its last reply to that question holds it."""
    for call in reversed(calls):
        if call.step == "supervise":
            try:
                return Feedback.model_validate_json(_without_fence(call.text)).model_dump()
            except ValidationError:
                return None
    return None


def _without_fence(text: str) -> str:
    start, end = text.find("{"), text.rfind("}")
    return text[start : end + 1] if 0 <= start < end else text


def _drafted(feedback: dict | None, names: dict[str, str]) -> str:
    return rendering.draft(feedback, mistake_names=names) if feedback else ""


def _checks(given: dict) -> list[tuple[str, bool, str]]:
    return [(str(choice_words.CHECKS[name]), given[name]["ok"], given[name]["reason"]) for name in CHECKS]


def _novice(given: dict | None, names: dict[str, str]) -> dict | None:
    """What a novice found before and after reading the feedback, and how far it grew."""
    if not given:
        return None
    stages = [
        {
            "stage": stage,
            "found": [
                {**one, "name": names.get(one["mistake"])} for one in given[stage].get("findings") or []
            ],
            "answered": given[stage].get("findings") is not None,
            "score": given[stage]["score"],
            "total": given[stage]["score"]["location"] + given[stage]["score"]["mistakes"],
        }
        for stage in ("before", "after", "after_as_published")
        if given.get(stage)
    ]
    return {**given, "stages": stages}


def read_as_json(text: str) -> str:
    """A reply as a person reads it: JSON with its lines broken, anything else as it came."""
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        return text
