"""A file as plain data that remembers on which line everything stood."""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

# Ten thousand pairs with all their fields stay below both; more is nonsense that would only cost time.
LARGEST = 20 * 1024 * 1024
MOST_VALUES = 1_000_000
DEEPEST = 20


LONGEST_NAME, LONGEST_REASON = 80, 500  # characters in a message


def shown(words: str, longest: int = LONGEST_NAME) -> str:
    """Words of a file as a message may show them: on one line, not endless, nothing that a terminal obeys."""
    plain = "".join(sign if sign.isprintable() else "�" for sign in words[:longest])
    return plain if len(words) <= longest else plain + "…"


class BadFile(ValueError):
    """A refused file: which, on which line (1-based; None: the file as a whole), which field, why.

    In a spreadsheet the line is the row of a `sheet`, and `column` the letter over the field.
    """

    def __init__(
        self, file, line: int | None, field: str, reason: str, of: str = "", sheet: str = "", column: str = ""
    ):
        self.file, self.line, self.sheet, self.column = str(file), line, shown(sheet), column
        self.field, self.reason = shown(field), shown(reason, LONGEST_REASON)
        where = [self.file, self.place] if self.place else [self.file]
        if field:
            where.append(_("field “%s”") % self.field + (f" ({shown(of)})" if of else ""))
        super().__init__(", ".join(where) + ": " + self.reason)

    @property
    def place(self) -> str:
        """Where in the file, as its reader looks for it: a line, or a sheet with row and column."""
        found = [_("sheet “%s”") % self.sheet] if self.sheet else []
        if self.line:
            found.append((_("row %d") if self.sheet else _("line %d")) % self.line)
        if self.column:
            found.append(_("column %s") % self.column)
        return ", ".join(found)


@dataclass
class Document:
    """`data` is plain; `lines` maps a path such as ("pairs", 2, "shows") to its 1-based line.

    Tables say more: `troubles` are cells that could not be read, by the path of their entry as (path in it,
    reason); `absent` the fields without a column. In a spreadsheet `sheets` maps the first part of a path to its
    sheet ("" for every other), `letters` a field to its column. `read_as` says how a text file of tables was read.
    """

    file: str
    data: object = None
    lines: dict[tuple, int] = field(default_factory=dict)
    troubles: dict[tuple, list[tuple[tuple, str]]] = field(default_factory=dict)
    absent: frozenset[str] = frozenset()
    sheets: dict[str, str] = field(default_factory=dict)
    letters: dict[str, str] = field(default_factory=dict)
    read_as: str = ""

    def line(self, path: tuple) -> int | None:
        """The line of the longest known part of the path."""
        for length in range(len(path), -1, -1):
            if found := self.lines.get(path[:length]):
                return found
        return 1

    def refuse(self, path: tuple, reason: str, of: str = "") -> BadFile:
        named = [part for part in path if isinstance(part, str)]
        inside = len(named) > 1 and named[0] in ("pairs", "dimensions", "translations")
        # pairs/3/corrections/1 is a problem of the field corrections of one pair.
        name = named[1] if inside else (named or [""])[0]
        sheet = self.sheets.get((named or [""])[0], self.sheets.get("", ""))
        letter = self.letters.get(name, "") if inside else ""
        return BadFile(self.file, self.line(path), name, reason, of, sheet, letter)
