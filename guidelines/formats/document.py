"""A file as plain data that remembers on which line everything stood."""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

LARGEST = 5 * 1024 * 1024
DEEPEST = 20
# Ten thousand pairs with all their fields stay below; more is nonsense that would only cost time.
MOST_VALUES = 400_000


class BadFile(ValueError):
    """A refused file: which, on which line (1-based; None: the file as a whole), which field, why."""

    def __init__(self, file, line: int | None, field: str, reason: str, of: str = ""):
        self.file, self.line, self.field, self.reason = str(file), line, field, reason
        where = [self.file]
        if line:
            where.append(_("line %d") % line)
        if field:
            where.append(_("field “%s”") % field + (f" ({of})" if of else ""))
        super().__init__(", ".join(where) + ": " + reason)


@dataclass
class Document:
    """`data` is plain; `lines` maps a path such as ("pairs", 2, "shows") to its 1-based line."""

    file: str
    data: object = None
    lines: dict[tuple, int] = field(default_factory=dict)

    def line(self, path: tuple) -> int | None:
        """The line of the longest known part of the path."""
        for length in range(len(path), -1, -1):
            if found := self.lines.get(path[:length]):
                return found
        return 1

    def refuse(self, path: tuple, reason: str, of: str = "") -> BadFile:
        named = [part for part in path if isinstance(part, str)]
        # pairs/3/corrections/1 is a problem of the field corrections of one pair.
        name = named[1] if len(named) > 1 and named[0] in ("pairs", "dimensions") else (named or [""])[0]
        return BadFile(self.file, self.line(path), name, reason, of)
