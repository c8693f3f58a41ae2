"""Means over sessions of something that each session has by name, such as how a model did in it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

# Below so many sessions an interval says nothing.
LEAST = 5


@dataclass
class Means:
    """Add the values of one session after the other. A session counts once for each name, by the mean of its values: what
    it says twice of the same is not independent.
    """

    _sums: dict[str, list[float]] = field(default_factory=dict)

    def take(self, values: Iterable[tuple[str, float]]) -> None:
        of: dict[str, list[float]] = {}
        for name, value in values:
            of.setdefault(name, []).append(value)
        for name, found in of.items():
            mean = sum(found) / len(found)
            kept = self._sums.setdefault(name, [0, 0.0, 0.0])
            kept[0], kept[1], kept[2] = kept[0] + 1, kept[1] + mean, kept[2] + mean * mean

    def told(self) -> dict:
        """{name: {n, mean, low, high}}: n sessions, the mean and Student's interval at 95 % over them, both None under five
        sessions; the highest mean first.
        """
        found = {name: _told(*sums) for name, sums in self._sums.items()}
        return dict(sorted(found.items(), key=lambda one: (-one[1]["mean"], one[0])))


def rows(found: dict, called: dict[str, str]) -> list[list[str]]:
    """What `told` gives as cells: name, sessions, mean, interval."""
    return [
        [called.get(name, name), f"{one['n']:,}", f"{one['mean']:.2f}", _between(one)]
        for name, one in found.items()
    ]


def _between(mean: dict) -> str:
    return "–" if mean["low"] is None else f"{mean['low']:.2f} – {mean['high']:.2f}"


def _told(n: int, total: float, squares: float) -> dict:
    mean = total / n
    if n < LEAST:
        return {"n": n, "mean": mean, "low": None, "high": None}
    from scipy.stats import t  # slow to load

    variance = max(0.0, squares - n * mean * mean) / (n - 1)
    half = float(t.ppf(0.975, n - 1)) * (variance / n) ** 0.5
    return {"n": n, "mean": mean, "low": mean - half, "high": mean + half}
