"""How often the intervals of random-effects ICCs hold what was planted, in simulated tables with cells missing by design.

`./bin/bench icc_coverage`. Items and raters are drawn anew for each table, as the Monte Carlo interval is over both. The
bootstrap is over items, for these raters, so it is asked about ICC(C,1) only, which does not hang on who the raters are.
"""

import argparse

import numpy as np

from review.agreement.random_effects import random_effects_icc

# Items, raters, share missing, variances between items, between raters, and left.
SHAPES = [
    (50, 3, 0.0, (1, 0.3, 0.7)), (50, 5, 0.0, (1, 0.3, 0.7)), (50, 5, 0.4, (1, 0.3, 0.7)),
    (50, 5, 0.4, (1, 0.05, 0.7)), (200, 5, 0.2, (1, 0.3, 0.7)), (200, 12, 0.8, (1, 0.3, 0.7)),
    (200, 12, 0.8, (0.3, 0.1, 1)),
]  # fmt: skip


def table(rng, items, raters, missing, between) -> list[tuple]:
    s, r, e = np.sqrt(between)
    scores = rng.normal(0, s, (items, 1)) + rng.normal(0, r, raters) + rng.normal(0, e, (items, raters))
    there = rng.random(scores.shape) >= missing
    there[np.arange(items), rng.integers(raters, size=items)] = True
    return [(int(i), int(j), float(scores[i, j]), None) for i, j in np.argwhere(there)]


def coverage(shape, tables: int, resamples: int) -> dict[str, float]:
    s, r, e = shape[-1]
    planted = {"ICC(A,1)": s / (s + r + e), "ICC(C,1)": s / (s + e)}
    held = {"Monte Carlo, ICC(A,1)": [], "Monte Carlo, ICC(C,1)": [], "bootstrap, ICC(C,1)": []}
    rng = np.random.default_rng(17)
    for number in range(tables):
        found = random_effects_icc(table(rng, *shape), bootstrap=resamples, seed=number)["icc"]
        for name, value in planted.items():
            ends = found[name]["ci_analytic"]
            held[f"Monte Carlo, {name}"].append(bool(ends) and ends["low"] <= value <= ends["high"])
        low, high = found["ICC(C,1)"]["ci"]
        held["bootstrap, ICC(C,1)"].append(low <= planted["ICC(C,1)"] <= high)
    return {name: float(np.mean(said)) for name, said in held.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tables", type=int, default=400)
    parser.add_argument("--resamples", type=int, default=400)
    asked = parser.parse_args()
    print(f"{asked.tables} tables each, {asked.resamples} resamples; 95 % is meant\n")
    print(
        "| items | raters | missing | items : raters : left | Monte Carlo, A | Monte Carlo, C | bootstrap, C |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for shape in SHAPES:
        found = coverage(shape, asked.tables, asked.resamples)
        items, raters, missing, between = shape
        shares = " | ".join(f"{share:.3f}" for share in found.values())
        print(
            f"| {items} | {raters} | {missing:.0%} | {' : '.join(map(str, between))} | {shares} |", flush=True
        )


if __name__ == "__main__":
    main()
