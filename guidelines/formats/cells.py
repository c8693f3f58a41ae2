"""How one field stands in one cell of a table, and back. Pure.

Text stands as it is; a list of texts as `one | two`; examples as lines that begin with `context:`, `before:` and
`after:`, with a line `---` between two examples; levels as one line `1 = when to choose it` each. What does not
read back exactly from that form (an item that holds a bar, say) stands as JSON instead, so nothing is ever lost.
One apostrophe is put before a cell that a spreadsheet would take for a formula, and exactly one is taken off.
"""

import json
import re

from django.utils.translation import gettext as _

from guidelines.texts import number_in_words

LISTS = {"confused_with", "may_co_occur_with", "corrections", "references", "tags"}
EXAMPLES, LEVELS = "examples", "levels"
FLAGS = {"positive", "reverse"}
NUMBERS = {"weight"}
LONGEST_CELL = 32_767  # UTF-16 units that a cell of a spreadsheet holds
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "'")
_YES, _NO = {"true", "yes", "1"}, {"false", "no", "0", ""}
_PART = re.compile(r"(context|before|after):(.*)", re.IGNORECASE)
_LEVEL = re.compile(r"([^=]{1,80}?)\s*=\s*(.*)")
_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,15})(?:\.\d{1,15})?")


def guarded(cell: str) -> str:
    return "'" + cell if cell.startswith(_DANGEROUS) else cell


def unguarded(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_DANGEROUS) else cell


def to_cell(field: str, value, between: str = " | ") -> str:
    """The field as the text of a cell, guarded; `between` parts the items of a list."""
    if field in FLAGS:
        return "true" if value else "false"
    if field in NUMBERS:
        return "" if value is None else number_in_words(value)
    if field not in LISTS and field not in (EXAMPLES, LEVELS):
        return guarded(value)
    for cell in (_readable(field, value, between), _json(value)):
        if cell is not None and _reads_back(field, cell, value):
            return guarded(cell)
    raise ValueError(_("the field “%s” cannot stand in a table") % field)


def _json(value) -> str:
    return json.dumps(value, ensure_ascii=False)


def _reads_back(field: str, cell: str, value) -> bool:
    try:
        found = from_cell(field, guarded(cell))
    except ValueError:
        return False
    # Levels as JSON too, because to Python 1, 1.0 and true are the same.
    return found == value and (field != LEVELS or _json(found) == _json(value))


def _readable(field: str, value: list, between: str) -> str | None:
    """The form that people edit, or None where there is none for this value."""
    if field in LISTS:
        return between.join(value)
    try:
        if field == LEVELS:
            return "\n".join(f"{_worded(level['value'])} = {level['anchor']}" for level in value)
        return "\n---\n".join(
            "\n".join(
                f"{part}: {example[part]}" for part in ("context", "before", "after") if part in example
            )
            for example in value
        )
    except (KeyError, TypeError):
        return None


def _worded(value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def from_cell(field: str, cell: str):
    """Return the field's value; raises ValueError with a reason."""
    cell = unguarded(cell)
    if field in FLAGS:
        if (word := cell.strip().lower()) in _YES | _NO:
            return word in _YES
        raise ValueError(_("must be true or false, not “%s”") % cell[:60])
    if field in NUMBERS:
        return _number(cell.strip())
    if field not in LISTS and field not in (EXAMPLES, LEVELS):
        return cell
    if not cell.strip():
        return []
    if cell.lstrip().startswith("["):
        try:
            if re.search(r"(?:[\[{]\s*){20}", cell):
                raise ValueError(_("is nested too deeply"))
            return json.loads(cell)
        except (ValueError, RecursionError) as error:
            raise ValueError(_("must be a list in JSON: %s") % error) from None
    if field == EXAMPLES:
        return [_example(block) for block in re.split(r"(?m)^[ \t]*---[ \t]*$", cell)]
    if field == LEVELS:
        return _levels(cell)
    return [item.strip() for item in cell.split("|")]


def _number(cell: str) -> float | None:
    try:
        return float(cell) if cell else None
    except ValueError:
        raise ValueError(_("must be a number, not “%s”") % cell[:60]) from None


def _example(block: str) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    part = None
    for line in block.strip().split("\n"):
        if begun := _PART.match(line):
            part = begun[1].lower()
            if part in found:
                raise ValueError(_("one example has “%s:” twice; put a line --- between two examples") % part)
            found[part] = [begun[2]]
        elif part is None:
            raise ValueError(_("an example begins with a line “context:”, “before:” or “after:”"))
        else:
            found[part].append(line)
    return {part: "\n".join(lines).strip() for part, lines in found.items()}


def _levels(cell: str) -> list[dict]:
    found: list[dict] = []
    for line in cell.strip().split("\n"):
        if begun := _LEVEL.fullmatch(line):
            found.append({"value": _valued(begun[1].strip()), "anchor": begun[2]})
        elif found:
            found[-1]["anchor"] += "\n" + line
        else:
            raise ValueError(_("a level is one line such as “1 = when to choose it”"))
    return [level | {"anchor": level["anchor"].strip()} for level in found]


def _valued(word: str):
    if word.lower() in ("true", "false"):
        return word.lower() == "true"
    return json.loads(word) if _NUMBER.fullmatch(word) else word
