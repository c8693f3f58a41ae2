"""Read CSV: rows that begin with `# title`, `# kind` … name the guideline; a header; the entries.

Spreadsheet programs write it in many ways; `dialects` says in which one a file is.
"""

import csv
import io

from django.utils.translation import gettext as _

from guidelines.content import ENTRIES
from guidelines.formats import dialects, tables
from guidelines.formats.cells import unguarded
from guidelines.formats.dialects import Dialect
from guidelines.formats.document import LARGEST, MOST_VALUES, BadFile, Document

# Python's own limit is smaller than what one field of an entry may hold, and its refusal would lose what we wrote.
csv.field_size_limit(LARGEST)


def read(data: bytes, file: str, letters: str = "") -> Document:
    """`letters`: the code page of a file that does not say its own, as a person named it."""
    text, letters = dialects.decoded(data, file, letters)
    dialect = dialects.dialect_of(text, file, letters)
    document = Document(file, data={}, read_as=dialect.in_words)
    columns: list[str] | None = None
    require_bounded(text, file, dialect)
    for line, row in rows(text, file, dialect):
        if not any(cell.strip() for cell in row):
            continue
        if columns is None and row[0].startswith("#"):
            _head(document, line, row)
        elif columns is None:
            columns = _columns(document, line, row)
        else:
            _entry(document, line, columns, row)
    if columns is None:
        raise BadFile(file, 1, "key", tables.no_columns())
    return document


def require_bounded(text: str, file: str, dialect: Dialect) -> None:
    """Before any cell is looked into: counting is quick, reading a million cells is not."""
    values = 0
    for line, row in rows(text, file, dialect):
        values += max(1, len(row))
        if values > MOST_VALUES:
            raise BadFile(file, line, "", _("holds more than %d values") % MOST_VALUES)


def rows(text: str, file: str, dialect: Dialect):
    """Yield (line on which the row begins, cells)."""
    lines = io.StringIO(text, newline="")
    for _n in range(dialect.skipped):
        lines.readline()
    reader = csv.reader(lines, delimiter=dialect.separator, strict=True)
    line = 1 + dialect.skipped
    try:
        for row in reader:
            yield line, row
            line = reader.line_num + 1 + dialect.skipped
    except csv.Error as error:
        raise BadFile(file, line, "", _("is not CSV: %s") % error) from None


def _head(document: Document, line: int, row: list[str]) -> None:
    name = row[0].removeprefix("#").strip()
    tables.add_head(document, line, name, unguarded(row[1]) if len(row) > 1 else "")
    if any(cell.strip() for cell in row[2:]):
        raise document.refuse((name,), _("has more than one cell; put a text with commas in quotes"))


def _columns(document: Document, line: int, row: list[str]) -> list[str]:
    if document.data.get("kind") not in ENTRIES:
        raise BadFile(
            document.file, line, "kind", _("a row “# kind,pairs” or “# kind,rubric” must come first")
        )
    document.data[ENTRIES[document.data["kind"]]] = []
    return tables.columns(document, line, row)


def _entry(document: Document, line: int, columns: list[str], row: list[str]) -> None:
    troubles = []
    if any(cell.strip() for cell in row[len(columns) :]):
        troubles.append(((), _("the row has more cells than there are columns")))
    tables.entry(document, line, dict(zip(columns, row, strict=False)), troubles)
