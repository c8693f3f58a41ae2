"""How one field stands in one cell of a table, and back. Pure.

Text stands as it is. A list of texts stands as `one | two`, or as a JSON list where an item holds a bar or
begins with a bracket. Examples and levels stand as JSON, no weight as an empty cell. One apostrophe is put
before a cell that a spreadsheet would take for a formula, and exactly one is taken off.
"""

import json

from django.utils.translation import gettext as _

from guidelines.texts import number_in_words

LISTS = {"confused_with", "may_co_occur_with", "corrections", "references", "tags"}
AS_JSON = {"examples", "levels"}
FLAGS = {"positive", "reverse"}
NUMBERS = {"weight"}
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "'")
_YES, _NO = {"true", "yes", "1"}, {"false", "no", "0", ""}


def guarded(cell: str) -> str:
    return "'" + cell if cell.startswith(_DANGEROUS) else cell


def unguarded(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_DANGEROUS) else cell


def _json(value) -> str:
    return json.dumps(value, ensure_ascii=False)


def to_cell(field: str, value) -> str:
    if field in FLAGS:
        return "true" if value else "false"
    if field in NUMBERS:
        return "" if value is None else number_in_words(value)
    if field in AS_JSON:
        return _json(value) if value else ""
    if field in LISTS:
        bare = all("|" not in item for item in value) and not (value and value[0].startswith("["))
        return guarded(" | ".join(value) if bare else _json(value))
    return guarded(value)


def from_cell(field: str, cell: str):
    """Return the field's value; raises ValueError with a reason."""
    cell = unguarded(cell)
    if field in FLAGS:
        if (word := cell.strip().lower()) in _YES | _NO:
            return word in _YES
        raise ValueError(_("must be true or false, not “%s”") % cell[:60])
    if field in NUMBERS:
        return _number(cell.strip())
    if field in AS_JSON or (field in LISTS and cell.lstrip().startswith("[")):
        if not cell.strip():
            return []
        try:
            return json.loads(cell)
        except (ValueError, RecursionError) as error:
            raise ValueError(_("must be a list in JSON: %s") % error) from None
    if field in LISTS:
        return [item.strip() for item in cell.split("|")] if cell.strip() else []
    return cell


def _number(cell: str) -> float | None:
    try:
        return float(cell) if cell else None
    except ValueError:
        raise ValueError(_("must be a number, not “%s”") % cell[:60]) from None
