"""Turns that say again what was said: a speaker repeats itself, echoes the partner, or runs in a loop.

What a turn has in common with an earlier one is the share of its runs of three words that the earlier one holds too.
A counsellor who mirrors well changes the person ("you keep putting it off") and takes up a part, so at 80 % of six
words or more it is no mirroring. Shorter turns ("I see.", "Yes, I do.") come back in every good talk; they
count where one of them makes up half of a speaker's turns, and at least three.
"""

from collections import Counter

from synthesis.quality.sessions import Session
from synthesis.quality.words import grams, words

LEAST_WORDS = 6
IN_COMMON = 0.8
LEAST_TIMES = 3
# A loop: in a text of twelve words or more at least half of the runs of three words stood in it before.
LEAST_WORDS_OF_A_LOOP = 12
LOOPED = 0.5


def repeated(session: Session) -> tuple[list[int], list[int]]:
    """Ids of the turns that repeat an earlier turn of (the same speaker, the other speaker). A turn counts once: where
    it does both, as repeating itself.
    """
    own, echoes = [], []
    earlier: list[tuple[str, set]] = []
    for turn in session.utterances:
        found = words(turn["text"])
        runs = set(grams(found, 3))
        if len(found) >= LEAST_WORDS:
            alike = {speaker for speaker, before in earlier if len(runs & before) >= IN_COMMON * len(runs)}
            if turn["speaker"] in alike:
                own.append(turn["id"])
            elif alike:
                echoes.append(turn["id"])
        earlier.append((turn["speaker"], runs))
    return sorted({*own, *_stuck(session)}), echoes


def _stuck(session: Session) -> list[int]:
    """Ids of short turns that say again what half of the speaker's turns say; but for the first of them."""
    said: dict[tuple, list[int]] = {}
    turns: Counter = Counter()
    for turn in session.utterances:
        found = words(turn["text"])
        turns[turn["speaker"]] += 1
        if len(found) < LEAST_WORDS:
            said.setdefault((turn["speaker"], found), []).append(turn["id"])
    return [
        pk
        for (speaker, _found), ids in said.items()
        if len(ids) >= LEAST_TIMES and 2 * len(ids) >= turns[speaker]
        for pk in ids[1:]
    ]


def loops(text: str) -> bool:
    """Whether a text runs in a loop; numbers aside, as a loop may count itself."""
    runs = grams([word for word in words(text) if not word.isdecimal()], 3)
    return len(runs) >= LEAST_WORDS_OF_A_LOOP - 2 and 1 - len(set(runs)) / len(runs) >= LOOPED


def looping(session: Session) -> list[int]:
    """Ids of the turns that run in a loop."""
    return [turn["id"] for turn in session.utterances if loops(turn["text"])]


def looping_feedback(feedback: dict) -> list[str]:
    """The parts of the supervisor's feedback that run in a loop: "strength 2", "finding 1, why"."""
    found = [f"strength {n}" for n, text in enumerate(feedback.get("strengths", []), 1) if loops(text)]
    for n, finding in enumerate(feedback.get("findings", []), 1):
        parts = {name: finding.get(name) or "" for name in ("why", "correction", "better")}
        parts["quotes"] = " ".join(finding.get("quotes") or [])
        found += [f"finding {n}, {name}" for name, text in parts.items() if loops(text)]
    return found
