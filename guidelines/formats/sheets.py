"""The cells of a spreadsheet as they stand in its package: text, or the reason why a cell is none.

openpyxl finds the sheets; their cells are read here, because its reader deletes “x005F_” from texts, turns numbers
into dates, fills gaps of a million rows with empty cells, and takes four times as long.
"""

import io
import re
from collections.abc import Iterator
from typing import NamedTuple
from xml.etree.ElementTree import Element, iterparse

from django.utils.translation import gettext as _
from openpyxl.utils.cell import coordinate_to_tuple
from openpyxl.xml.constants import SHEET_MAIN_NS

from guidelines.formats.document import shown

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_ITEM, _ROW, _CELL, _FORMULA, _VALUE, _INLINE, _RUN, _TEXT = (
    f"{{{SHEET_MAIN_NS}}}{name}" for name in ("si", "row", "c", "f", "v", "is", "r", "t")
)


class Cell(NamedTuple):
    """`kind`: text, flag, number, date, formula or error; `value` as the file has it."""

    kind: str
    value: str


class Tricks(ValueError):
    """XML that defines entities of its own, which multiply when they are read."""


def _parsed(data: bytes):
    if b"<!" in data.replace(b"<!--", b"").replace(b"<![CDATA[", b"") or b"\0" in data[:100]:
        raise Tricks
    return iterparse(io.BytesIO(data))


def strings(data: bytes) -> list[str]:
    """The texts that cells share, in order."""
    found = []
    for _event, node in _parsed(data):
        if node.tag == _ITEM:
            found.append(_words(node))
            node.clear()
    return found


def rows(data: bytes, shared: list[str]) -> Iterator[tuple[int, dict[int, Cell]]]:
    """Yield (row number, {column number: cell}) of every row; empty cells are left out."""
    row = 0
    for _event, node in _parsed(data):
        if node.tag == _ROW:
            row = int(node.get("r") or row + 1)
            yield row, _cells(node, shared)
            node.clear()


def _cells(row: Element, shared: list[str]) -> dict[int, Cell]:
    found, column = {}, 0
    for node in row:
        if node.tag == _CELL:
            place = node.get("r")
            column = coordinate_to_tuple(place)[1] if place else column + 1
            if cell := _cell(node, shared):
                found[column] = cell
    return found


def _cell(node: Element, shared: list[str]) -> Cell | None:
    kind, value = node.get("t", "n"), node.findtext(_VALUE)
    if node.find(_FORMULA) is not None:
        return Cell("formula", "")
    if kind == "inlineStr":
        inline = node.find(_INLINE)
        value = _words(inline) if inline is not None else ""
    elif kind == "s" and value:
        value = shared[int(value)]
    elif kind == "str" and value:
        value = _unescaped(value)
    if not value:
        return None
    kinds = {"n": "number", "b": "flag", "e": "error", "d": "date"}
    return Cell(kinds.get(kind, "text"), value)


def _words(node: Element) -> str:
    """The text of a node, however it is coloured; how it is pronounced is left out."""
    parts = (part if part.tag == _TEXT else part.find(_TEXT) for part in node if part.tag in (_TEXT, _RUN))
    return _unescaped("".join(part.text or "" for part in parts if part is not None))


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def text_of(cell: Cell | None, *, flag: bool = False, number: bool = False) -> tuple[str, str]:
    """Return (the text of the cell, the reason why it has none); `flag`, `number`: such a value is meant."""
    if cell is None:
        return "", ""
    if cell.kind == "text":
        return cell.value, ""
    if flag and cell.kind in ("flag", "number") and cell.value in ("0", "1"):
        return "true" if cell.value == "1" else "false", ""
    if number and cell.kind == "number":
        return cell.value, ""
    if cell.kind == "formula":
        return "", _("holds a formula; put the text itself there")
    if cell.kind == "error":
        return "", _("holds the error %s") % shown(cell.value)
    if cell.kind == "flag":
        return "", _("holds TRUE or FALSE where text is meant; make the cell a text cell and type it again")
    reason = _("holds the number or date %s where text is meant; make the cell a text cell and type it again")
    return "", reason % shown(cell.value)
