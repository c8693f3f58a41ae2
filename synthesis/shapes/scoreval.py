"""The alpaca rows in which SCOREval (arXiv 2602.21638) is trained: `instruction` (and `input`) hold the talk, `output` the
four levels and, in one of the two published variants, a rationale. How the text of a row is laid out is not published, so
what is read here is written down (docs/resistance-replies.md), and every row that is otherwise is named; nothing is
guessed.
"""

import re
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from accounts.digesting import text_digest
from synthesis.shapes.excerpts import ExcerptRecord, SaidTurn
from synthesis.shapes.resistance import MECHANISMS, RATED, Detected, Rated, ResistanceReply

SPEAKERS = {
    "counselor": "counsellor", "counsellor": "counsellor", "therapist": "counsellor", "咨询师": "counsellor",
    "client": "client", "seeker": "client", "visitor": "client", "来访者": "client", "求助者": "client",
}  # fmt: skip
NAMES = {
    "respect-for-autonomy": ("respect for autonomy", "尊重自主"),
    "stance-alignment": ("stance alignment", "立场一致"),
    "emotional-resonance": ("emotional resonance", "情感共鸣"),
    "conversational-orientation": ("conversational orientation", "对话导向"),
}
LEVELS = {"0": 0, "1": 1, "2": 2, "no": 0, "weak": 1, "strong": 2, "无": 0, "弱": 1, "强": 2}
_SAID = re.compile(rf"^\s*({'|'.join(SPEAKERS)})\s*[:：]\s*(.+)$", re.IGNORECASE)
_NAMED = "|".join(re.escape(one) for names in NAMES.values() for one in names)
# “Respect for Autonomy: 2”, “Stance Alignment = Weak expression”.
_LEVEL = re.compile(
    rf"^[\s\-*#\d.()]*\**({_NAMED})\**[^\S\n]*(?:[:：=]|\bis\b)[^\S\n]*\**[^\S\n]*(\d+|no|weak|strong|无|弱|强|\w+)(?:[^\S\n]+expression)?\**[.,;。；]?[^\S\n]*$",
    re.IGNORECASE | re.MULTILINE,
)


class Row(BaseModel):
    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)

    instruction: Annotated[str, Field(min_length=1, max_length=40_000)]
    input: Annotated[str, Field(max_length=40_000)] = ""
    output: Annotated[str, Field(min_length=1, max_length=20_000)]

    def as_excerpt(self, language: str) -> ExcerptRecord:
        """Raises ValueError naming what is missing."""
        said = self.talk()
        if said[-1].speaker != "counsellor":
            raise ValueError("the talk does not end with the counsellor's reply")
        key = f"scoreval-{text_digest(repr([(one.speaker, one.text) for one in said]))[:16]}"
        return ExcerptRecord(key=key, kind="excerpt", turns=said[:-1], reply=said[-1].text, language=language)

    def talk(self) -> list[SaidTurn]:
        """Every line that begins with a speaker; a line without one goes on with the turn before it."""
        said: list[list[str]] = []
        for line in f"{self.instruction}\n{self.input}".splitlines():
            if found := _SAID.match(line):
                said.append([SPEAKERS[found[1].lower()], found[2].strip()])
            elif said and line.strip():
                said[-1][1] += f"\n{line.strip()}"
        if len(said) < 2:
            raise ValueError("holds no talk: no two lines begin with who speaks")
        return [SaidTurn(speaker=speaker, text=text) for speaker, text in said]

    def levels(self) -> dict[str, int]:
        """{mechanism: level}. Raises ValueError for one that is missing, given twice, or outside the scale."""
        own = {name: key for key, names in NAMES.items() for name in names}
        found: dict[str, int] = {}
        for named, level in _LEVEL.findall(self.output):
            key = own[named.lower()]
            if level.lower() not in LEVELS:
                raise ValueError(
                    f"“{level[:20]}” is no level of {named.lower()}: 0, 1 or 2 (no, weak, strong)"
                )
            if found.setdefault(key, LEVELS[level.lower()]) != LEVELS[level.lower()]:
                raise ValueError(f"{named.lower()} has two levels")
        if missing := [key for key in MECHANISMS if key not in found]:
            raise ValueError(f"the output gives no level of {missing[0].replace('-', ' ')}")
        return found

    def rationale(self) -> str:
        return "\n".join(line for line in _LEVEL.sub("", self.output).splitlines() if line.strip()).strip()

    def content(self, record: ExcerptRecord) -> dict:
        """As an instance of `excerpt_reply` holds it. That the client resists is why the row is there; how is not said."""
        told = record.told()
        levels = self.levels()
        return ResistanceReply(
            client_name="",
            utterances=told["utterances"],
            reply=told["reply"],
            exemplar="",
            meant="",
            way="",
            detected=Detected(stance="resist", behaviour=None, quote="", why=""),
            ratings=[Rated(mechanism=one, level=levels[one], quotes=[], why="") for one in MECHANISMS],
            outcome=RATED,
            manual_check=[],
            rationale=self.rationale() or None,
            language=None if record.language == "en" else record.language,
        ).model_dump(mode="json")
