"""What CSV and XLSX have in common: a head by name, a row that names the columns, a row per entry."""

from django.utils.translation import gettext as _

from guidelines.content import ENTRIES, HEAD
from guidelines.formats.cells import from_cell
from guidelines.formats.document import Document
from guidelines.texts import fields_of


def add_head(document: Document, line: int, name: str, value: str) -> None:
    document.lines[name,] = line
    if name not in HEAD:
        raise document.refuse((name,), _("is not known; known are %s") % ", ".join(HEAD))
    if name in document.data:
        raise document.refuse((name,), _("is there twice"))
    document.data[name] = value


def no_columns() -> str:
    return _("no row names the columns; the first column is “key”")


def columns(document: Document, line: int, names: list[str]) -> list[str]:
    """The fields that a table has, in the order of its columns; empty names at the end are left out."""
    kind = document.data["kind"]
    table = ENTRIES[kind]
    names = [name.strip() for name in names]
    while names and not names[-1]:
        names.pop()
    known = ("key", *fields_of(kind))
    document.lines[table,] = line
    for name in names:
        if name not in known:
            reason = _("is not a known column; known are %s") % ", ".join(known)
            raise document.refuse((table, name or _("(empty)")), reason)
        if names.count(name) > 1:
            raise document.refuse((table, name), _("is there twice"))
    if "key" not in names:
        raise document.refuse((table, "key"), _("this column is missing"))
    document.absent = frozenset(known) - set(names)
    return names


def entry(document: Document, line: int, cells: dict[str, str], troubles: list[tuple[tuple, str]]) -> None:
    """Add one entry from its cells by field; a cell that cannot be read becomes one of its troubles."""
    table = ENTRIES[document.data["kind"]]
    entries = document.data.setdefault(table, [])
    path = (table, len(entries))
    document.lines[path] = line
    found = {}
    for name, cell in cells.items():
        try:
            found[name] = from_cell(name, cell)
        except ValueError as error:
            troubles.append(((name,), str(error)))
    if troubles:
        document.troubles[path] = troubles
    entries.append(found)
