"""Agreement on a table of items by raters: alpha, AC2 and Fleiss' kappa, with and without a bootstrap.

Ours is the pure function of the `agreement` command, which computes five coefficients and their notes at once.
The peers get their own best input ready made (krippendorff: an array, in the bootstrap counts; irrCAC: a data
frame) and one call per coefficient. They have no bootstrap, so the same loop goes round them, with the same draws.
The floor counts the ratings of each item and level once, as everybody must; per resample, it adds them up.
Estimates and intervals must be equal to 1e-9, or no time is printed.
"""

import argparse
import platform
from importlib.metadata import version

import krippendorff
import numpy as np
import pandas as pd
from irrCAC.raw import CAC

from bench.side_by_side import interleaved, table
from review.agreement.report import agreement, result
from review.agreement.table import tabulate

LEVELS = 5
# Contender: what ours calls the same.
PEERS = {
    "krippendorff, alpha": "krippendorff_alpha",
    "irrCAC, AC2": "gwet_ac",
    "irrCAC, Fleiss": "fleiss_kappa",
}


def ratings(items: int, raters: int, *, missing: float, seed: int) -> np.ndarray:
    """Levels 1..5 (items by raters), 0 where missing: raters agree on an item's own level, give or take one."""
    rng = np.random.default_rng(seed)
    own = rng.choice(LEVELS, size=(items, 1), p=[0.1, 0.15, 0.2, 0.3, 0.25])
    slips = rng.choice([-1, 0, 0, 0, 1], size=(items, raters))
    given = np.clip(own + slips, 0, LEVELS - 1) + 1
    blank = rng.random((items, raters)) < missing
    blank[blank.all(axis=1), 0] = False  # an item without a rating is left out of ours, and drawn by nobody
    return np.where(blank, 0, given)


def counts_of(given: np.ndarray) -> np.ndarray:
    """Ratings per item and level, in one pass."""
    rows = np.arange(len(given))[:, None] * (LEVELS + 1)
    counted = np.bincount((rows + given).ravel(), minlength=len(given) * (LEVELS + 1))
    return counted.reshape(len(given), LEVELS + 1)[:, 1:]


def rows_of(given: np.ndarray) -> list[tuple]:
    """As the command reads them from a file: (item, rater, value, cluster)."""
    return [
        (f"item-{item:05}", f"rater-{rater}", int(value), None)
        for (item, rater), value in np.ndenumerate(given)
        if value
    ]


def alpha(given: np.ndarray) -> float:
    table = np.where(given == 0, np.nan, given).T
    return krippendorff.alpha(reliability_data=table, level_of_measurement="ordinal")


def alpha_of_counts(counts: np.ndarray) -> float:
    return krippendorff.alpha(value_counts=counts, level_of_measurement="ordinal")


def ac2(frame: pd.DataFrame) -> float:
    found = CAC(frame, weights="quadratic", categories=list(range(1, LEVELS + 1)), digits=15).gwet()
    return found["est"]["coefficient_value"]


def fleiss(frame: pd.DataFrame) -> float:
    found = CAC(frame, weights="identity", categories=list(range(1, LEVELS + 1)), digits=15).fleiss()
    return found["est"]["coefficient_value"]


def draws(items: int, resamples: int, seed: int):
    """The items of each resample; the same numbers that ours draws."""
    rng = np.random.default_rng(seed)
    return (rng.integers(items, size=items) for _ in range(resamples))


def bounds(values) -> tuple[float, float]:
    return tuple(float(bound) for bound in np.percentile(list(values), (2.5, 97.5)))


def require_same(answers: dict, ours: str, field: str) -> None:
    for peer, name in PEERS.items():
        own, theirs = answers[ours][name][field], answers[peer]
        apart = np.max(np.abs(np.subtract(own, theirs)))
        if not apart < 1e-9:
            raise SystemExit(f"{name}, {field}: {ours} says {own}, {peer} {theirs}: {apart:.2g} apart")


def with_peers_together(seconds: dict[str, list[float]]) -> dict[str, list[float]]:
    together = [sum(calls) for calls in zip(*(seconds[peer] for peer in PEERS), strict=True)]
    return seconds | {"these three together": together}


def points(given: np.ndarray, rounds: int) -> dict[str, list[float]]:
    rows, frame = rows_of(given), pd.DataFrame(np.where(given == 0, np.nan, given))
    options = {"scale": "ordinal", "levels": range(1, LEVELS + 1)}
    ready = tabulate(rows, **options)
    contenders = {
        "floor": lambda: counts_of(given),
        "ours, from rows": lambda: agreement(rows, bootstrap=0, **options),
        "ours, table ready": lambda: result(_afresh(ready), bootstrap=0, seed=0),
        "krippendorff, alpha": lambda: alpha(given),
        "irrCAC, AC2": lambda: ac2(frame),
        "irrCAC, Fleiss": lambda: fleiss(frame),
    }
    interleaved(contenders, rounds=1)  # imports and caches
    answers, seconds = interleaved(contenders, rounds=rounds)
    for ours in ("ours, from rows", "ours, table ready"):
        require_same(answers, ours, "estimate")
    return with_peers_together(seconds)


def _afresh(ready):
    """The same table without what it has counted already."""
    return type(ready)(
        ready.scale, ready.codes, ready.levels, ready.declared, ready.clusters, ready.clustered
    )


def bootstraps(given: np.ndarray, rounds: int, resamples: int) -> dict[str, list[float]]:
    rows, counts, blank = rows_of(given), counts_of(given), np.where(given == 0, np.nan, given)
    options = {"scale": "ordinal", "levels": range(1, LEVELS + 1), "bootstrap": resamples, "seed": 0}

    def around(measure, table):
        return bounds(measure(table(drawn)) for drawn in draws(len(given), resamples, 0))

    contenders = {
        "floor": lambda: [counts[drawn].sum(axis=0) for drawn in draws(len(given), resamples, 0)],
        "ours, from rows": lambda: agreement(rows, **options),
        "krippendorff, alpha": lambda: around(alpha_of_counts, lambda drawn: counts[drawn]),
        "irrCAC, AC2": lambda: around(ac2, lambda drawn: pd.DataFrame(blank[drawn])),
        "irrCAC, Fleiss": lambda: around(fleiss, lambda drawn: pd.DataFrame(blank[drawn])),
    }
    answers, seconds = interleaved(contenders, rounds=rounds)
    require_same(answers, "ours, from rows", "ci")
    return with_peers_together(seconds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--items", type=int, default=10_000)
    parser.add_argument("--raters", type=int, default=5)
    parser.add_argument("--missing", type=float, default=0.2)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--resamples", type=int, default=1000)
    parser.add_argument("--bootstrap-rounds", type=int, default=3)
    asked = parser.parse_args()
    given = ratings(asked.items, asked.raters, missing=asked.missing, seed=1)
    used = ", ".join(f"{name} {version(name)}" for name in ("krippendorff", "irrcac", "numpy", "scipy"))
    print(
        f"{asked.items} items by {asked.raters} raters, {asked.missing:.0%} missing, ordinal, {LEVELS} levels"
    )
    print(f"Python {platform.python_version()}, {used}; estimates and intervals equal to 1e-9\n")
    plain = points(given, asked.rounds)
    print(f"Estimates, {asked.rounds} rounds\n\n{table(plain, to='floor')}\n", flush=True)
    resampled = bootstraps(given, asked.bootstrap_rounds, asked.resamples)
    print(f"With a bootstrap of {asked.resamples}, {asked.bootstrap_rounds} rounds\n")
    print(table(resampled, to="floor", unit=1, unit_name="s"))


if __name__ == "__main__":
    main()
