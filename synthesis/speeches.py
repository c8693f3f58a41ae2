"""Client speeches before they are stored: cleaned, checked, and each once. Nothing happens silently: what was changed and
what was left out is told, record by record.
"""

import html
import re
import unicodedata
from collections.abc import Iterable, Sequence

from synthesis.quality.duplicates import Duplicates, print_of
from synthesis.quality.sessions import Session
from synthesis.quality.words import words
from synthesis.shapes.speech import spoken

LEAST_WORDS = 5
# Tags of HTML, and not everything between two signs: people write “I was < 20 and > 40 years old”.
_TAG = re.compile(r"</?[a-zA-Z][a-zA-Z0-9]*(?:\s[^<>]*)?/?>")
_FINDS_SOMEBODY = (
    (re.compile(r"\b[\w.+-]+@[\w-]+\.[\w.]+\b"), "an e-mail address"),
    (re.compile(r"\bhttps?://|\bwww\.\w", re.IGNORECASE), "a web address"),
    (re.compile(r"(?<![\w.])\+?\d(?:[ ()/.-]?\d){7,14}(?!\w)"), "a telephone number, or one as long"),
)
# A label and marks of quotation around what is said: more than that is another one's words.
_MOST_AROUND = 40


class NoSpeech(ValueError):
    """A text that cannot be taken as what one client said; the message says why."""


def cleaned(raw: str) -> tuple[str, list[str]]:
    """The words without markup, invisible signs and labels, and what was taken out, in words. Raises NoSpeech."""
    text, changed = html.unescape(raw), []
    if (plain := _TAG.sub(" ", text)) != raw:
        changed.append("markup")
    text = unicodedata.normalize("NFC", plain)
    seen = "".join(sign for sign in text if sign in "\n\t" or unicodedata.category(sign) not in ("Cc", "Cf"))
    # Without joiners some scripts are written otherwise; these stay.
    seen = text if seen == text.replace("\u200c", "").replace("\u200d", "") else seen
    if seen != text:
        changed.append("invisible signs")
    text = "\n\n".join(" ".join(part.split()) for part in re.split(r"\n\s*\n", seen) if part.strip())
    alone, flat = spoken(text), " ".join(text.split())
    if alone != flat:
        at = flat.find(alone) if alone else -1
        if at < 0 or len(flat) - len(alone) > _MOST_AROUND or len(flat) - at - len(alone) > 1:
            raise NoSpeech("holds the words of more than one speaker, or none")
        text, changed = alone, [*changed, "a label or quotation marks around it"]
    for pattern, what in _FINDS_SOMEBODY:
        if pattern.search(text):
            raise NoSpeech(f"holds {what}, by which somebody could be found")
    if len(words(text)) < LEAST_WORDS:
        raise NoSpeech(f"has fewer than {LEAST_WORDS} words: nobody could answer it")
    return text, changed


def alike(
    speeches: Sequence[tuple[str, str]], others: Iterable[tuple[str, str]] = ()
) -> dict[str, tuple[str, float]]:
    """Of speeches (key, text) those that are like an earlier one of them or like one of `others`: {key: (its key, how
    like)}; 1.0 where the words are the same but for case and punctuation, from 0.8 on where they are nearly
    (synthesis.quality.duplicates).
    """
    found = Duplicates()
    for key, text in speeches:
        found.take(key, _print(text))
    if others := [(key, _print(text)) for key, text in others]:
        found.compare(others)
    like: dict[str, tuple[str, float]] = {}
    for place in found.found():
        like |= {key: (of, 1.0) for key, of in place.exact} | {
            key: (of, value) for key, of, value in place.near
        }
    return like


def short(text: str, most: int = 48) -> str:
    """What a speech is called in a list: its first words."""
    flat = " ".join(text.split())
    return flat if len(flat) <= most else flat[:most].rsplit(" ", 1)[0] + " …"


def _print(text: str):
    said = {"id": 1, "speaker": "client", "text": text}
    return print_of(Session(name="", utterances=[said]))
