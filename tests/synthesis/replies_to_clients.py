"""Invented speeches, and scripted writers and judges of replies."""

import json
import re

from synthesis.identity import digest
from synthesis.models import Profile
from synthesis.shapes.preference import PRINCIPLES
from tests.fakes.model_server import Reply

SPEECH = "Since the fire I count the plugs before I leave, and then I come back and count them again."
SHOWN = re.compile(r"^Reply \d+:\n(.+)$", re.MULTILINE)


def speech(key: str = "plugs", text: str = SPEECH, **changes) -> Profile:
    """One thing that a client said, as load_profiles would store it."""
    fields = {
        "key": key, "kind": "speech", "name": text[:40], "content": {"speech": text, "topic": "checking"},
        "base_case": key, "origin": "invented", "licence": "Apache-2.0", **changes,
    }  # fmt: skip
    return Profile.objects.create(**fields, digest=digest(fields))


def schema_of(body: dict) -> dict:
    return body["response_format"]["json_schema"]["schema"]


def is_judge(body: dict) -> bool:
    return "replies" in schema_of(body)["properties"]


def shown(body: dict) -> list[str]:
    """The replies that a judge was sent, in the order in which it reads them."""
    return SHOWN.findall(body["messages"][-1]["content"])


def scores(most: int = 3, **other) -> dict:
    return {"why": "It hears the fear.", **dict.fromkeys(PRINCIPLES, most), **other}


class Writers:
    """A script: a writer answers with words of its own; a judge gives each reply what `judge(text, place)` says, a number
    for every principle or a dictionary.
    """

    def __init__(self, judge=None, write=None):
        self.judge, self.write = judge or (lambda text, place: 1 + len(text) % 5), write

    def __call__(self, number: int, body: dict):
        if not is_judge(body):
            text = (
                self.write(body) if self.write else f"Words {'x' * (body['seed'] % 7)} number {body['seed']}."
            )
            return text if isinstance(text, Reply) else Reply(json.dumps({"text": text}))
        rated = [self.judge(text, place) for place, text in enumerate(shown(body), start=1)]
        return Reply(
            json.dumps({"replies": [one if isinstance(one, dict) else scores(one) for one in rated]})
        )


def in_turn(*texts: str):
    """What writers say, by the number in their step: whoever comes first says the first."""
    left = list(texts)
    return lambda body: left.pop(0)
