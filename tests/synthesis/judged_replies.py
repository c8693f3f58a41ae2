"""Invented messages and scripted agents for judged replies."""

import json

from synthesis.identity import digest
from synthesis.models import Profile
from synthesis.shapes.judged import DIMENSIONS
from tests.fakes.model_server import Reply
from tests.synthesis.sessions_of_techniques import asked, schema_of

MESSAGE = "My brother moved out, and the flat is so quiet that I leave the radio on at night."
LOW, HIGH = 2, 4


def message(key: str = "noor", **changes) -> Profile:
    """One message, as load_profiles would store it."""
    fields = {
        "key": key, "kind": "speech", "name": key.capitalize(), "content": {"speech": MESSAGE, "topic": "loneliness"},
        "base_case": key, "origin": "invented", "licence": "Apache-2.0", **changes,
    }  # fmt: skip
    return Profile.objects.create(**fields, digest=digest(fields))


def kind_of(body: dict) -> str:
    """reply, rewrite, judge, rater, critic or coach."""
    fields, said = set(schema_of(body)["properties"]), asked(body)
    if fields == {"text"}:
        return "rewrite" if "Somebody who knows the work advises you" in said else "reply"
    if fields == set(DIMENSIONS):
        return "rater" if "You took no part in writing it" in said else "judge"
    return {"points": "critic", "instructions": "coach"}[fields.pop()]


def read_in(body: dict) -> str:
    """The reply that a judge, a rater, a critic or a coach has before it."""
    said = asked(body)
    for head in ("The reply:\n\n", "This was the reply:\n\n", "The answer:\n\n", "Your answer so far:\n\n"):
        if head in said:
            return said.rsplit(head)[-1].split("\n\n")[0]
    raise AssertionError(said)


def rating(scores: int | dict[str, int], *, flat: bool = False) -> dict:
    """Of one number all seven have it, but for empathy, which has one less: a judge that tells something apart."""
    if isinstance(scores, int):
        scores = dict.fromkeys(DIMENSIONS, scores) | ({} if flat else {"empathy": max(1, scores - 1)})
    return {name: {"why": f"So it is with {name}.", "score": scores[name]} for name in DIMENSIONS}


class Agents:
    """A script: everybody answers in the form asked for. First replies are rated low, what is written anew high; each kind
    of answer may be another, by a function of the request.
    """

    def __init__(self, **by_kind):
        self.by_kind = by_kind

    def __call__(self, number: int, body: dict):
        kind = kind_of(body)
        given = self.by_kind.get(kind, getattr(self, f"_{kind}"))(body)
        return given if given is None or isinstance(given, Reply) else Reply(json.dumps(given))

    def _reply(self, body: dict) -> dict:
        return {"text": f"First words, number {body['seed']}."}

    def _rewrite(self, body: dict) -> dict:
        return {"text": f"Better words, number {body['seed']}."}

    def _judge(self, body: dict) -> dict:
        return rating(HIGH if read_in(body).startswith("Better") else LOW)

    def _rater(self, body: dict) -> dict:
        return rating(3 if read_in(body).startswith("Better") else LOW)

    def _critic(self, body: dict) -> dict:
        point = {
            "dimension": "guidance",
            "quote": "words",
            "problem": "The reply leaves her alone with the nights.",
        }
        return {"points": [point]}

    def _coach(self, body: dict) -> dict:
        return {"instructions": ["Stay with the quiet first."]}
