"""What a scripted judge answers, form by form."""

import json

from tests.fakes.model_server import Reply
from tests.review.factories import DIMENSIONS


def aided(
    verdict="accept", *, level="4", unsafe=False, mistakes=(("premature-advice", 3),), words="", **more
) -> dict:
    return {
        "rationale": "You should simply ring him comes before she was heard.",
        "findings": [{"mistake": key, "utterances": [turn], "severity": 2} for key, turn in mistakes],
        "believable": 4,
        "verdict": verdict,
        "edited_feedback": words,
        "reject_reasons": ["vague"] if verdict == "reject" else [],
        "ratings": dict.fromkeys(DIMENSIONS, level),
        "unsafe": unsafe,
        **more,
    }


def pair(preferred="first", *, level="first", unsafe=()) -> dict:
    return {
        "rationale": "It hears her no.",
        "ratings": dict.fromkeys(DIMENSIONS, level),
        "preferred": preferred,
        "unsafe_texts": list(unsafe),
    }


def always(answer):
    return lambda number, body: said(answer)


def in_turn(*answers):
    """The nth request gets the nth answer, the last one again and again. For what is asked one at a time."""
    return lambda number, body: said(answers[min(number, len(answers) - 1)])


def said(answer):
    return Reply(json.dumps(answer)) if isinstance(answer, dict) else answer
