"""Read CSV: rows that begin with `# title`, `# kind` … name the guideline; a header; the entries."""

import csv
import io

from django.utils.translation import gettext as _

from guidelines.content import ENTRIES, HEAD
from guidelines.formats.cells import from_cell, unguarded
from guidelines.formats.document import MOST_VALUES, BadFile, Document
from guidelines.texts import fields_of


def read(text: str, file: str) -> Document:
    document = Document(file, data={})
    columns: list[str] | None = None
    rows: list[dict] = []
    values = 0
    for line, row in _rows(text, file):
        values += max(1, len(row))
        if values > MOST_VALUES:
            raise BadFile(file, line, "", _("holds more than %d values") % MOST_VALUES)
        if not any(cell.strip() for cell in row):
            continue
        if columns is None and row[0].startswith("#"):
            _head(document, line, row)
        elif columns is None:
            columns = _columns(document, line, row)
        else:
            path = (ENTRIES[document.data["kind"]], len(rows))
            rows.append(_entry(document, path, line, columns, row))
    if columns is None:
        raise BadFile(file, 1, "key", _("no row names the columns; the first column is “key”"))
    document.data[ENTRIES[document.data["kind"]]] = rows
    return document


def _rows(text: str, file: str):
    """Yield (line on which the row begins, cells)."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        for row in reader:
            yield line, row
            line = reader.line_num + 1
    except csv.Error as error:
        raise BadFile(file, line, "", _("is not CSV: %s") % error) from None


def _head(document: Document, line: int, row: list[str]) -> None:
    name = row[0].removeprefix("#").strip()
    document.lines[name,] = line
    if name not in HEAD:
        raise document.refuse((name,), _("is not known; known are %s") % ", ".join(HEAD))
    if name in document.data:
        raise document.refuse((name,), _("is there twice"))
    if any(cell.strip() for cell in row[2:]):
        raise document.refuse((name,), _("has more than one cell; put a text with commas in quotes"))
    document.data[name] = unguarded(row[1]) if len(row) > 1 else ""


def _columns(document: Document, line: int, row: list[str]) -> list[str]:
    kind = document.data.get("kind")
    if kind not in ENTRIES:
        raise BadFile(
            document.file, line, "kind", _("a row “# kind,pairs” or “# kind,rubric” must come first")
        )
    columns = [cell.strip() for cell in row]
    while columns and not columns[-1]:
        columns.pop()
    known = ("key", *fields_of(kind))
    for column in columns:
        if column not in known:
            reason = _("is not a known column; known are %s") % ", ".join(known)
            raise BadFile(document.file, line, column or _("(empty)"), reason)
        if columns.count(column) > 1:
            raise BadFile(document.file, line, column, _("is there twice"))
    if "key" not in columns:
        raise BadFile(document.file, line, "key", _("this column is missing"))
    return columns


def _entry(document: Document, path: tuple, line: int, columns: list[str], row: list[str]) -> dict:
    document.lines[path] = line
    if any(cell.strip() for cell in row[len(columns) :]):
        raise document.refuse(path, _("the row has more cells than there are columns"))
    entry = {}
    for column, cell in zip(columns, row, strict=False):
        try:
            entry[column] = from_cell(column, cell)
        except ValueError as error:
            raise document.refuse((*path, column), str(error)) from None
    return entry
