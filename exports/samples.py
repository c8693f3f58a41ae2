"""A sample: one settled item, with everything that may leave about it, free of the database."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Edit:
    """A reader's own wording, and whether it was approved; or that of an adjudicator, which is. `by`: who wrote it."""

    decision: str
    text: str
    approved: bool
    by: str = "model, edited by a reviewer"


@dataclass(frozen=True)
class Reply:
    """A reply that was rated, and then its rewriting judged. `ratings`: {dimension: level that was settled}; `scores` and
    `draft_scores`: {dimension: score} by the judge of the loop, of the reply and of the rewriting. `on_five`: all that was
    rated has levels from 1, worst, to 5.
    """

    text: str
    ratings: dict[str, str]
    scores: dict[str, int]
    draft_scores: dict[str, int]
    on_five: bool = True


@dataclass(frozen=True)
class Sample:
    """One settled item with a draft. `verdict` is accept | edit | reject; `draft` is the text that was judged."""

    item: str
    instance: str
    group: str
    split: str
    verdict: str
    draft: str
    utterances: tuple[dict, ...]
    edits: tuple[Edit, ...]
    guideline: str
    mistakes: tuple[dict, ...]
    provenance: dict = field(default_factory=dict)
    # Where the draft is a rewriting of a reply: that reply, and what its readers and the judge say of it.
    reply: Reply | None = None

    @property
    def approved_texts(self) -> list[tuple[str, str]]:
        """(text, who wrote it) of every wording that was approved; empty when the item was rejected."""
        if self.verdict == "accept":
            return [(self.draft, "model")]
        if self.verdict == "edit":
            return [(edit.text, edit.by) for edit in self.edits if edit.approved]
        return []


@dataclass(frozen=True)
class TurnEdit:
    """A counsellor's turn that an expert edited, and that independent readers found without a mistake. `before`: the
    utterances up to it, as {"speaker", "text"}; `read`: "aided" | "unaided", how its readers read.
    """

    item: str
    instance: str
    original_instance: str
    group: str
    split: str
    turn: int
    before: tuple[dict, ...]
    original: str
    edited: str
    read: str
    guideline: str
    provenance: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Better:
    """What readers approved in place of a reply. `how`: "approved example" | "edited example"; `by`: who wrote it."""

    text: str
    how: str
    by: str


@dataclass(frozen=True)
class Rated:
    """One settled item that was rated: a reply to what was said before it, or a whole session (`reply` is None).

    `dimensions`: as guidelines.briefing tells them. `ratings`: {dimension: level that was settled} where levels are
    numbers, `labels`: the others. `readers`: each reader's own {"ratings", "rationale", "evidence"}, without names.
    `read`: "rated", or "revised" where a rewriting stood beside it.
    """

    item: str
    instance: str
    group: str
    split: str
    guideline: str
    utterances: tuple[dict, ...]
    reply: str | None
    dimensions: tuple[dict, ...]
    ratings: dict[str, float]
    labels: dict[str, str]
    readers: tuple[dict, ...]
    read: str
    model: str = ""
    better: tuple[Better, ...] = ()
    provenance: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Side:
    """One text of two. `ratings`: by readers, `judge_scores`: by the judges of its recipe; empty where nobody gave any."""

    text: str
    model: str
    ratings: dict[str, float] = field(default_factory=dict)
    judge_scores: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Compared:
    """Two replies to the same words, of which readers found one better: by comparing them (`gap` is None), or as they
    rated it higher. `told`: what else a row says of how that came about.
    """

    item: str
    instance: str
    group: str
    split: str
    guideline: str
    utterances: tuple[dict, ...]
    chosen: Side
    rejected: Side
    source: str
    gap: float | None
    margins: dict[str, float]
    told: dict
    provenance: dict = field(default_factory=dict)
