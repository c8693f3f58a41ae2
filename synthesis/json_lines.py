"""The line at which each record of a JSON file begins, which the standard decoder does not tell."""

import json
import re

_BETWEEN = re.compile(r"[\s,:]*")  # the file was decoded before, so what stands between its values is right
_decode = json.JSONDecoder().raw_decode


def record_lines(text: str, key: str) -> list[int]:
    """Return the lines, from 1, of the entries of the list that `text` is, or that it holds under `key`.

    `text` is valid JSON. Empty where there is no such list.
    """
    at = _after(text, 0)
    if text[at] == "{":
        at = _value_of(text, at + 1, key)
    lines, line, counted = [], 1, 0
    for start in _entries(text, at):
        line += text.count("\n", counted, start)
        counted = start
        lines.append(line)
    return lines


def _after(text: str, at: int) -> int:
    return _BETWEEN.match(text, at).end()


def _value_of(text: str, at: int, key: str) -> int | None:
    """Where the value under `key` begins, of the object whose inside begins at `at`."""
    while text[at := _after(text, at)] != "}":
        name, at = _decode(text, at)
        at = _after(text, at)
        if name == key:
            return at
        at = _decode(text, at)[1]
    return None


def _entries(text: str, at: int | None):
    if at is None or text[at] != "[":
        return
    at = _after(text, at + 1)
    while text[at] != "]":
        yield at
        at = _after(text, _decode(text, at)[1])
