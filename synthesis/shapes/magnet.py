"""The record layouts in which MAGneT (arXiv 2509.04183) is published: intake forms with an attitude, and sessions. Only
what is used of them is read; nothing is repaired.
"""

import re
from typing import Annotated, Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, field_validator, model_validator

from accounts.digesting import text_digest
from synthesis.shapes.dialogue import Utterance
from synthesis.shapes.profiles import IntakeRecord
from synthesis.shapes.technique import ENOUGH, LIMIT, NOT_RECORDED, Ending, Planned, TechniqueSession

# Names of techniques as published, without case, signs and the word “technique”, and our key of each.
TECHNIQUES = {
    "efficiency evaluation": "usefulness-of-a-thought",
    "pie chart": "responsibility-pie",
    "alternative perspective": "alternative-perspective",
    "decatastrophizing": "decatastrophising",
    "pros and cons analysis": "pros-and-cons",
    "evidence based questioning": "weighing-evidence",
    "reality testing": "reality-testing",
    "continuum": "continuum",
    "changing rules to wishes": "rules-into-wishes",
    "behavior experiment": "behavioural-experiment",
    "problem solving skills training": "problem-solving",
    "systematic exposure": "graded-exposure",
}
ATTITUDES = {"positive": "open", "neutral": "neutral", "negative": "doubtful"}
SPEAKERS = {
    "counselor": "counsellor",
    "counsellor": "counsellor",
    "therapist": "counsellor",
    "client": "client",
}
END = "[/END]"
# The opening pair and twenty exchanges: where the published sessions were cut off.
MOST_MESSAGES = 42

# The six parts of a form, each under a heading of its own, numbered or not; what comes first is about the person.
_HEADINGS = (
    ("presenting_problem", r"presenting problem"),
    ("reason", r"reasons? for seeking (?:counsell?ing|therapy)"),
    ("history", r"past history"),
    ("functioning", r"(?:academic|occupational)[^\n]{0,40}functioning"),
    ("support", r"social support"),
)
_HEADING = re.compile(
    "|".join(rf"(?P<{name}>^[ \t]*(?:\d+[.)][ \t]*)?{words}[^\n]*$)" for name, words in _HEADINGS),
    re.IGNORECASE | re.MULTILINE,
)
_NAME = re.compile(r"^[ \t]*name[ \t]*:[ \t]*\n?[ \t]*(?P<name>[^\n]+)$", re.IGNORECASE | re.MULTILINE)
_AGE = re.compile(r"^[ \t]*age[ \t]*:[ \t]*\n?[ \t]*(?P<age>\d{1,3})\b", re.IGNORECASE | re.MULTILINE)


class _Layout(BaseModel):
    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)


class Client(_Layout):
    """The client's side of a record. `attitude` is how it meets the counselling."""

    intake_form: Annotated[str, Field(min_length=1, max_length=20_000)]
    attitude: Literal[tuple(ATTITUDES)]

    @property
    def key(self) -> str:
        """The same for the same form, whatever the attitude."""
        return f"magnet-{text_digest(self.intake_form)[:12]}"

    def as_intake(self) -> IntakeRecord:
        """As a form of ours. Raises ValidationError, ValueError naming the part that is missing."""
        parts, name = sections(self.intake_form), _NAME.search(self.intake_form)
        if missing := [
            part for part in ("demographics", *(part for part, _words in _HEADINGS)) if not parts.get(part)
        ]:
            raise ValueError(f"the form has no part “{missing[0].replace('_', ' ')}”")
        if name is None:
            raise ValueError("the form names nobody")
        age = _AGE.search(self.intake_form)
        # A first name is enough to talk to somebody.
        told = {"name": name["name"].split()[0], "age": int(age["age"]) if age else None}
        return IntakeRecord(key=self.key, kind="intake", **parts, **told)


def sections(form: str) -> dict[str, str]:
    """{part: its text}; a part that comes twice keeps its first."""
    marks = [(found.lastgroup, found.start(), found.end()) for found in _HEADING.finditer(form)]
    parts = {"demographics": form[: marks[0][1]] if marks else form}
    ends = [*(begin for _name, begin, _end in marks[1:]), len(form)]
    for (name, _begin, end), until in zip(marks, ends, strict=False):
        parts.setdefault(name, form[end:until])
    return {name: " ".join(text.split()) for name, text in parts.items()}


class Seed(_Layout):
    """A record of the seeds."""

    AI_client: Client


class Said(_Layout):
    role: str
    message: Annotated[str, Field(min_length=1, max_length=8_000)]

    @field_validator("role")
    @classmethod
    def _known(cls, role: str) -> str:
        if role.casefold() not in SPEAKERS:
            raise ValueError(f"“{role[:40]}” is neither counselor nor client")
        return SPEAKERS[role.casefold()]


class Session(_Layout):
    """A session, as released or as the published program writes it, whose names differ."""

    AI_client: Client
    cbt_technique: Annotated[str, Field(min_length=1, max_length=200)]
    cbt_plan: Annotated[str, Field(min_length=1, max_length=8_000)]
    dialogue: Annotated[
        list[Said],
        Field(min_length=4, max_length=200, validation_alias=AliasChoices("dialogue", "history")),
    ]

    @model_validator(mode="before")
    @classmethod
    def _as_released(cls, record):
        """What the program writes keeps its seed under `example`."""
        if isinstance(record, dict) and isinstance(record.get("example"), dict):
            return {"AI_client": record["example"].get("AI_client"), **record}
        return record

    @field_validator("cbt_technique")
    @classmethod
    def _technique(cls, named: str) -> str:
        plain = " ".join(re.sub(r"[^a-z]+", " ", named.casefold()).replace("technique", " ").split())
        if plain not in TECHNIQUES:
            raise ValueError(f"“{named[:60]}” is none of the twelve techniques")
        return TECHNIQUES[plain]

    @field_validator("dialogue")
    @classmethod
    def _in_turn(cls, said: list[Said]) -> list[Said]:
        for n, one in enumerate(said):
            if one.role != ("counsellor", "client")[n % 2]:
                raise ValueError(
                    f"message {n + 1} is the {one.role}'s; they should take turns, the counselor first"
                )
            if END in one.message and n < len(said) - 2:
                raise ValueError(f"message {n + 1} ends the session, and it goes on")
        return said

    def content(self, client_name: str) -> dict:
        """As an instance of `technique_session` holds it: what was suggested to each turn is not published."""
        texts = [one.message.replace(END, "").strip() for one in self.dialogue]
        said = [
            Utterance(id=n, speaker=one.role, text=text)
            for n, (one, text) in enumerate(zip(self.dialogue, texts, strict=True), start=1)
        ]
        ended = any(END in one.message for one in self.dialogue)
        how = ENOUGH if ended else LIMIT if len(said) == MOST_MESSAGES else NOT_RECORDED
        exchanges = max(1, (len(said) - 2) // 2)
        steps = [line.strip() for line in self.cbt_plan.splitlines() if line.strip()]
        return TechniqueSession(
            client_name=client_name,
            utterances=said,
            agents="all",
            plan=Planned(technique=self.cbt_technique, understanding="", steps=steps, offered=[]),
            turns=[],
            ending=Ending(
                how=how, exchange=exchanges, of=max(exchanges, MOST_MESSAGES // 2 - 1), early=False
            ),
            manual_check=[],
        ).model_dump(mode="json")
