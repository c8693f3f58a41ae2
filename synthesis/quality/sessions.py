"""One made session as plain data, which is all that the measures see."""

from dataclasses import dataclass, field

from synthesis.recipes import RECIPES

SPEAKERS = ("counsellor", "client")


@dataclass(frozen=True, slots=True)
class Session:
    """`utterances`: [{id, speaker, text}]; `intended`: keys of the mistakes that the counsellor was to show, none
    where good practice was asked for or the recipe intends nothing; `language`: code of what was to be spoken.
    """

    name: str
    utterances: list[dict]
    client_name: str = ""
    language: str = "en"
    feedback: dict = field(default_factory=dict)
    refinement: dict = field(default_factory=dict)
    intended: tuple[str, ...] = ()
    positive: bool = False
    told: bool = False
    content: dict = field(default_factory=dict)
    # Whether it is a whole talk; False: replies to something that a client said.
    is_talk: bool = True

    def said_by(self, speaker: str) -> list[str]:
        return [turn["text"] for turn in self.utterances if turn["speaker"] == speaker]


def session_of(content: dict, *, name: str = "", language: str = "", recipe: str = "", **about) -> Session:
    """The session that an instance's `content` holds; what its recipe does not write stays empty. Its own language
    comes before `language`, that of its cell.
    """
    how = RECIPES.get(recipe)
    return Session(
        name=name,
        utterances=how.said(content) if how else content.get("utterances") or [],
        is_talk=how is None or how.is_talk,
        client_name=content.get("client_name") or "",
        language=content.get("language") or language or "en",
        feedback=content.get("feedback") or {},
        refinement=content.get("refinement") or {},
        told=content.get("supervisor") == "told",
        content=content,
        **about,
    )
