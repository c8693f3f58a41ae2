"""A page of what differs between two versions: counted over all of it, with texts only of what is on the page."""

from collections import Counter
from dataclasses import dataclass

from guidelines import comparing
from guidelines.comparing import STATES, EntryChange
from guidelines.models import Version

PAGE = 50


@dataclass(frozen=True)
class Differing:
    """`changes` are those of the page, without their fields; `names` of every entry of both versions.

    `differ` and `same` count the entries, `counts` those that differ by how, `found` those that were asked for;
    `before` and `after` are the keys at which the pages beside this one begin.
    """

    changes: list[EntryChange]
    names: dict[str, str]
    counts: dict[str, int]
    differ: int
    same: int
    found: int
    before: str | None
    after: str | None


def page(a: Version, b: Version, *, only: str, start: str) -> Differing:
    """Of those that differ in the way that `only` names, or in any, the page that begins with the entry `start`."""
    every = comparing.entries_that_differ(a, b)
    differ = [change for change in every if change.state != "same"]
    counts = Counter(state for change in differ for state in STATES if change.is_in(state))
    found = [change for change in differ if not only or change.is_in(only)]
    at = next((n for n, change in enumerate(found) if change.key == start), 0)
    return Differing(
        changes=found[at : at + PAGE],
        names={change.key: change.name for change in every},
        counts={state: counts[state] for state in STATES},
        differ=len(differ),
        same=len(every) - len(differ),
        found=len(found),
        before=found[max(0, at - PAGE)].key if at else None,
        after=found[at + PAGE].key if at + PAGE < len(found) else None,
    )
