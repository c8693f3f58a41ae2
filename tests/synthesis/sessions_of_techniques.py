"""Invented intake forms and scripted agents for technique sessions."""

import json

from synthesis.identity import digest
from synthesis.models import Profile
from tests.fakes.model_server import Reply

FORM = {
    "age": 41,
    "problem": "worry about work",
    "demographics": "Woman, 41, tiler, lives with her sister.",
    "presenting_problem": "I lie awake over every job that I have finished.",
    "reason": "I turned down a large job for fear of it.",
    "history": "Learned the trade from her uncle.",
    "functioning": "Works every day, rings customers twice.",
    "support": "Her sister, and a friend from the trade.",
}
KINDS = {
    frozenset({"text"}): "turn",
    frozenset({"text", "then"}): "client",
    frozenset({"understanding", "technique", "steps"}): "plan",
    frozenset({"why", "moves"}): "choice",
}


def intake(key: str = "renske", **changes) -> Profile:
    """An intake form, as load_profiles would store it."""
    fields = {
        "key": key,
        "kind": "intake",
        "name": key.capitalize(),
        "content": FORM | changes.pop("content", {}),
        "base_case": key,
        "origin": "invented",
        "licence": "Apache-2.0",
        **changes,
    }
    return Profile.objects.create(**fields, digest=digest(fields))


def kind_of(body: dict) -> str:
    return KINDS[frozenset(schema_of(body)["properties"])]


def schema_of(body: dict) -> dict:
    return body["response_format"]["json_schema"]["schema"]


def offered_in(body: dict) -> list[str]:
    """The techniques that a planner may name."""
    technique = schema_of(body)["properties"]["technique"]
    return technique.get("enum") or [technique["const"]]


def asked(body: dict) -> str:
    """All that an agent was sent."""
    return "\n".join(message["content"] for message in body["messages"])


class Agents:
    """A script: everybody answers in the form asked for; the client wants to go on until it has been asked `goes_on`
    times. Each kind of answer may be another, by a function of the request.
    """

    def __init__(self, goes_on: int = 3, ends: str = "enough", **by_kind):
        self.goes_on, self.ends, self.by_kind = goes_on, ends, by_kind

    def __call__(self, number: int, body: dict):
        kind = kind_of(body)
        if kind in self.by_kind:
            given = self.by_kind[kind](body)
            return given if given is None or isinstance(given, Reply) else Reply(json.dumps(given))
        return Reply(json.dumps(getattr(self, f"_{kind}")(body)))

    def _turn(self, body: dict) -> dict:
        return {"text": f"Words number {body['seed']}."}

    def _client(self, body: dict) -> dict:
        # How often the client has spoken already is what it reads.
        said = asked(body).count("\nClient: ")
        return {
            "text": f"I lie awake, {body['seed']}.",
            "then": "go-on" if said < self.goes_on else self.ends,
        }

    def _plan(self, body: dict) -> dict:
        steps = ["A.", "B.", "C."]
        return {
            "understanding": "She checks so as not to worry.",
            "technique": offered_in(body)[0],
            "steps": steps,
        }

    def _choice(self, body: dict) -> dict:
        return {"why": "She is not heard yet.", "moves": ["reflection", "questioning"]}
