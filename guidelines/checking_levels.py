"""What the levels of a dimension must be, by its scale. Pure."""

import math
from collections.abc import Iterator

from django.utils.translation import gettext as _

from guidelines.texts import LONGEST_ITEM, is_number, text_problem

SCALES = ("nominal", "ordinal", "interval", "boolean", "pairwise")


def levels_problems(scale, levels) -> Iterator[tuple[tuple, str]]:
    """Yield (path, reason); levels are a list of {value, anchor}, lowest first, an anchor at every one."""
    if scale not in SCALES:
        yield ("scale",), _("“%s” is not a scale; choose one of %s") % (scale, ", ".join(SCALES))
        return
    if not isinstance(levels, list):
        yield ("levels",), _("must be a list of levels with value and anchor")
        return
    found = False
    for path, reason in _each(levels):
        found = True
        yield path, reason
    if found:
        return
    values = [level["value"] for level in levels]
    if len(values) < 2 and scale != "pairwise":
        yield ("levels",), _("is missing: a scale needs at least two levels, each with an anchor")
    elif scale in ("ordinal", "interval"):
        yield from _rising(values)
    elif scale == "boolean":
        if values != [False, True] or not all(isinstance(value, bool) for value in values):
            yield ("levels",), _("a yes-or-no dimension has exactly the levels false and true, in this order")
    else:
        yield from _named(values)


def _each(levels: list) -> Iterator[tuple[tuple, str]]:
    for n, level in enumerate(levels):
        if not isinstance(level, dict) or "value" not in level:
            yield ("levels", n), _("level %d must have a value and an anchor") % (n + 1)
            continue
        for part in level:
            if part not in ("value", "anchor"):
                yield ("levels", n, part), _("“%s” is not a part of a level") % part
        anchor = level.get("anchor", "")
        if reason := text_problem(anchor, LONGEST_ITEM):
            yield ("levels", n, "anchor"), reason
        elif not anchor:
            yield ("levels", n), _("the anchor of level %s is missing") % (level["value"],)


def _rising(values: list) -> Iterator[tuple[tuple, str]]:
    last = -math.inf
    for n, value in enumerate(values):
        if not is_number(value):
            yield ("levels", n), _("the value “%s” is not a number") % (value,)
            return
        if value <= last:
            yield ("levels", n), _("the values must rise from level to level; %s does not") % value
            return
        last = value


def _named(values: list) -> Iterator[tuple[tuple, str]]:
    seen = set()
    for n, value in enumerate(values):
        if not isinstance(value, str) or not value or len(value) > 80:
            yield ("levels", n), _("the value “%s” must be a short text, in quotes") % (value,)
        elif reason := text_problem(value):
            yield ("levels", n, "value"), reason
        elif value in seen:
            yield ("levels", n), _("the value “%s” is there twice") % value
        else:
            seen.add(value)
