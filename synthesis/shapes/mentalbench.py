"""The record layouts in which MentalBench-Align (arXiv 2510.19032) is published, on which the judge of arXiv 2606.30887 is
trained: one message with a reply of each model, and the ratings of these on seven dimensions. Only what is used of them is
read; nothing is repaired.
"""

import json
import re
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, create_model, field_validator

from accounts.digesting import text_digest
from synthesis.shapes.dialogue import Utterance
from synthesis.shapes.judged import DIMENSIONS, IMPORTED, JudgedReply, Published, Score
from synthesis.shapes.profiles import SPEECH, SpeechRecord

CONTEXT, NUMBER, PERSON = "context", "ConvID", "response"
# A column of ratings; what follows names the model. Some names are published with a space before them.
RATED = "human_response_"
NAMED = 48  # characters


class Message(BaseModel):
    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)

    context: Annotated[str, Field(min_length=1, max_length=SPEECH)]

    @property
    def key(self) -> str:
        return f"message-{text_digest(' '.join(self.context.casefold().split()))[:12]}"

    def as_speech(self) -> SpeechRecord:
        """Whose words these are is not published: it is called by the first of them."""
        name = " ".join(self.context.split())[:NAMED]
        return SpeechRecord(key=self.key, kind="speech", speech=self.context, name=name)


class Reply(BaseModel):
    model_config = ConfigDict(str_strip_whitespace=True)

    text: Annotated[str, Field(min_length=1, max_length=8_000)]
    model: Annotated[str, Field(min_length=1, max_length=120)]

    def content(self, message: Message, scores: dict[str, int] | None) -> dict:
        """As an instance of `judged_reply` holds it: no judge of ours has read it."""
        return JudgedReply(
            client_name="",
            utterances=[Utterance(id=1, speaker="client", text=message.context)],
            reply=self.text,
            attempts=[],
            ended=IMPORTED,
            manual_check=[],
            published=Published(model=self.model, scores=scores),
        ).model_dump(mode="json")


class _Scores(BaseModel):
    """The seven, as a text of JSON or an object; `Overall` and `Explanation`, where there are any, are not read."""

    model_config = ConfigDict(extra="ignore")


_Ratings = create_model("Ratings", __base__=_Scores, **dict.fromkeys(DIMENSIONS, (Score, ...)))


class Cell(BaseModel):
    """One cell of ratings."""

    scores: _Ratings

    @field_validator("scores", mode="before")
    @classmethod
    def _named_as_ours(cls, given):
        if isinstance(given, str):
            try:
                given = json.loads(given)
            except (ValueError, RecursionError):
                raise ValueError("is no JSON object of seven scores") from None
        if not isinstance(given, dict):
            raise ValueError("is no JSON object of seven scores")
        return {str(name).strip().casefold(): value for name, value in given.items()}


def plain(name: str) -> str:
    """A model's name without case and signs: the two files write them differently."""
    return re.sub(r"[^a-z0-9]+", "", name.casefold())
