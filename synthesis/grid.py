"""The grid of a run: every cell of it in order, or an even sample, one cell at a time. Nothing is stored here.

Clients × what is intended × levels of the crossed factors × samples. How many mistakes one session is to show is a
factor of its own kind: with one, each of the chosen pairs has its cells; with two or three each chosen mistake has, and
others are drawn to it; with none, there is one cell for each client and no pair, as in a recipe that plays none.
"""

import heapq
import random
from collections.abc import Iterable, Iterator
from itertools import product
from math import gcd, lcm, prod
from typing import NamedTuple

from accounts.digesting import digest
from guidelines.models import PairRevision
from synthesis.factors import Mistakes
from synthesis.models import Profile


class GridCell(NamedTuple):
    """`pairs`: what is intended, the cell's own first. `factors`: the run's parameters and the cell's levels."""

    profile: Profile
    pairs: tuple[PairRevision, ...]
    factors: dict[str, str]
    sample: int


class Grid:
    """`mistakes`: those of the version, from which others are drawn; needed only where a session shows several.
    `plays_mistakes`: whether the recipe plays any; if not, pairs are none and no level tells how many.
    """

    def __init__(
        self, *, profiles: list[Profile], pairs: list[PairRevision], samples: int, parameters: dict[str, str],
        factors: dict[str, list[str]], mistakes: Iterable[PairRevision] = (),
        plays_mistakes: bool = True,
    ):  # fmt: skip
        self.profiles, self.samples = profiles, samples
        self.parameters = parameters
        self.crossed = {name: levels for name, levels in factors.items() if name != "mistakes"}
        self._mistakes = list(mistakes)
        self._beside: dict[int, tuple[list, list]] = {}
        levels = factors.get("mistakes") or [parameters.get("mistakes", Mistakes.ONE)]
        if not plays_mistakes:
            levels = [Mistakes.NONE]
        layers = [_Layer(self, level, pairs, "mistakes" in factors) for level in levels]
        self._layers = [layer for layer in layers if len(layer)]

    def __len__(self) -> int:
        return sum(map(len, self._layers))

    def __iter__(self) -> Iterator[GridCell]:
        return (cell for layer in self._layers for cell in layer)

    def sample(self, limit: int, seed: int) -> Iterator[GridCell]:
        """`limit` different cells, drawn by the seed, as even as their number allows.

        As many of each number of mistakes (as far as it has cells), and within it each client, each pair, each level
        of each factor and each sample number as often as any other, or once more; each client so over all of them.
        Every cell of a layer has the same chance. Nothing that grows with the grid is held.
        """
        shares = _shares([len(layer) for layer in self._layers], limit, random.Random(seed))
        drawn, before = [], 0
        for number, (layer, share) in enumerate(zip(self._layers, shares, strict=True)):
            # Each goes on with the clients where the one before it stopped, so they must share one order of clients.
            drawn.append(_spaced(layer.sample(share, seed, begin=before), share, number))
            before += share
        # Mixed: whatever part of the run is made first is even too.
        return (cell for _at, _number, cell in heapq.merge(*drawn, key=lambda one: one[:2]))

    def beside(self, own: PairRevision) -> tuple[list[PairRevision], list[PairRevision]]:
        """The other mistakes: those that may occur together with this one, by the word of either, and the rest."""
        if own.pk not in self._beside:
            near, far = [], []
            for one in self._mistakes:
                if one.pair_id != own.pair_id:
                    together = one.pair.key in own.may_co_occur_with or own.pair.key in one.may_co_occur_with
                    (near if together else far).append(one)
            self._beside[own.pk] = near, far
        return self._beside[own.pk]


class _Layer:
    """The cells with one number of mistakes: a whole product."""

    def __init__(self, grid: Grid, level: str, pairs: list[PairRevision], is_crossed: bool):
        self.grid, self.n = grid, Mistakes(level).n
        # Good practice stands alone: it is no mistake that others could come to.
        own = pairs if self.n == 1 else [pair for pair in pairs if not pair.positive]
        self.pairs: list[PairRevision | None] = list(own) if self.n else [None]
        self.more = {"mistakes": level} if is_crossed else {}
        self.axes = [grid.profiles, self.pairs, *grid.crossed.values(), range(grid.samples)]

    def __len__(self) -> int:
        return prod(map(len, self.axes))

    def __iter__(self) -> Iterator[GridCell]:
        for sample in range(self.grid.samples):
            for levels in product(*self.grid.crossed.values()):
                for profile in self.grid.profiles:
                    for pair in self.pairs:
                        yield self._cell(profile, pair, *levels, sample)

    def sample(self, n: int, seed: int, begin: int) -> Iterator[GridCell]:
        """The grid is walked along its diagonals: at each step every axis goes on by one level, so that on each of
        them every level has its turn before any comes again. A diagonal ends where all come round together; another
        begins beside it. Each axis has its levels in an order of its own, by chance.
        """
        sizes = [len(axis) for axis in self.axes]
        # The clients' order is the same in every layer; the others' need not be.
        orders = [random.Random(f"{seed} {at} {'' if at == 0 else self.n}") for at in range(len(sizes))]
        axes = [chance.sample(range(size), size) for chance, size in zip(orders, sizes, strict=True)]
        length, beside = 1, []
        for size in sizes:
            beside.append(gcd(length, size))
            length = lcm(length, size)
        chance = random.Random(f"{seed} diagonals {self.n}")
        diagonals = chance.sample(range(prod(beside)), -(-n // length))
        for step in range(n):
            turn, at = divmod(step, length)
            offset, place = diagonals[turn], []
            for axis, size, ways in zip(axes, sizes, beside, strict=True):
                offset, shift = divmod(offset, ways)
                place.append(axis[(begin + at + shift) % size])
            yield self._cell(*(axis[i] for axis, i in zip(self.axes, place, strict=True)))

    def _cell(self, profile: Profile, pair: PairRevision | None, *rest) -> GridCell:
        *levels, sample = rest
        pairs = () if pair is None else (pair, *self._others(pair, profile, sample))
        crossed = dict(zip(self.grid.crossed, levels, strict=True))
        return GridCell(profile, pairs, self.grid.parameters | self.more | crossed, sample)

    def _others(self, own: PairRevision, profile: Profile, sample: int) -> list[PairRevision]:
        """Mistakes drawn to the cell's own: first of those that the guideline says may occur together with it.

        The draw is by pair, client and sample alone: each candidate draws a number, the lowest win. So the levels of
        all other factors meet the same mistakes, three mistakes are the two with one more, and a mistake that comes
        to the guideline changes few draws.
        """
        wanted = self.n - 1
        if wanted < 1:
            return []
        near, far = self.grid.beside(own)

        def number(one: PairRevision) -> str:
            drawn_by = (own.pair.public_id, profile.public_id, sample, one.pair.public_id)
            return digest([str(part) for part in drawn_by])

        found = sorted(near, key=number)[:wanted]
        return found + sorted(far, key=number)[: wanted - len(found)] if len(found) < wanted else found


def _spaced(cells: Iterator[GridCell], n: int, number: int) -> Iterator[tuple[float, int, GridCell]]:
    """Each cell with where it stands, from 0 to 1, among those of its layer."""
    return (((at + 0.5) / n, number, cell) for at, cell in enumerate(cells))


def _shares(sizes: list[int], limit: int, chance: random.Random) -> list[int]:
    """How many of `limit` each part gives: as many each, or once more by chance; the small ones all that they have."""
    shares, left = [0] * len(sizes), limit
    open_parts = list(range(len(sizes)))
    while left and open_parts:
        each, over = divmod(left, len(open_parts))
        lucky = set(chance.sample(open_parts, over))
        for part in open_parts:
            more = min(each + (part in lucky), sizes[part] - shares[part])
            shares[part] += more
            left -= more
        open_parts = [part for part in open_parts if shares[part] < sizes[part]]
    return shares
