"""Read XLSX: a sheet “guideline” with the head, a sheet “pairs” or “dimensions” with a row per entry; or the one sheet
of a CSV that was opened and saved, with the rows that the CSV has.

Only text is read; a flag may also be TRUE or FALSE, 0 or 1. A formula is never evaluated: it is refused.
"""

import re
from collections.abc import Callable, Iterator

import structlog
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from openpyxl.reader.excel import ExcelReader
from openpyxl.utils import get_column_letter
from openpyxl.xml.constants import SHARED_STRINGS

from guidelines.content import ENTRIES
from guidelines.formats import dialects, packages, sheets, tables
from guidelines.formats.cells import FLAGS, LONGEST_CELL, NUMBERS, unguarded
from guidelines.formats.document import MOST_VALUES, BadFile, Document, shown
from guidelines.formats.sheets import Cell, text_of

log = structlog.get_logger(__name__)

HEAD_SHEET = "guideline"
# Said in the preview, as `Dialect.in_words` is.
SAVED_CSV = gettext_lazy("Read as a CSV that was saved as a spreadsheet.")
_FURTHER = re.compile(r"(.+?) ([2-9]|[1-9][0-9])")


class Book:
    """The sheets of a package by name, in small letters; what makes a workbook pretty is not looked at."""

    def __init__(self, package):
        reader = ExcelReader(package, read_only=True, keep_links=False)
        reader.read_manifest()
        reader.read_workbook()
        self.archive = reader.archive
        self.paths = {sheet.name.strip().lower(): rel.target for sheet, rel in reader.parser.find_sheets()}
        part = reader.package.find(SHARED_STRINGS)
        self.strings = sheets.strings(self.archive.read(part.PartName.lstrip("/"))) if part else []

    def csv_sheet(self, document: Document) -> str:
        """The name of the only sheet, where its first row is the first one of our CSV, “# guideline”; or nothing."""
        if len(self.paths) != 1:
            return ""
        (name,) = self.paths
        first = (text_of(cells.get(1))[0] for _row, cells in self.filled_rows(document, name))
        return name if next(first, "").startswith("#") else ""

    def filled_rows(self, document: Document, name: str) -> Iterator[tuple[int, dict[int, Cell]]]:
        """As `rows`, without those that hold only gaps, which a table of text has at its end."""
        for row, cells in self.rows(document, name):
            if any(cell.value.strip() for cell in cells.values()):
                yield row, cells

    def rows(self, document: Document, name: str) -> Iterator[tuple[int, dict[int, Cell]]]:
        """Yield (row number, cells by column number) of the rows that hold something."""
        if name not in self.paths:
            there = ", ".join(shown(title) for title in self.paths)
            raise BadFile(document.file, None, "", _("has no sheet “%s”; it has: %s") % (name, there))
        values = 0
        for row, cells in sheets.rows(self.archive.read(self.paths[name]), self.strings):
            values += 1 + len(cells)
            if values > MOST_VALUES:
                reason = _("holds more than %d values") % MOST_VALUES
                raise BadFile(document.file, row, "", reason, sheet=name)
            if cells:
                yield row, cells


def read(data: bytes, file: str) -> Document:
    return filled(data, file, _guideline)


def filled(data: bytes, file: str, fill: Callable[[Document, Book], None]) -> Document:
    """A document with what `fill` finds in the workbook; whatever it stumbles over is the file's fault."""
    package = packages.checked(data, file)
    document = Document(file, data={}, sheets={"": HEAD_SHEET})
    try:
        fill(document, Book(package))
    except BadFile:
        raise
    except Exception as error:
        # Hostile XML makes openpyxl stumble in any way; nothing of it was executed and nothing stored. The log says
        # where, so that a fault of ours does not pass for one of the file.
        log.warning("a spreadsheet could not be read", exc_info=True)
        reason = _("cannot be read as a spreadsheet (%s)") % type(error).__name__
        raise BadFile(file, None, "", reason) from error
    return document


def _guideline(document: Document, book: Book) -> None:
    if sheet := book.csv_sheet(document):
        _saved_csv(document, book, sheet)
        return
    _head(document, book)
    table = require_kind(document)
    document.sheets[table] = table
    _entries(document, book, table)


def _saved_csv(document: Document, book: Book, sheet: str) -> None:
    """The rows of the CSV in their order: “# title” and its like, the names of the columns, the entries."""
    document.sheets[""], document.read_as = sheet, str(SAVED_CSV)
    fields: list[str] | None = None
    table = ""
    for row, cells in book.filled_rows(document, sheet):
        if fields is None and text_of(cells.get(1))[0].startswith("#"):
            _head_row(document, row, cells)
        elif fields is None:
            table = require_kind(document)
            document.sheets[table], document.data[table] = sheet, []
            fields = _columns(document, row, cells, sheet)
        else:
            _entry(document, row, cells, fields, cut_off(cells, fields))
    if fields is None:
        raise BadFile(document.file, 1, "key", tables.no_columns(), sheet=sheet)


def require_kind(document: Document) -> str:
    """The name of the table, as the head says it; raises BadFile."""
    kind = document.data.get("kind")
    if kind not in ENTRIES:
        raise document.refuse(("kind",), _("“%s” must be pairs or rubric") % (kind or ""))
    return ENTRIES[kind]


def cut_off(cells: dict[int, Cell], fields: list[str]) -> list[tuple[tuple, str]]:
    """Troubles with cells that are full: the CSV may have said more there, and the spreadsheet program cut it off."""
    reason = _(
        "fills its cell to the end, so that its last words may be cut off; bring the CSV or the .xlsx itself"
    )
    return [
        ((field,), reason)
        for n, field in enumerate(fields, 1)
        if n in cells and len(cells[n].value.encode("utf-16-le")) >= 2 * LONGEST_CELL
    ]


def _head(document: Document, book: Book) -> None:
    for row, cells in book.rows(document, HEAD_SHEET):
        _head_row(document, row, cells)


def _head_row(document: Document, row: int, cells: dict[int, Cell]) -> None:
    name = text_of(cells.get(1))[0].strip().removeprefix("#").strip()
    further = _FURTHER.fullmatch(name)
    field = further[1] if further and further[1] in document.data else name
    document.lines[field,] = row
    if reason := dialects.unsplit(name):
        raise BadFile(document.file, row, "", reason, sheet=document.sheets[""])
    for cell in cells.values():
        if reason := text_of(cell)[1]:
            raise document.refuse((field,), reason)
    if any(column > 2 and cell.value.strip() for column, cell in cells.items()):
        raise document.refuse((field,), _("has more than one cell"))
    value = unguarded(text_of(cells.get(2))[0])
    if field != name:
        document.data[field] += value
    else:
        tables.add_head(document, row, name, value)


def _entries(document: Document, book: Book, table: str) -> None:
    document.data[table] = []
    fields: list[str] | None = None
    for row, cells in book.rows(document, table):
        if fields is None:
            fields = _columns(document, row, cells, table)
        else:
            _entry(document, row, cells, fields)
    if fields is None:
        raise BadFile(document.file, 1, "key", tables.no_columns(), sheet=table)


def _columns(document: Document, row: int, cells: dict[int, Cell], table: str) -> list[str]:
    """The field of every column; a text too long for one cell goes on in columns such as “corrections 2”."""
    fields, own, there = [], [], set()
    for n in range(1, max(cells) + 1):
        name, reason = text_of(cells.get(n))
        name = name.strip()
        if reason:
            raise BadFile(document.file, row, "", reason, sheet=table, column=get_column_letter(n))
        document.letters.setdefault(name, get_column_letter(n))
        further = _FURTHER.fullmatch(name)
        if further and further[1] in own:
            if name in there:
                column = get_column_letter(n)
                raise BadFile(document.file, row, name, _("is there twice"), sheet=table, column=column)
            there.add(name)
            fields.append(further[1])
        else:
            fields.append(name)
            own.append(name)
    tables.columns(document, row, own)
    while not fields[-1]:
        fields.pop()
    return fields


def _entry(document: Document, row: int, cells: dict[int, Cell], fields: list[str], cut=()) -> None:
    troubles: list[tuple[tuple, str]] = [*cut]
    texts: dict[str, str] = {}
    for n, field in enumerate(fields, 1):
        text, reason = text_of(cells.get(n), flag=field in FLAGS, number=field in NUMBERS)
        if reason:
            troubles.append(((field,), reason))
        texts[field] = texts[field] + unguarded(text) if field in texts else text
    if any(n > len(fields) and cell.value.strip() for n, cell in cells.items()):
        troubles.append(((), _("the row has more cells than there are columns")))
    unread = {part for path, _reason in troubles for part in path}
    readable = {field: text for field, text in texts.items() if field not in unread}
    tables.entry(document, row, readable, troubles)
