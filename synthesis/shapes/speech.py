"""What a speaker said, out of what a model wrote. The raw words stay in the Call."""

import re

_LABEL = r"(?:counsel+or|therapist|supervisor|client|patient|assistant|user)"
_LEADING = re.compile(rf"^\s*[*_#\s]*{_LABEL}[*_\s]*[:：][*_\s]*", re.IGNORECASE)
_NEXT_SPEAKER = re.compile(rf"(?:^|\n|(?<=[.!?…\"”]))\s*[*_]*{_LABEL}[*_]*[:：]", re.IGNORECASE)
_QUOTED = {'"': '"', "“": "”", "'": "'", "‘": "’", "«": "»", "„": "“"}


def spoken(raw: str) -> str:
    """One turn without role label, surrounding quotation marks, or the lines of a next speaker.

    May be empty: then nothing was said, and the caller refuses it.
    """
    text = _LEADING.sub("", raw.strip())
    if following := _NEXT_SPEAKER.search(text):
        text = text[: following.start()]
    text = re.sub(r"\s+", " ", text).strip()
    while len(text) > 1 and _QUOTED.get(text[0]) == text[-1] and text[0] not in text[1:-1]:
        text = text[1:-1].strip()
    return text
