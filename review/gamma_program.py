"""Run by the interpreter of an environment that has pygamma-agreement, never imported by the app (review/gamma.py).

{"units": [[rater, label, start, end]], "seed", "precision"} on standard input; the last line of standard output is
{"gamma", "gamma_cat", "samples"}.
"""

import json
import sys

import numpy as np


def main() -> None:
    from pyannote.core import Segment
    from pygamma_agreement import CombinedCategoricalDissimilarity, Continuum, ShuffleContinuumSampler

    asked = json.load(sys.stdin)
    np.random.seed(asked["seed"])  # the package draws from the global generator
    continuum = Continuum()
    for rater, label, start, end in asked["units"]:
        continuum.add(rater, Segment(start, end), label)
    # Weights as in Mathet et al. (2015): position counts three times what the label does.
    alike = CombinedCategoricalDissimilarity(alpha=3, beta=1, delta_empty=1)
    # Chance as in the paper: each reader's own stretches, shifted by a random length (the package's default invents some).
    sampler = ShuffleContinuumSampler()
    found = continuum.compute_gamma(alike, sampler=sampler, precision_level=asked["precision"])
    cat = float(found.gamma_cat)
    answer = {
        "gamma": float(found.gamma),
        "gamma_cat": cat if cat == cat else None,
        "samples": int(found.n_samples),
    }
    print("\n" + json.dumps(answer))


if __name__ == "__main__":
    main()
