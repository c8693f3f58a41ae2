"""What a rating may be on each scale, and which levels a rubric may declare."""

from collections.abc import Iterable
from unicodedata import normalize

SCALES = ("nominal", "ordinal", "interval", "ratio")
LARGEST = 1e100  # squares of larger numbers overflow


class BadRatings(ValueError):
    """The ratings contradict themselves, the scale or the declared levels."""


def clean_name(text: str) -> str:
    """Of an item, a rater, a cluster, a label: a letter with its accent may be one sign or two, and is the same to whoever
    reads it.
    """
    text = text.strip()
    return text if text.isascii() else normalize("NFC", text)


def clean_value(value, scale: str):
    """A trimmed string on a nominal scale, a finite number otherwise; None where the value is blank."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if scale == "nominal":
        return clean_name(str(value))
    text = value.strip() if isinstance(value, str) else value
    try:
        number = float(text) if "_" not in str(text) else None
    except (TypeError, ValueError):
        number = None
    if number is None or not abs(number) <= LARGEST:
        raise BadRatings(f"{value!r} is not a number, and the scale is {scale}")
    if scale == "ratio" and number < 0:
        raise BadRatings(f"{value!r} is below zero, which a ratio scale does not allow")
    return number + 0.0  # -0.0 and 0.0 are one level


def clean_levels(levels: Iterable | None, scale: str) -> tuple | None:
    """The declared levels, in numeric order unless nominal."""
    if scale not in SCALES:
        raise BadRatings(f"the scale {scale!r} is none of {', '.join(SCALES)}")
    if levels is None:
        return None
    cleaned = [clean_value(level, scale) for level in levels]
    if not cleaned or None in cleaned:
        raise BadRatings("a declared level is blank")
    if len(set(cleaned)) < len(cleaned):
        raise BadRatings("a level is declared twice")
    return tuple(cleaned) if scale == "nominal" else tuple(sorted(cleaned))


def check_level(value, levels: tuple | None) -> None:
    if levels is not None and value is not None and value not in levels:
        raise BadRatings(f"{in_words(value)} is not among the levels {', '.join(map(in_words, levels))}")


def in_words(level) -> str:
    return level if isinstance(level, str) else f"{level:g}"
