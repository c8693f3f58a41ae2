"""What is put before the adjudicator of a dispute: texts, findings of readers, and the questions of a step."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Text:
    """One wording. `edits`: public ids of the decisions that wrote it; `token` names it on the page."""

    token: str
    words: str
    edits: tuple[str, ...] = ()
    is_draft: bool = False

    @property
    def sources(self) -> tuple[str, ...]:
        return ("draft",) if self.is_draft else self.edits


@dataclass(frozen=True)
class Proposed:
    """One mistake as some reader marked it; where several marked the same turns, each `severity` that they gave."""

    token: str
    mistake: str
    name: str
    utterances: tuple[int, ...]
    severities: tuple[int, ...]


@dataclass(frozen=True)
class Questions:
    """What one of the two steps asks; whether anything is unsafe both ask, always."""

    texts: list[Text]
    findings: bool
    dimensions: list[dict]
    preferred: bool

    @property
    def equivalent(self) -> bool:
        return sum(bool(text.edits) for text in self.texts) > 1
