"""Agreement of 10,000 items by 5 raters, 20 % missing: alpha, AC1, Fleiss, each with 1,000 bootstraps, beside peers.

    ./bin/bench agreement

Ours gets three arrays (item, rater, value), as a caller in memory has them, and makes what a page shows: the estimate, the
interval of 1,000 resamples, the one by Gwet's linearised variance, and the notes. Each peer gets its own best input ready
made (krippendorff: counts; irrCAC: a data frame; statsmodels: counts; nltk: triples). None has a bootstrap for this: the
same loop goes round each, which draws items. A loop that would take long is taken ten times and multiplied, marked *. A
peer that cannot take these ratings at all is shown with what it says.

Estimates are equal to 1e-9, and so are ten resamples one by one, or no time is printed. Then a million ratings in a process
of their own, with its memory.
"""

import argparse
import json
import platform
import resource
import subprocess
import sys
import time
from importlib.metadata import version

import numpy as np

from bench.side_by_side import interleaved, table
from review.agreement.arrays import ratings_of
from review.agreement.measures import coefficients
from review.agreement.report import agreement, result

LEVELS = 5
NAMES = [str(level) for level in range(1, LEVELS + 1)]
FEW = 10  # resamples of a loop that would take long
LONG = 0.02  # seconds a call, above which it is
OURS = {"alpha": "krippendorff_alpha", "AC1": "gwet_ac", "Fleiss": "fleiss_kappa"}


def ratings(items: int, raters: int, *, missing: float, seed: int) -> np.ndarray:
    """Levels 1..5 (items by raters), 0 where missing: raters agree on an item's own level, give or take one."""
    rng = np.random.default_rng(seed)
    own = rng.choice(LEVELS, size=(items, 1), p=[0.1, 0.15, 0.2, 0.3, 0.25])
    slips = rng.choice([-1, 0, 0, 0, 1], size=(items, raters))
    given = np.clip(own + slips, 0, LEVELS - 1) + 1
    blank = rng.random((items, raters)) < missing
    blank[blank.all(axis=1), 0] = False  # an item without a rating is left out of ours, and drawn by nobody
    return np.where(blank, 0, given)


def arrays_of(given: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Item, rater and value of each rating."""
    item, rater = np.nonzero(given)
    return item, rater, given[item, rater]


def counts_of(given: np.ndarray) -> np.ndarray:
    """Ratings per item and level."""
    return (given[:, :, None] == np.arange(1, LEVELS + 1)).sum(axis=1)


class Peers:
    """{coefficient: {peer: (what is ready for it, the call)}}; a call takes what is ready and the items that were drawn."""

    def __init__(self, given: np.ndarray):
        import krippendorff
        import pandas as pd
        from irrCAC.raw import CAC
        from nltk.metrics.agreement import AnnotationTask
        from statsmodels.stats.inter_rater import fleiss_kappa

        counts, blank = counts_of(given), np.where(given == 0, np.nan, given)
        levels = list(range(1, LEVELS + 1))

        def cac(of):
            def call(drawn):
                made = CAC(pd.DataFrame(blank[drawn]), weights="identity", categories=levels, digits=15)
                return getattr(made, of)()["est"]["coefficient_value"]

            return call

        def nltk(drawn):
            row, rater = np.nonzero(given[drawn])
            triples = zip(rater.tolist(), row.tolist(), given[drawn][row, rater].tolist(), strict=True)
            return AnnotationTask(data=list(triples)).alpha()

        def of_counts(drawn):
            return krippendorff.alpha(value_counts=counts[drawn], level_of_measurement="nominal")

        self.calls = {
            "alpha": {"krippendorff": of_counts, "nltk": nltk},
            "AC1": {"irrCAC": cac("gwet")},
            "Fleiss": {"irrCAC": cac("fleiss"), "statsmodels": lambda drawn: fleiss_kappa(counts[drawn])},
        }


def draws(items: int, resamples: int, seed: int):
    rng = np.random.default_rng(seed)
    return (rng.integers(items, size=items) for _ in range(resamples))


def seconds_of(call, *arguments) -> tuple[float, object]:
    begun = time.process_time()
    answer = call(*arguments)
    return time.process_time() - begun, answer


def what_cannot(calls: dict, given: np.ndarray) -> dict[str, str]:
    """{peer: why it cannot take these ratings}, which are then left out of the calls."""
    refused = {}
    for name, call in list(calls.items()):
        try:
            call(np.arange(len(given)))
        except (AssertionError, ValueError, ZeroDivisionError, KeyError) as reason:
            refused[name] = f"{type(reason).__name__}: {reason}".strip(": ")
            del calls[name]
    return refused


def require_same(coefficient: str, calls: dict, given: np.ndarray) -> None:
    """The estimate, and the values of ten resamples."""
    ready = ratings_of(*arrays_of(given), scale="nominal", levels=NAMES)
    measure = coefficients(ready, {OURS[coefficient]})[1]
    everything = np.arange(len(given))
    for drawn in [everything, *draws(len(given), FEW, 1)]:
        ours = float(
            measure(np.bincount(drawn, minlength=len(given))[None, :].astype(float))[OURS[coefficient]][0]
        )
        for peer, call in calls.items():
            if peer == "nltk" and drawn is not everything:
                continue  # slow: its estimate, not its resamples
            if not abs(ours - call(drawn)) < 1e-9:
                raise SystemExit(f"{coefficient}: ours says {ours}, {peer} {call(drawn)}")


def with_bootstrap(given: np.ndarray, coefficient: str, calls: dict, rounds: int, resamples: int) -> str:
    arrays, scaled = arrays_of(given), {}

    def ours():
        ready = ratings_of(*arrays, scale="nominal", levels=NAMES)
        return result(ready, bootstrap=resamples, seed=0, only={OURS[coefficient]})

    def loop(call, times):
        return lambda: np.percentile([call(drawn) for drawn in draws(len(given), times, 0)], (2.5, 97.5))

    contenders = {"ours": ours}
    for peer, call in calls.items():
        once, _answer = seconds_of(call, np.arange(len(given)))
        times = FEW if once > LONG else resamples
        name = f"{peer} in a loop" + (f", * {times} of {resamples} resamples" if times < resamples else "")
        contenders[name], scaled[name] = loop(call, times), resamples / times
    interleaved({"ours": ours}, rounds=1)  # imports and caches
    _answers, seconds = interleaved(contenders, rounds=rounds)
    seconds = {name: [one * scaled.get(name, 1) for one in own] for name, own in seconds.items()}
    return table(seconds, to="ours", unit=1, unit_name="s")


def all_at_once(given: np.ndarray, rounds: int, resamples: int) -> str:
    arrays = arrays_of(given)
    rows = [
        (f"item-{i:05}", f"rater-{r}", str(v), None)
        for i, r, v in zip(*map(np.ndarray.tolist, arrays), strict=True)
    ]
    contenders = {
        "from arrays, 1 resampling": lambda: result(
            ratings_of(*arrays, scale="nominal", levels=NAMES), bootstrap=resamples, seed=0
        ),
        "from arrays, estimates alone": lambda: result(
            ratings_of(*arrays, scale="nominal", levels=NAMES), bootstrap=0, seed=0
        ),
        "from rows": lambda: agreement(rows, scale="nominal", levels=NAMES, bootstrap=resamples),
    }
    interleaved(contenders, rounds=1)
    _answers, seconds = interleaved(contenders, rounds=rounds)
    return table(seconds, to="from arrays, 1 resampling")


def million(resamples: int) -> dict:
    """In this process: a million ratings of 200,000 items, from arrays to intervals."""
    arrays = arrays_of(ratings(200_000, 5, missing=0.0, seed=1))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    found = {"ratings": len(arrays[0]), "peak MB before": round(before)}
    for name, bootstrap in (("estimates", 0), (f"with {resamples} bootstraps", resamples)):
        begun = time.perf_counter()
        result(ratings_of(*arrays, scale="nominal", levels=NAMES), bootstrap=bootstrap, seed=0)
        found[f"{name}, s"] = round(time.perf_counter() - begun, 3)
    return found | {"peak MB": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--items", type=int, default=10_000)
    parser.add_argument("--raters", type=int, default=5)
    parser.add_argument("--missing", type=float, default=0.2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--resamples", type=int, default=1000)
    parser.add_argument("--million", action="store_true", help="only that, here; prints JSON")
    asked = parser.parse_args()
    if asked.million:
        print(json.dumps(million(asked.resamples)))
        return
    given = ratings(asked.items, asked.raters, missing=asked.missing, seed=1)
    peers = ("krippendorff", "irrcac", "statsmodels", "nltk", "numpy", "scipy")
    print(f"{asked.items:,} items by {asked.raters} raters, {asked.missing:.0%} missing, nominal, {LEVELS} levels; "
          f"{asked.resamples:,} resamples, {asked.rounds} rounds")  # fmt: skip
    print(f"Python {platform.python_version()}, {', '.join(f'{name} {version(name)}' for name in peers)}")
    print("Estimates, and ten resamples one by one, equal to 1e-9; seconds of the processor\n")
    for coefficient, calls in Peers(given).calls.items():
        refused = what_cannot(calls, given)
        require_same(coefficient, calls, given)
        print(f"{coefficient}\n\n{with_bootstrap(given, coefficient, calls, asked.rounds, asked.resamples)}")
        for peer, reason in refused.items():
            print(f"| {peer} | cannot: {reason} | | | |")
        print(flush=True)
    print(f"All five coefficients at once, ours\n\n{all_at_once(given, 5, asked.resamples)}\n", flush=True)
    own = [sys.executable, "-m", "bench.agreement", "--million", "--resamples", str(asked.resamples)]
    print(subprocess.run(own, check=True, capture_output=True, text=True).stdout)


if __name__ == "__main__":
    main()
