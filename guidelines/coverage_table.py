"""Every pair of a guideline with its numbers: sorted by one of them, and cut into pages. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from guidelines.coverage import Coverage

PAGE = 50
LONGEST = 200
NAME, AGREEMENT = "name", "agreement"


@dataclass(frozen=True)
class Line:
    """A pair; `gone` where neither the draft nor the version in force holds it."""

    key: str
    name: str
    gone: bool
    positive: bool
    numbers: Coverage


# What a column sorts by; None where it has no number. The share of corrected sessions goes by what is to be
# expected of further ones, so that one bad session of one does not come before ninety of a hundred.
COLUMNS: dict[str, Callable[[Line], float | None]] = {
    "corrected": lambda line: line.numbers.expected,
    "made": lambda line: line.numbers.made,
    "accepted": lambda line: line.numbers.accepted,
    "edited": lambda line: line.numbers.edited,
    "rejected": lambda line: line.numbers.rejected,
    AGREEMENT: lambda line: line.numbers.agreement and line.numbers.agreement.alpha.value,
    "showed": lambda line: line.numbers.showed and line.numbers.showed.value,
    "missed": lambda line: line.numbers.missed and line.numbers.missed.value,
}
# What one looks for first: much correcting, much missing; little agreement, little showing.
FIRST_LOW = {NAME, AGREEMENT, "showed"}


@dataclass(frozen=True)
class Asked:
    """What a reader asked for: `by` a column, `turned` round, names that hold these `words`, from row `start`."""

    by: str = "corrected"
    turned: bool = False
    words: str = ""
    start: int = 0

    @classmethod
    def of(cls, data, start: int | None) -> "Asked":
        """From the fields of a request; what is not understood asks for nothing."""
        by = data.get("by", "")
        words = "".join(sign for sign in data.get("words", "")[:LONGEST] if sign.isprintable()).strip()
        return cls(
            by if by in COLUMNS or by == NAME else "corrected", data.get("turned") == "1", words, start or 0
        )

    @property
    def rising(self) -> bool:
        return (self.by in FIRST_LOW) != self.turned

    @property
    def address(self) -> str:
        kept = {"by": self.by, "turned": int(self.turned), "words": self.words, "start": self.start}
        return "?" + urlencode({name: value for name, value in kept.items() if value})

    def sorted_by(self, column: str) -> "Asked":
        """The address of a column's head: by it, or the other way round where it is so already."""
        return replace(self, by=column, turned=column == self.by and not self.turned, start=0)


@dataclass(frozen=True)
class Page:
    lines: list[Line]
    found: int
    before: str
    after: str


def page(lines: Iterable[Line], asked: Asked) -> Page:
    """One page of what was asked for. What has no number comes last, whichever way round."""
    words = asked.words.casefold().split()
    found = [line for line in lines if all(word in line.name.casefold() for word in words)]
    ordered = _ordered(found, asked)
    start = asked.start if asked.start < len(ordered) else 0
    at = {"before": max(0, start - PAGE), "after": start + PAGE}
    there = {"before": start > 0, "after": at["after"] < len(ordered)}
    turning = {name: replace(asked, start=at[name]).address if there[name] else "" for name in at}
    return Page(ordered[start : start + PAGE], len(ordered), **turning)


def _ordered(lines: list[Line], asked: Asked) -> list[Line]:
    by_name = sorted(lines, key=lambda line: line.name.casefold())
    if asked.by == NAME:
        return by_name if asked.rising else by_name[::-1]
    number = COLUMNS[asked.by]
    with_number = [line for line in by_name if number(line) is not None]
    without = [line for line in by_name if number(line) is None]
    return [*sorted(with_number, key=number, reverse=not asked.rising), *without]
