"""A file as plain data that remembers on which line everything stood."""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

LARGEST = 5 * 1024 * 1024
DEEPEST = 20
# Ten thousand pairs with all their fields stay below; more is nonsense that would only cost time.
MOST_VALUES = 400_000


LONGEST_NAME, LONGEST_REASON = 80, 500  # characters in a message


def shown(words: str, longest: int = LONGEST_NAME) -> str:
    """Words of a file as a message may show them: on one line, not endless, nothing that a terminal obeys."""
    plain = "".join(sign if sign.isprintable() else "�" for sign in words[:longest])
    return plain if len(words) <= longest else plain + "…"


class BadFile(ValueError):
    """A refused file: which, on which line (1-based; None: the file as a whole), which field, why."""

    def __init__(self, file, line: int | None, field: str, reason: str, of: str = ""):
        self.file, self.line = str(file), line
        self.field, self.reason = shown(field), shown(reason, LONGEST_REASON)
        where = [self.file]
        if line:
            where.append(_("line %d") % line)
        if field:
            where.append(_("field “%s”") % self.field + (f" ({shown(of)})" if of else ""))
        super().__init__(", ".join(where) + ": " + self.reason)


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
