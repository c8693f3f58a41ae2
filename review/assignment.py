"""Who reads what: balanced, random, and each item by as many raters as it needs. Pure."""

import random
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

FEWEST_WITH_REPEATS = 10


@dataclass(frozen=True)
class Need:
    """An item: how many readers it needs, and who may read it."""

    readers: int
    allowed: tuple[Hashable, ...]


def unaided_count(n: int, share: float) -> int:
    """How many of `n` items are read without the draft (methods.md §2)."""
    if n < 10 or share <= 0:
        return 0
    planned = round(n * share)
    return min(n, max(planned, 30)) if n >= 60 else planned


def draw_share(n: int, share: float, *, seed: int) -> set[int]:
    """Positions of the items that several read: at least one where the share is not nought."""
    drawn = min(n, max(1, round(n * share))) if share > 0 else 0
    return set(random.Random(f"doubly/{seed}").sample(range(n), drawn))


def draw_repeats(n: int, share: float, *, seed: str) -> list[int]:
    """Which of a reader's `n` sessions she is given once more, in the order in which they come again; none where she has
    so few that she would know them again.
    """
    drawn = round(n * share) if n >= FEWEST_WITH_REPEATS else 0
    return random.Random(f"repeats/{seed}").sample(range(n), drawn)


def draw_unaided(n: int, share: float, *, seed: int) -> set[int]:
    """Positions of the unaided items: the same for the same seed."""
    return set(random.Random(f"arms/{seed}").sample(range(n), unaided_count(n, share)))


def assign(
    needs: Sequence[Need], *, seed: int | str, load: Mapping[Hashable, int] | None = None,
    room: Mapping[Hashable, int] | None = None,
) -> list[tuple[Hashable, ...]]:  # fmt: skip
    """Return the readers of each item, fewer where fewer are allowed. The least loaded come first, ties at random; scarce
    readers are placed first. `load`: what each has to read already. `room`: how many more each may be given; None: any
    number.
    """
    draw = random.Random(f"readers/{seed}")
    load, room = dict(load or {}), None if room is None else dict(room)
    chosen: list[tuple[Hashable, ...]] = [()] * len(needs)
    order = list(range(len(needs)))
    draw.shuffle(order)
    for index in sorted(order, key=lambda i: len(needs[i].allowed) - needs[i].readers):
        need = needs[index]
        free = [rater for rater in need.allowed if room is None or room[rater] > 0]
        ranked = sorted(free, key=lambda rater: (load.get(rater, 0), draw.random()))
        chosen[index] = tuple(ranked[: need.readers])
        for rater in chosen[index]:
            load[rater] = load.get(rater, 0) + 1
            if room is not None:
                room[rater] -= 1
    return chosen
