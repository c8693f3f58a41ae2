"""The record layout in which PsychoCounsel-Preference (arXiv 2502.19731) is published: one thing that a client said, two
replies, and what each was rated. Only what is used of it is read; nothing is repaired.
"""

from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field, create_model, model_validator

from accounts.digesting import text_digest
from synthesis.preferring import means, paired
from synthesis.shapes.dialogue import Utterance
from synthesis.shapes.preference import (
    PRINCIPLES,
    Compared,
    Rating,
    Reply,
    ReplyPreference,
    Rule,
    Score,
)
from synthesis.shapes.profiles import SPEECH, SpeechRecord
from synthesis.speeches import cleaned, short

# What its records do not say.
JUDGE = "published"
SIDES = ("chosen", "rejected")
_RATINGS = {f"{side}_{principle}_rating": (Score, ...) for side in SIDES for principle in PRINCIPLES}
Name = Annotated[str, Field(min_length=1, max_length=200)]
Text = Annotated[str, Field(min_length=1, max_length=8_000)]


class Question(BaseModel):
    """What the client said, and its topic where the set tells one."""

    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)

    question: Annotated[str, Field(min_length=1, max_length=SPEECH)]
    topic: Annotated[str, Field(max_length=80)] = ""
    topic_group: Annotated[str, Field(max_length=80)] = ""

    def as_speech(self) -> tuple[SpeechRecord, list[str]]:
        """(the record, what was taken out of its words). Raises speeches.NoSpeech."""
        text, changed = cleaned(self.question)
        told = {"speech": text, "topic": self.topic, "topic_group": self.topic_group, "name": short(text)}
        key = f"speech-{text_digest(' '.join(text.casefold().split()))[:12]}"
        return SpeechRecord(key=key, kind="speech", **told), changed


class _Layout(Question):
    ID: int | Name
    prefID: int | Name
    chosen: Text
    rejected: Text
    chosen_model: Name
    rejected_model: Name
    # The published score is the plain mean.
    RULE: ClassVar = Rule(on="mean", margin=0, weights=dict.fromkeys(PRINCIPLES, 1.0))

    @model_validator(mode="after")
    def _prefers_one(self):
        if self.chosen.split() == self.rejected.split():
            raise ValueError("both replies say the same words")
        rated = {side: sum(self.rated(side).values()) for side in SIDES}
        if rated["chosen"] <= rated["rejected"]:
            scores = " and ".join(f"{rated[side] / len(PRINCIPLES):.2f}" for side in SIDES)
            raise ValueError(f"the chosen reply is not rated higher: {scores}")
        return self

    def rated(self, side: str) -> dict[str, int]:
        return {principle: getattr(self, f"{side}_{principle}_rating") for principle in PRINCIPLES}

    def content(self, text: str, *, chosen_first: bool) -> dict:
        """As an instance of `reply_preference` holds it; `text`: the cleaned words of the client. Which of the two has
        number 1 and stands as `a` is for the caller to draw. Who rated, in which order and why, is not published.
        """
        order = SIDES if chosen_first else SIDES[::-1]
        rating = Rating(
            judge=JUDGE, model="", reading=1, order=[1, 2], scores=[self.rated(side) for side in order],
            why=["", ""], own=0, flat=False,
        )  # fmt: skip
        replies = [
            Reply(n=n, place="", model=getattr(self, f"{side}_model"), text=getattr(self, side), scores=means(n, [rating]))
            for n, side in enumerate(order, start=1)
        ]  # fmt: skip
        texts = {one.n: one.text for one in replies}
        pairs, dropped = paired(texts, [rating], self.RULE)
        made = ReplyPreference(
            client_name="", utterances=[Utterance(id=1, speaker="client", text=text)], topic=self.topic,
            replies=replies, pool=0, ratings=[rating], rule=self.RULE, pairs=pairs, dropped=dropped,
            compared=Compared(a=1, b=2, preferred="a" if chosen_first else "b"),
            texts={"a": texts[1], "b": texts[2]}, manual_check=[],
        )  # fmt: skip
        return made.model_dump(mode="json")


Preference = create_model("Preference", __base__=_Layout, **_RATINGS)
