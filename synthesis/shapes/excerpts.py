"""The shape of an excerpt of a real session, in a file of ours; its text is kept apart from what refers to it."""

import json
from typing import Annotated, Literal

from pydantic import Field, model_validator

from synthesis.shapes.profiles import TIERS, Strict

# With the prompts around it, what a small model can still read.
LONGEST, MOST_TURNS = 8_000, 40


class SaidTurn(Strict):
    speaker: Literal["counsellor", "client"]
    text: Annotated[str, Field(min_length=1, max_length=2_000)]


class ExcerptRecord(Strict):
    """`turns` end with the client's; `reply` is what the counsellor said next, where that is part of the excerpt."""

    key: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,79}$")]
    kind: Literal["excerpt"]
    turns: Annotated[list[SaidTurn], Field(min_length=1, max_length=MOST_TURNS)]
    reply: Annotated[str, Field(max_length=2_000)] = ""
    language: Annotated[str, Field(min_length=2, max_length=16)]
    tier: Literal[TIERS] = "none"
    # Excerpts of the same session, or of the same client, share it: a split must never part them.
    base_case: Annotated[str, Field(max_length=120)] = ""

    @model_validator(mode="after")
    def _ends_with_the_client(self):
        if self.turns[-1].speaker != "client":
            raise ValueError(
                "the last turn is not the client's; what the counsellor answers belongs into “reply”"
            )
        if (characters := sum(map(len, self.texts))) > LONGEST:
            raise ValueError(f"is {characters:,} characters long; at most {LONGEST:,} are read")
        return self

    @property
    def texts(self) -> list[str]:
        """Its turns in order, and the reply last."""
        return [*(turn.text for turn in self.turns), *([self.reply] if self.reply else [])]

    def told(self) -> dict:
        """As a recipe is given it."""
        said = [{"id": n, **turn.model_dump()} for n, turn in enumerate(self.turns, start=1)]
        return {"utterances": said, "reply": self.reply}

    def text(self) -> str:
        """As it is kept in SourceText."""
        return json.dumps(self.told(), ensure_ascii=False, sort_keys=True)
