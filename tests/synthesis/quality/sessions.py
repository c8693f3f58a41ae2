"""Invented talks for the tests of the rules, and what a real small model said."""

import json
from pathlib import Path

from synthesis.quality.sessions import Session, session_of

GOOD = [
    ("counsellor", "Hello, I am glad that you found the way. What would you like to talk about today?"),
    ("client", "I don't know where to begin. My sister stopped calling, and I keep looking at the phone."),
    ("counsellor", "You keep looking at the phone, and it stays silent. What goes through your mind then?"),
    ("client", "That I must have said something wrong at the wedding. I go over every sentence."),
    ("counsellor", "Over every sentence. That sounds tiring. Which one do you come back to most?"),
    ("client", "The one about her husband. I said he looked better in the photographs."),
    ("counsellor", "And you fear that this sentence could have cost you a sister."),
    ("client", "Yes. When I say it aloud it sounds small, but at night it is not."),
    ("counsellor", "At night it grows. Who could you ask how she took it, apart from the phone?"),
    ("client", "My mother, maybe. She would tell me the truth, she always does."),
]


def talk(turns=GOOD, *, name="s", client="Nadia", **about) -> Session:
    """A session of (speaker, text)."""
    utterances = [{"id": n, "speaker": who, "text": text} for n, (who, text) in enumerate(turns, 1)]
    return session_of({"client_name": client, "utterances": utterances}, name=name, **about)


def with_turn(n: int, text: str, **about) -> Session:
    """The good talk with another n-th turn, numbered from 1."""
    return talk([(who, text if k == n else said) for k, (who, said) in enumerate(GOOD, 1)], **about)


def smollm2() -> list[dict]:
    """[{client: key of a shipped profile, content}]: what SmolLM2 said under our own prompts."""
    return json.loads(Path(__file__).with_name("smollm2_sessions.json").read_text(encoding="utf-8"))[
        "sessions"
    ]
