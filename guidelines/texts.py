"""The fields of a pair and of a dimension, their defaults, and what every text must be. Pure."""

import math
import re

from django.utils.text import slugify
from django.utils.translation import gettext as _

KEY = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
LONGEST_TEXT = 20_000
LONGEST_ITEM = 5_000
MOST_ITEMS = 50
HEAVIEST, WEIGHT_DECIMALS = 1_000, 3
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")

PAIR_DEFAULTS = {
    "name": "",
    "shows": "",
    "harms": "",
    "not_a_mistake": "",
    "confused_with": [],
    "may_co_occur_with": [],
    "corrections": [],
    "examples": [],
    "references": [],
    "tags": [],
    "positive": False,
}
DIMENSION_DEFAULTS = {
    "name": "",
    "definition": "",
    "scale": "",
    "levels": [],
    "reverse": False,
    "weight": None,
    "source": "",
}
_DEFAULTS = {"pairs": PAIR_DEFAULTS, "rubric": DIMENSION_DEFAULTS}


def fields_of(kind: str) -> tuple[str, ...]:
    return tuple(_DEFAULTS[kind])


def tidy(kind: str, texts: dict) -> dict:
    """Every field in its order, with its default where absent; white space around texts taken off.

    Values of a wrong type and unknown fields stay as they are: checking refuses them.
    """
    defaults = _DEFAULTS[kind]
    known = {field: _tidy(texts.get(field, default)) for field, default in defaults.items()}
    if type(known.get("weight")) is int and abs(known["weight"]) <= HEAVIEST:
        # One number, one digest: the database gives 2 back as 2.0.
        known["weight"] = float(known["weight"])
    return known | {field: value for field, value in texts.items() if field not in defaults}


def spoken(texts: dict) -> dict:
    """The texts as they are digested and written: without a weight where there is none.

    Rubrics were published before dimensions could have one, and their digests hold.
    """
    return {field: value for field, value in texts.items() if field != "weight" or value is not None}


def number_in_words(value: float) -> str:
    """2.0 as 2, 0.25 as 0.25."""
    return str(int(value)) if value == int(value) else repr(value)


def _tidy(value):
    if isinstance(value, str):
        return value.replace("\r\n", "\n").replace("\r", "\n").strip()
    if isinstance(value, list):
        return [_tidy(item) for item in value]
    if isinstance(value, dict):
        return {key: _tidy(item) for key, item in value.items()}
    return value


def text_problem(value, longest: int = LONGEST_TEXT) -> str:
    """The reason why this is not a text that may be stored, or nothing."""
    if not isinstance(value, str):
        return _("must be text; if it looks like a number or yes/no, put it in quotes")
    if found := _CONTROL.search(value):
        return _("holds the control character U+%04X") % ord(found.group())
    if len(value) > longest:
        return _("is longer than %d characters") % longest
    return ""


def is_number(value) -> bool:
    """A finite number that a float can hold; yes and no are none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number of some hundred digits
        return False


def fresh_key(name: str, taken) -> str:
    """A key for a new entry, made from its name; names in other scripts get a numbered one."""
    stem = slugify(name)[:70].strip("-_") or "entry"
    n = 1
    while (key := stem if n == 1 else f"{stem}-{n}") in taken:
        n += 1
    return key
