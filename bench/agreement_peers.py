"""What irrCAC and krippendorff say of random tables, kept for the tests, whose own environment has neither of them.

They are not requirements of the app nor of its tests: irrCAC pins an older scipy, krippendorff is under the GPL. So their
answers are recorded, with the tables: `./bin/bench agreement_peers > tests/review/agreement/peers.json`.
"""

import json
import warnings
from importlib.metadata import version

import krippendorff
import numpy as np
import pandas as pd
from irrCAC.raw import CAC

TABLES = 24
WEIGHTINGS = ("identity", "linear", "quadratic", "ordinal", "radical", "ratio")
COEFFICIENTS = {
    "krippendorff_alpha": "krippendorff", "gwet_ac": "gwet", "fleiss_kappa": "fleiss", "conger_kappa": "conger",
    "brennan_prediger": "bp",
}  # fmt: skip
METRICS = ("nominal", "ordinal", "interval", "ratio")


def random_table(rng: np.random.Generator) -> np.ndarray:
    """Items by raters, levels 1..q, 0 where missing; each rater rates something, and raters agree somewhat."""
    items, raters, q = rng.integers(6, 25), rng.integers(2, 6), rng.integers(2, 6)
    own = rng.integers(1, q + 1, size=(items, 1))
    given = np.where(rng.random((items, raters)) < 0.6, own, rng.integers(1, q + 1, size=(items, raters)))
    given[rng.random((items, raters)) < rng.choice([0.0, 0.15, 0.35])] = 0
    kept = given[(given > 0).any(axis=1)]
    kept[:2] = np.arange(1, 3)[:, None]  # two levels, and every rater has rated
    return kept


def answers(given: np.ndarray) -> dict:
    frame = pd.DataFrame(np.where(given == 0, np.nan, given.astype(float)))
    levels = [float(level) for level in np.unique(given[given > 0])]
    found = {}
    for weighting in WEIGHTINGS:
        cac = CAC(frame, weights=weighting, categories=levels, digits=12)
        found[weighting] = {
            ours: [float(getattr(cac, theirs)()["est"][field]) for field in ("coefficient_value", "se")]
            for ours, theirs in COEFFICIENTS.items()
        }
    table = np.where(given == 0, np.nan, given.astype(float)).T
    alphas = {
        metric: float(krippendorff.alpha(reliability_data=table, level_of_measurement=metric))
        for metric in METRICS
    }
    return {"table": given.tolist(), "irrCAC": found, "krippendorff": alphas}


def main() -> None:
    warnings.simplefilter("ignore")
    rng = np.random.default_rng(71)
    made_with = {name: version(name) for name in ("irrcac", "krippendorff")}
    tables = [answers(random_table(rng)) for _table in range(TABLES)]
    print(json.dumps({"made_with": made_with, "tables": tables}, allow_nan=False))


if __name__ == "__main__":
    main()
