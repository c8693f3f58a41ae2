"""What changed in a list, item by item: reworded, moved, inserted, removed. Pure."""

from collections import Counter
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from guidelines import moves
from guidelines.word_diff import tokens

# From this share of common words on an item counts as reworded, below it as another one.
ALIKE = 0.4


@dataclass(frozen=True)
class ItemChange:
    """One item as text; `state` same | changed | added | removed. Places count from 1, None: not in that list.

    `moved`: its place among the items that stayed is another one; as few as possible are said to have moved.
    """

    state: str
    before: str
    after: str
    was: int | None
    now: int | None
    moved: bool = False


def items_that_differ(
    before: list,
    after: list,
    *,
    text: Callable[[object], str],
    same_thing: Callable[[object], Hashable] | None = None,
) -> list[ItemChange]:
    """Every item of both, in the order of `after`, those that are gone where they stood.

    `same_thing` names an item where it has a name, as a level has its value; others are found by their words.
    """
    old, new = [text(item) for item in before], [text(item) for item in after]
    names = [[same_thing(item) for item in items] for items in (before, after)] if same_thing else None
    partner = _partners(old, new, names)
    stayed = sorted(partner.values())
    _was, now = moves.moved([str(at) for at in stayed], [str(partner[at]) for at in sorted(partner)])
    rows = []
    for at, words in enumerate(new):
        if at not in partner:
            rows.append(ItemChange("added", "", words, None, at + 1))
            continue
        was = partner[at]
        state = "same" if old[was] == words else "changed"
        rows.append(ItemChange(state, old[was], words, was + 1, at + 1, str(was) in now))
    for at, words in enumerate(old):
        if at not in partner.values():
            rows.insert(_where_it_stood(rows, at), ItemChange("removed", words, "", at + 1, None))
    return rows


def _where_it_stood(rows: list[ItemChange], at: int) -> int:
    """Behind the last of those that stood before it and stayed in their place."""
    return max(
        (n + 1 for n, row in enumerate(rows) if row.was is not None and row.was <= at and not row.moved),
        default=0,
    )


def _partners(old: list[str], new: list[str], names) -> dict[int, int]:
    """{place in new: place in old} of the items that are the same ones; places from 0."""
    if names is not None:
        places = {name: at for at, name in enumerate(names[0])}
        return {at: places[name] for at, name in enumerate(names[1]) if name in places}
    found: dict[int, int] = {}
    free = list(range(len(old)))
    for at, words in enumerate(new):
        if (was := next((n for n in free if old[n] == words), None)) is not None:
            found[at] = was
            free.remove(was)
    words_old, words_new = [_words(text) for text in old], [_words(text) for text in new]
    alike = [
        (_share(words_old[was], words_new[at]), -abs(was - at), at, was)
        for at in range(len(new))
        if at not in found
        for was in free
    ]
    for share, _near, at, was in sorted(alike, reverse=True):
        if share >= ALIKE and at not in found and was in free:
            found[at] = was
            free.remove(was)
    return found


def _words(text: str) -> Counter:
    return Counter(token.strip().lower() for token in tokens(text) if token[0].isalnum())


def _share(a: Counter, b: Counter) -> float:
    """Dice's coefficient over words: 1 the same words, 0 none in common."""
    both = a.total() + b.total()
    return 2 * (a & b).total() / both if both else 0.0
