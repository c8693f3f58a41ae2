"""Write a guideline as a spreadsheet that people can edit: a sheet with a row per entry, one with the head.

Every cell is a text cell, so that what is typed into it stays text. Nothing in it is computed.
"""

import io
import re

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from guidelines.checking_levels import SCALES
from guidelines.content import ENTRIES, HEAD, GuidelineContent
from guidelines.formats.cells import EXAMPLES, FLAGS, LEVELS, LISTS, LONGEST_CELL, guarded, to_cell, unguarded
from guidelines.texts import fields_of

_WIDE, _NARROW = 48, 18
_NARROW_FIELDS = {"key", "name", "confused_with", "may_co_occur_with", "tags", "positive", "scale", "reverse"}
# What reads like an escape of the format, and the two signs that XML cannot hold.
_TO_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)|[\ufffe\uffff]")


def escaped(text: str) -> str:
    return _TO_ESCAPE.sub(lambda found: f"_x{ord(found[0]):04X}_", text)


def pieces(text: str) -> list[str]:
    """The text as cells hold it: guarded, escaped, and in as many parts as the limit of a cell asks for."""
    found, at = [], 0
    while at < len(text) or not found:
        length = min(len(text) - at, LONGEST_CELL)
        while len((piece := escaped(guarded(text[at : at + length]))).encode("utf-16-le")) > 2 * LONGEST_CELL:
            length = length * 3 // 4
        found.append(piece)
        at += max(length, 1)
    return found


def as_xlsx(content: GuidelineContent) -> bytes:
    fields = fields_of(content.kind)
    # A text too long for one cell is guarded part by part.
    rows = [
        [[entry.key], *(pieces(unguarded(to_cell(field, entry.texts[field], " |\n"))) for field in fields)]
        for entry in content.entries
    ]
    widths = [max((len(row[n]) for row in rows), default=1) for n in range(len(fields) + 1)]
    book = Workbook(write_only=True)
    _table(book.create_sheet(ENTRIES[content.kind]), ("key", *fields), widths, rows)
    _head(book.create_sheet("guideline"), content)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _numbered(name: str, n: int) -> list[str]:
    return [name, *(f"{name} {i}" for i in range(2, n + 1))]


def _table(sheet, fields, widths: list[int], rows: list[list[list[str]]]) -> None:
    names = [_numbered(field, width) for field, width in zip(fields, widths, strict=True)]
    flat = [(field, name) for field, group in zip(fields, names, strict=True) for name in group]
    sheet.freeze_panes = "B2"
    cell = TextCells(sheet)
    for n, (field, _name) in enumerate(flat, 1):
        letter = get_column_letter(n)
        cell.style(sheet.column_dimensions[letter])
        sheet.column_dimensions[letter].width = _NARROW if field in _NARROW_FIELDS else _WIDE
        _help(sheet, field, letter, len(rows) + 1)
    sheet.append([cell(name, bold=True) for _field, name in flat])
    for row in rows:
        padded = [parts + [""] * (width - len(parts)) for parts, width in zip(row, widths, strict=True)]
        sheet.append([cell(part) for parts in padded for part in parts])


def _head(sheet, content: GuidelineContent) -> None:
    sheet.column_dimensions["A"].width = _NARROW
    sheet.column_dimensions["B"].width = 2 * _WIDE
    cell = TextCells(sheet)
    for field in HEAD:
        parts = pieces(getattr(content, field))
        for name, part in zip(_numbered(field, len(parts)), parts, strict=True):
            sheet.append([cell(name, bold=True), cell(part)])


class TextCells:
    """Makes text cells of one sheet; they share their styles, which keeps writing quick."""

    def __init__(self, sheet):
        self.sheet = sheet
        self.models = {bold: WriteOnlyCell(sheet) for bold in (False, True)}
        for bold, model in self.models.items():
            self.style(model, bold)

    def style(self, it, bold: bool = False) -> None:
        it.alignment = Alignment(wrap_text=True, vertical="top")
        it.number_format, it.font = "@", Font(bold=bold)

    def __call__(self, text: str, bold: bool = False):
        # An empty cell is left out and has the style of its column, so that it is a text cell too.
        if not text:
            return None
        cell = WriteOnlyCell(self.sheet, text)
        cell._style = self.models[bold]._style
        # Always text: a spreadsheet would make a formula of “=…” and an error of “#N/A”.
        cell.data_type = "s"
        return cell


def _help(sheet, field: str, letter: str, rows: int) -> None:
    """A choice for fields with few values; a hint at the name of a column that is written in its own way."""
    choices = ("true", "false") if field in FLAGS else SCALES if field == "scale" else ()
    if choices and rows > 1:
        listed = DataValidation("list", formula1=f'"{",".join(choices)}"', allow_blank=True)
        listed.add(f"{letter}2:{letter}{rows + 1000}")
        sheet.data_validations.append(listed)
    if hint := _hint(field):
        told = DataValidation(promptTitle=field[:32], prompt=hint[:255], showInputMessage=True)
        told.add(f"{letter}1")
        sheet.data_validations.append(told)


def _hint(field: str) -> str:
    if field == "key":
        return _("Names the entry for good; a new one gets a short name such as poor-listening.")
    if field in LISTS:
        return _("Several: put a bar | between two.")
    if field == EXAMPLES:
        return _("Lines that begin with context:, before: and after:. A line --- between two examples.")
    if field == LEVELS:
        return _("One line each, lowest first: 1 = when to choose it.")
    return ""
