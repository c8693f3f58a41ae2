"""The words, parts and measures in which a recipe declares how it is chosen, shown and measured. Pure."""

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Words:
    """What something is called, what it does in a sentence, and what each of its choices is called."""

    label: str
    help: str = ""
    choices: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Part:
    """A titled part of a page: what was said, each with whose it is; the label may be empty."""

    title: str
    lines: list[tuple[str, str]]


@dataclass(frozen=True)
class Told:
    """What a page shows of an instance beside its turns: parts before and after them, and behind a turn, by its id."""

    before: list[Part] = field(default_factory=list)
    behind: dict[int, Part] = field(default_factory=dict)
    after: list[Part] = field(default_factory=list)


@dataclass(frozen=True)
class Measure:
    """One line of a quality report. `of(content)` gives its values in one made instance: none, one, or many.

    `kind`: "spread" (over `choices`; a collapse alarms), "rate" (share of instances with each of `choices`), "share" (of
    all values the share that is each of `choices`), "number" (how numbers are distributed), or "means" (values are
    [name, number]: of each name the mean over instances; `choices` says what names are called that are known beforehand).
    `alarms` {choice: (limit, words)} of a rate or a share: above the limit, with its whole interval, a person should look.
    """

    name: str
    kind: str
    label: str
    of: Callable[[dict], list]
    about: str = ""
    choices: dict[str, str] = field(default_factory=dict)
    alarms: dict[str, tuple[float, str]] = field(default_factory=dict)
