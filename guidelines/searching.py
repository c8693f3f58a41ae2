"""What a search finds in an entry: the words that people wrote, folded into one text when they are saved. Pure.

Upper and lower case, composed and decomposed letters are one, in every script: SQLite knows the case of ASCII
letters only. The names of fields and parts, such as "context", are nobody's words and stand nowhere in it.
"""

import unicodedata
from collections.abc import Iterator

# Checking lets no control character into a text, so nothing that people write can look like the edge of a tag.
EDGE = "\x1f"
_OTHERS = ("confused_with", "may_co_occur_with", "tags")  # keys of other pairs; tags have edges
_NAMED = ("scale", "value")  # chosen from a list


def folded(text: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def said(key: str, texts: dict) -> str:
    """Everything that an entry says, folded; each tag between edges, so that a whole one can be asked for."""
    spoken = [
        text for field, value in texts.items() if field not in (*_OTHERS, *_NAMED) for text in _texts(value)
    ]
    tags = [edged(tag) for tag in texts.get("tags", ())]
    return folded("\n".join([key, *spoken])) + "\n" + "".join(tags)


def edged(tag: str) -> str:
    return f"{EDGE}{folded(tag)}{EDGE}"


def _texts(value) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, dict):
        for part, item in value.items():
            if part not in _NAMED:
                yield from _texts(item)
