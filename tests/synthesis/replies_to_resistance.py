"""Scripted agents for replies to resistance; every word is invented."""

import json

from synthesis.shapes.resistance import MECHANISMS
from tests.fakes.model_server import Reply
from tests.synthesis.sessions_of_techniques import asked, schema_of

REFUSAL = "No. I said that I do not want to ring him."
ANSWER = "You would rather leave your brother out of this."
KINDS = {
    frozenset({"text"}): "turn",
    frozenset({"quote", "why", "behaviour"}): "detection",
    frozenset({"quotes", "why", "level"}): "assessment",
}


def kind_of(body: dict) -> str:
    kind = KINDS[frozenset(schema_of(body)["properties"])]
    if kind != "turn":
        return kind
    told = body["messages"][1]["content"]
    if "What the beginner answered" in told:
        return "exemplar"
    if "Say what you answer to the client" in told:
        return "reply"
    return "client" if "Answer as " in told else "counsellor"


def mechanism_in(body: dict) -> str:
    """Which one an assessor is asked to rate."""
    named = {one.replace("-", " ").capitalize(): one for one in MECHANISMS}
    (found,) = [one for words, one in named.items() if f"{words}. " in asked(body)]
    return found


class Agents:
    """A script: all goes as it should; the client's last turn is `REFUSAL`, the reply `ANSWER`. Each kind of answer may
    be another, by a function of the request.
    """

    def __init__(self, behaviour="denying-disagreeing", **by_kind):
        self.behaviour, self.by_kind = behaviour, by_kind

    def __call__(self, number: int, body: dict):
        kind = kind_of(body)
        given = self.by_kind.get(kind, getattr(self, f"_{kind}"))(body)
        return given if given is None or isinstance(given, Reply) else Reply(json.dumps(given))

    def _client(self, body: dict) -> dict:
        is_last = "how it is for you at this moment" in asked(body)
        return {"text": REFUSAL if is_last else f"It is about my brother, {body['seed']}."}

    def _counsellor(self, body: dict) -> dict:
        return {"text": f"What would it be like to ring him, {body['seed']}?"}

    def _reply(self, body: dict) -> dict:
        return {"text": ANSWER}

    def _detection(self, body: dict) -> dict:
        return {"quote": "I do not want to", "why": "She turns it down.", "behaviour": self.behaviour}

    def _assessment(self, body: dict) -> dict:
        level = MECHANISMS.index(mechanism_in(body)) % 3
        return {"quotes": ["would rather leave"], "why": "It takes up her no.", "level": level}

    def _exemplar(self, body: dict) -> dict:
        return {"text": "I came back to it too often. What would you rather talk about?"}
