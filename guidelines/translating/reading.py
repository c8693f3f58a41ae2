"""Read a file of translations as plain data that knows its lines. Nothing is compared or stored here."""

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

from guidelines.formats import dialects, from_csv, from_xlsx
from guidelines.formats.cells import unguarded
from guidelines.formats.document import BadFile, Document
from guidelines.formats.sheets import text_of
from guidelines.reading import document_of
from guidelines.texts import text_problem
from guidelines.translating.content import COLUMNS, HEAD, TRANSLATIONS

_FURTHER = re.compile(r"(.+) \(([2-9]|[1-9][0-9])\)")


@dataclass(frozen=True)
class Row:
    """A row of a table: one text of one entry."""

    line: int
    cells: dict[str, str]


@dataclass(frozen=True)
class ReadTranslation:
    """One entry as the file has it: `texts` from YAML and JSON, `said` (by the names of places) from a table."""

    path: tuple
    key: object
    source: object
    texts: dict | None = None
    said: dict[str, str] | None = None
    reason: str = ""


def read(file: str, data: bytes, letters: str = "") -> Document:
    """The file's head and entries as data; raises BadFile. `letters`: see `guidelines.reading`."""
    return document_of(file, data, letters, table=_csv, spreadsheet=_xlsx)


def head_of(document: Document) -> dict[str, str]:
    data = document.data
    if not isinstance(data, dict):
        raise BadFile(document.file, 1, HEAD[0], _("is missing: the file must begin with it"))
    for name in data:
        if name not in (*HEAD, TRANSLATIONS):
            told = ", ".join((*HEAD, TRANSLATIONS))
            raise document.refuse((name,), _("is not a known field; known are %s") % told)
    for name in HEAD:
        value = data.get(name, "")
        if reason := text_problem(value, 80) or ("" if value else _("is missing")):
            raise document.refuse((name,), reason)
    return {name: data[name] for name in HEAD}


def entries_of(document: Document) -> list[ReadTranslation]:
    items = document.data.get(TRANSLATIONS)
    if not isinstance(items, list):
        raise document.refuse((TRANSLATIONS,), _("must be a list of translated entries"))
    return [_entry((TRANSLATIONS, n), item, document) for n, item in enumerate(items)]


def _entry(path: tuple, item, document: Document) -> ReadTranslation:
    if isinstance(item, ReadTranslation):
        return item
    if not isinstance(item, dict):
        return ReadTranslation(path, "", "", reason=_("must have key, source and the translated fields"))
    texts = {name: value for name, value in item.items() if name not in ("key", "source")}
    return ReadTranslation(path, item.get("key", ""), item.get("source", ""), texts=texts)


def _csv(data: bytes, file: str, letters: str = "") -> Document:
    text, letters = dialects.decoded(data, file, letters)
    dialect = dialects.dialect_of(text, file, letters)
    document = Document(file, data={}, read_as=dialect.in_words)
    from_csv.require_bounded(text, file, dialect)
    found, columns = [], None
    for line, row in from_csv.rows(text, file, dialect):
        if not any(cell.strip() for cell in row):
            continue
        if columns is None and row[0].startswith("#"):
            name = row[0].removeprefix("#").strip()
            document.lines[name,] = line
            document.data[name] = unguarded(row[1]).strip() if len(row) > 1 else ""
        elif columns is None:
            columns = _columns(document, line, row)
        else:
            found.append(Row(line, dict(zip(columns, map(unguarded, row), strict=False))))
    _put_together(document, columns, found)
    return document


def _xlsx(data: bytes, file: str) -> Document:
    return from_xlsx.filled(data, file, _fill)


def _fill(document: Document, book: from_xlsx.Book) -> None:
    if sheet := book.csv_sheet(document):
        document.sheets |= {"": sheet, TRANSLATIONS: sheet}
        document.read_as = str(from_xlsx.SAVED_CSV)
        rows = list(book.filled_rows(document, sheet))
        n = next((n for n, (_row, cells) in enumerate(rows) if not _begins_head(cells)), len(rows))
        _fill_head(document, rows[:n])
        _fill_rows(document, rows[n:], from_xlsx.cut_off)
    else:
        _fill_head(document, book.rows(document, from_xlsx.HEAD_SHEET))
        document.sheets[TRANSLATIONS] = TRANSLATIONS
        _fill_rows(document, book.rows(document, TRANSLATIONS))


def _begins_head(cells) -> bool:
    return text_of(cells.get(1))[0].startswith("#")


def _fill_head(document: Document, rows) -> None:
    for line, cells in rows:
        name = text_of(cells.get(1))[0].removeprefix("#").strip()
        document.lines[name,] = line
        if reason := dialects.unsplit(name):
            raise BadFile(document.file, line, "", reason, sheet=document.sheets[""])
        document.data[name] = unguarded(text_of(cells.get(2))[0]).strip()


def _fill_rows(document: Document, rows, cut_off=lambda cells, columns: []) -> None:
    found, columns = [], None
    for line, cells in rows:
        told = {n: text_of(cell) for n, cell in cells.items()}
        for n, (_text, reason) in told.items():
            # The source is there to be read; only what is taken from the file has to be text.
            if reason and (columns is None or columns[n - 1 : n] != ["text"]):
                document.lines[TRANSLATIONS,] = line
                raise document.refuse(
                    (TRANSLATIONS, columns[n - 1] if columns and n <= len(columns) else ""), reason
                )
        if columns is None:
            names = [told.get(n, ("", ""))[0] for n in range(1, max(cells) + 1)]
            columns = _columns(document, line, names)
            continue
        for (field,), reason in cut_off(cells, columns):
            document.lines[TRANSLATIONS,] = line
            raise document.refuse((TRANSLATIONS, field), reason)
        # Only the cells that there are: a row of one cell at the far end of the sheet has thousands of gaps before it.
        row = {columns[n - 1]: unguarded(text) for n, (text, _none) in told.items() if n <= len(columns)}
        found.append(Row(line, row))
    _put_together(document, columns, found)


def _columns(document: Document, line: int, row: list[str]) -> list[str]:
    names = [name.strip() for name in row]
    document.lines[TRANSLATIONS,] = line
    for name in ("key", "source", "place", "translation"):
        if names.count(name) != 1:
            reason = _("this column is missing") if name not in names else _("is there twice")
            raise document.refuse((TRANSLATIONS, name), reason)
    for name in names:
        if name and name not in COLUMNS:
            raise document.refuse(
                (TRANSLATIONS, name), _("is not a known column; known are %s") % ", ".join(COLUMNS)
            )
    return names


def _put_together(document: Document, columns: list[str] | None, rows: list[Row]) -> None:
    """The rows of one entry as one; they need not stand together, for a spreadsheet may have been sorted."""
    if columns is None:
        raise BadFile(document.file, 1, "key", _("no row names the columns; the first column is “key”"))
    found: dict[tuple, dict[tuple[str, int], str]] = {}
    lines: dict[tuple, int] = {}
    twice: dict[tuple, str] = {}
    for row in rows:
        entry = (row.cells.get("key", "").strip(), row.cells.get("source", "").strip())
        place, n = row.cells.get("place", "").strip(), 1
        if further := _FURTHER.fullmatch(place):
            place, n = further[1], int(further[2])
        said = found.setdefault(entry, {})
        lines.setdefault(entry, row.line)
        if (place, n) in said:
            twice[entry] = _("“%s” is there twice") % place
        said[place, n] = row.cells.get("translation", "")
    entries = []
    for entry, said in found.items():
        path = (TRANSLATIONS, len(entries))
        document.lines[path] = lines[entry]
        whole: dict[str, str] = {}
        for (place, _n), text in sorted(said.items()):
            whole[place] = whole.get(place, "") + text
        entries.append(ReadTranslation(path, *entry, said=whole, reason=twice.get(entry, "")))
    document.data[TRANSLATIONS] = entries
