"""A scripted model by what it is asked for: each kind of answer by a function of the request, or the server's own."""

import json
from collections.abc import Callable

from tests.fakes.model_server import Reply

KINDS = {
    frozenset({"text"}): "turn",
    frozenset({"strengths", "findings"}): "feedback",
    frozenset({"strengths", "slips"}): "critique",
    frozenset({"findings"}): "novice",
    frozenset({"stepwise", "specific", "ethical", "supportive"}): "checks",
}


def kind_of(body: dict) -> str:
    return KINDS[frozenset(body["response_format"]["json_schema"]["schema"]["properties"])]


def answers(**by_kind: Callable[[dict], object]):
    """A script: what a function returns is sent as JSON, a Reply as it is, None leaves it to the server."""

    def script(number, body):
        answer = by_kind[kind](body) if (kind := kind_of(body)) in by_kind else None
        return answer if answer is None or isinstance(answer, Reply) else Reply(json.dumps(answer))

    return script


def in_turn(*given) -> Callable[[dict], object]:
    """One after the other, the last again and again."""
    left = list(given)
    return lambda body: left.pop(0) if len(left) > 1 else left[0]


def finding(mistake="forcing-change", turns=(3,), **more) -> dict:
    return {
        "utterances": list(turns), "quotes": ["words"], "mistake": mistake, "why": "She was not ready.",
        "severity": 2, "correction": "Wait for her.", "better": "What would you like?", **more,
    }  # fmt: skip


def feedback(*findings, strengths=("You let her finish.",)) -> dict:
    return {"strengths": list(strengths), "findings": list(findings)}


def spotted(mistake="forcing-change", turns=(3,)) -> dict:
    return {"mistake": mistake, "utterances": list(turns)}


def found(*spots) -> dict:
    return {"findings": list(spots)}


def critique(*slips, strengths=()) -> dict:
    return {"strengths": list(strengths), "slips": list(slips)}


def slip(better="What would you like?", mistake="forcing-change") -> dict:
    return {"mistake": mistake, "why": "She was not ready.", "better": better}
