"""What a recipe measures of its instances beside what is measured of every talk (Recipe.measures)."""

from collections import Counter

from synthesis.quality.lengths import distribution
from synthesis.quality.means import Means
from synthesis.quality.rates import rate
from synthesis.quality.spread import spread
from synthesis.recipes import RECIPES
from synthesis.recipes.declaring import Measure


def measures_of(recipe: str) -> tuple[Measure, ...]:
    """None of a recipe that is no longer there."""
    return RECIPES[recipe].measures if recipe in RECIPES else ()


def values_of(content: dict, measures: tuple[Measure, ...]) -> dict[str, list]:
    """{name of a measure: its values in one instance}, JSON-able."""
    return {measure.name: list(measure.of(content)) for measure in measures}


class Own:
    """Add every made instance of a run; memory does not grow with their number."""

    def __init__(self, measures: tuple[Measure, ...]):
        self.measures, self.n = measures, 0
        self._counts = {measure.name: Counter() for measure in measures}
        self._means = {measure.name: Means() for measure in measures if measure.kind == "means"}

    def take(self, found: dict[str, list]) -> None:
        """`values_of` an instance."""
        self.n += 1
        for measure in self.measures:
            values = found.get(measure.name, [])
            if measure.kind == "means":
                self._means[measure.name].take(values)
                continue
            # Of a rate an instance counts once for each choice, however often it has it.
            self._counts[measure.name].update(set(values) if measure.kind == "rate" else values)

    def told(self) -> dict:
        """{name: {kind, found}}: what `spread`, `rate` (by choice), `distribution` or `Means` gives."""
        return {one.name: {"kind": one.kind, "found": self._of(one)} for one in self.measures}

    def _of(self, measure: Measure) -> dict:
        counts = self._counts[measure.name]
        if measure.kind == "spread":
            return spread(counts, levels=len(measure.choices))
        if measure.kind in ("rate", "share"):
            n = self.n if measure.kind == "rate" else sum(counts.values())
            return {choice: rate(counts[choice], n) for choice in measure.choices}
        if measure.kind == "means":
            return self._means[measure.name].told()
        return distribution(counts)
