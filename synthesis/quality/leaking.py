"""Turns that hold what nobody says aloud: words of the prompt, brackets to fill in, markup, stage directions."""

import re
from collections.abc import Iterable
from functools import lru_cache

from synthesis.quality.sessions import Session
from synthesis.quality.words import grams, words

# So many words in a row of an instruction, and of a description that was given to be played and not recited.
OF_A_PROMPT = 6
OF_A_DESCRIPTION = 8
_SIGNS = frozenset("`<>[]{}|\\$#*()")
_FIELD = re.compile(r"\$\{?\w+\}?")
_NOT_SPEECH = re.compile(
    r"```|<\|[^|]*\||\|>|\[/?INST\]|</?[a-z]+>|\{\s*\"|\"\s*[:}]|https?://|\\n|\$\{?\w+|^#{1,6} "
    r"|\blorem ipsum\b"
    r"|\[(?:your|my|the|client|counsell?or|therapist|patient|insert|name|date|place)\b[^\]]{0,60}\]"
    r"|\bjson object\b",
    re.IGNORECASE | re.MULTILINE,
)
_DIRECTION = re.compile(
    r"(?:\*{1,2}|\(|\[)\s*(?:softly |gently |nervously |slowly |long |short |deep )?(?:paus|sigh|smil"
    r"|laugh|nod|cr(?:y|ies)|"
    r"tears|silen|look|lean|whisper|sob|chuckl|shrug|fidget|hesitat|tak)\w*[^*)\]]{0,60}(?:\*{1,2}|\)|\])",
    re.IGNORECASE,
)  # fmt: skip


@lru_cache(maxsize=64)
def _runs(texts: tuple[str, ...], n: int) -> frozenset[tuple[str, ...]]:
    parts = (part for text in texts for line in text.splitlines() for part in _FIELD.split(line))
    return frozenset(run for part in parts for run in grams(words(part), n))


def runs_of(texts: Iterable[str], n: int) -> frozenset[tuple[str, ...]]:
    """Every run of n words in these texts, line by line, not across what was filled in. The texts of a run's prompts
    are few and stay the same, so they are kept.
    """
    return _runs(tuple(texts), n)


def recited(session: Session, prompts: Iterable[str] = (), descriptions: Iterable[str] = ()) -> list[int]:
    """Ids of the turns that repeat six words in a row of an instruction or eight of a description."""
    told = runs_of(prompts, OF_A_PROMPT)
    played = {run for text in descriptions for run in grams(words(text), OF_A_DESCRIPTION)}
    found = []
    for turn in session.utterances:
        said = words(turn["text"])
        if not told.isdisjoint(grams(said, OF_A_PROMPT)) or not played.isdisjoint(
            grams(said, OF_A_DESCRIPTION)
        ):
            found.append(turn["id"])
    return found


def not_speech(session: Session) -> list[int]:
    """Ids of the turns that hold markup, addresses or brackets to fill in."""
    return [
        turn["id"] for turn in session.utterances if _odd(turn["text"]) and _NOT_SPEECH.search(turn["text"])
    ]


def directions(session: Session) -> list[int]:
    """Ids of the turns that hold a stage direction such as "(sighs)"."""
    return [
        turn["id"] for turn in session.utterances if _odd(turn["text"]) and _DIRECTION.search(turn["text"])
    ]


def _odd(text: str) -> bool:
    """Whether a text has any sign or word that both patterns need: most have none, and the patterns are slow."""
    return not _SIGNS.isdisjoint(text) or "://" in text or "json" in text.lower() or "lorem" in text.lower()
