"""How often our 95 % intervals hold the true value, in tables whose true value is known.

    ./bin/bench coverage [--replications 2000] [--write]

Two levels, of which the more frequent has the prevalence .5, .9 or .98; 20, 50 or 200 items; 2 or 5 raters; items alone,
or about four to a client. Raters agree because they know (with the chance .7 all say an item's own level) or by chance
(each says a level by itself, as often as its prevalence); where items have clients, both the chance to know and the
prevalence differ between clients (beta, intra-client correlations .1 and .2). The true value is exact: the coefficient of
the chances of all rating patterns, weighted as in a table without end. Every table goes through
`review.agreement.report.result`, as a page's does, so the intervals are those that are shown.

Then tables with missing cells, as rounds have them: of some clients every session is read by two, of the others by one; and
such in which every client has one session that two read.

Then weighed tables, as rounds have them in which what seems doubtful is read first: sessions that raters judge by chance
are mostly marked as doubtful (.8, of the others .2); a marked one is always chosen, another with the chance .5, .25 or .1.
Each session weighs one over its chance, and the true value is that of all sessions, chosen or not. How many are chosen is
chance too; the table names the mean.

`--write` keeps what was found in review/agreement/coverage.json, which the pages ask, and in the tables of
docs/agreement.md.
"""

import argparse
import json
import sys
import time
from dataclasses import asdict, dataclass, replace
from datetime import date
from itertools import product
from multiprocessing import Pool
from pathlib import Path

import numpy as np
from scipy.special import betaln

from review.agreement.measures import coefficients
from review.agreement.report import result
from review.agreement.table import Ratings

ROOT = Path(__file__).resolve().parents[1]
KEPT, PAGE = ROOT / "review" / "agreement" / "coverage.json", ROOT / "docs" / "agreement.md"
LEVELS = ("no", "yes")
ITEMS, PREVALENCES, RATERS = (20, 50, 200), (0.5, 0.9, 0.98), (2, 5)
ALPHA = 0.7
ALIKE_KNOWING, ALIKE_PREVALENCE, OF_EACH = 0.1, 0.2, 4
# Of clients with four items each: how many there are, of how many items are read by two, and how many of each.
PARTLY = ((25, 3, 4), (25, 8, 4), (25, 15, 4), (60, 25, 4), (120, 40, 2), (60, 60, 1))
# Of weighed tables: how many sessions are chosen in the mean, and the chance of those that are not marked.
WEIGHED = tuple(product((50, 200), (0.5, 0.25, 0.1)))
MARKED = {"by chance": 0.8, "known": 0.2}  # how often a session is marked as doubtful
ENDLESS = 1e12  # items
WANTED = 0.93


@dataclass(frozen=True)
class Cell:
    n_items: int
    prevalence: float
    n_raters: int
    clustered: bool

    @property
    def n_clusters(self) -> int:
        return self.n_items // OF_EACH if self.clustered else self.n_items


@dataclass(frozen=True)
class Partly(Cell):
    """`n_paired_clusters` of the clients have `paired_of_each` items that both raters rated; all others one rated."""

    n_paired_clusters: int
    paired_of_each: int

    def without_the_missing(self, ratings: Ratings) -> Ratings:
        client = ratings.clusters
        # The items of a client are numbered n_clusters apart.
        place = np.arange(self.n_items) // self.n_clusters
        codes = ratings.codes.copy()
        once = (client >= self.n_paired_clusters) | (place >= self.paired_of_each)
        codes[once, np.arange(self.n_items)[once] % 2] = -1
        return replace(ratings, codes=codes)


@dataclass(frozen=True)
class Weighed(Cell):
    """`n_items` are chosen in the mean; a session that is not marked as doubtful with the chance `unmarked`."""

    unmarked: float

    @property
    def n_offered(self) -> int:
        """Sessions of whom so many are chosen in the mean; with clients, as many of each."""
        marked = ALPHA * MARKED["known"] + (1 - ALPHA) * MARKED["by chance"]
        offered = self.n_items / (marked + (1 - marked) * self.unmarked)
        return self.n_clusters * round(offered / self.n_clusters) if self.clustered else round(offered)

    def chosen(self, ratings: Ratings, knows: np.ndarray, rng: np.random.Generator) -> Ratings:
        """`knows`: of each session offered whether its raters knew. The weights are 1 in the mean, as everywhere."""
        marked = rng.random(len(knows)) < np.where(knows, MARKED["known"], MARKED["by chance"])
        chance = np.where(marked, 1.0, self.unmarked)
        kept = rng.random(len(knows)) < chance
        weights = 1 / chance[kept]
        return replace(
            ratings,
            codes=ratings.codes[kept],
            clusters=ratings.clusters[kept],
            weights=weights / weights.mean(),
        )


PARTLY_CELLS = [
    Partly(OF_EACH * clients, prevalence, 2, True, paired, of_each)
    for clients, paired, of_each in PARTLY
    for prevalence in (0.5, 0.9)
]
WEIGHED_CELLS = [
    Weighed(n_items, prevalence, 2, clustered, unmarked)
    for n_items, unmarked in WEIGHED
    for prevalence in (0.5, 0.9)
    for clustered in (False, True)
]
CELLS = [Cell(*each) for each in product(ITEMS, PREVALENCES, RATERS, (False, True))]


def patterns(raters: int) -> np.ndarray:
    """All rating patterns, patterns by raters, 0 or 1."""
    return np.array(list(product((0, 1), repeat=raters)), np.int16)


def chances(cell: Cell) -> np.ndarray:
    """Of each pattern, over all clients."""
    given = patterns(cell.n_raters)
    yes, no = given.sum(axis=1), cell.n_raters - given.sum(axis=1)
    p = cell.prevalence
    if cell.clustered:
        both = 1 / ALIKE_PREVALENCE - 1
        a, b = p * both, (1 - p) * both
        by_chance = np.exp(betaln(a + yes, b + no) - betaln(a, b))
    else:
        by_chance = p**yes * (1 - p) ** no
    known = np.where(no == 0, p, np.where(yes == 0, 1 - p, 0.0))
    return ALPHA * known + (1 - ALPHA) * by_chance


def truth(cell: Cell) -> dict[str, float]:
    given = patterns(cell.n_raters)
    table = Ratings("nominal", given, LEVELS, True, np.arange(len(given)), False)
    found = coefficients(table)[1](ENDLESS * chances(cell)[None, :])
    return {name: float(values[0]) for name, values in found.items()}


def draw(cell: Cell, rng: np.random.Generator) -> Ratings:
    n = cell.n_offered if isinstance(cell, Weighed) else cell.n_items
    n_clusters = cell.n_clusters if cell.clustered else n
    clusters = np.arange(n) % n_clusters
    p, known = np.full(n_clusters, cell.prevalence), np.full(n_clusters, ALPHA)
    if cell.clustered:
        p, known = (
            rng.beta(mean * (1 / alike - 1), (1 - mean) * (1 / alike - 1), n_clusters)
            for mean, alike in ((cell.prevalence, ALIKE_PREVALENCE), (ALPHA, ALIKE_KNOWING))
        )
    shape = (n, cell.n_raters)
    own = rng.random((n, 1)) < p[clusters][:, None]
    guessed = rng.random(shape) < p[clusters][:, None]
    knows = rng.random((n, 1)) < known[clusters][:, None]
    codes = np.where(knows, own, guessed).astype(np.int16)
    drawn = Ratings("nominal", codes, LEVELS, True, clusters, cell.clustered)
    if isinstance(cell, Partly):
        return cell.without_the_missing(drawn)
    return cell.chosen(drawn, knows[:, 0], rng) if isinstance(cell, Weighed) else drawn


def simulate(cell: Cell, replications: int, resamples: int, seed: int) -> dict[str, dict]:
    """{interval: {"true", "made", "none", "held", "below", "above", "width"}} of so many tables: how many had one or none,
    how many held the true value, lay wholly below or above it, and the mean width.
    """
    true, rng = truth(cell), np.random.default_rng(seed)
    found: dict[str, dict] = {}
    for replication in range(replications):
        answer = result(draw(cell, rng), bootstrap=resamples, seed=replication)
        for name, value in true.items():
            given = answer[name]
            analytic = given["ci_analytic"] and (given["ci_analytic"]["low"], given["ci_analytic"]["high"])
            for kind, ci in ((name, given["ci"]), (f"{name}, analytic", analytic)):
                counted = found.setdefault(
                    kind,
                    {"true": value, "made": 0, "none": 0}
                    | dict.fromkeys(("held", "below", "above", "width"), 0),
                )
                if ci is None:
                    counted["none"] += 1
                    continue
                # Rounding must not decide where an interval ends exactly at the truth.
                low, high = ci[0] - 1e-9, ci[1] + 1e-9
                side = "held" if low <= value <= high else "below" if high < value else "above"
                counted["made"] += 1
                counted[side] += 1
                counted["width"] += ci[1] - ci[0]
    for counted in found.values():
        counted["width"] = round(counted["width"] / counted["made"], 4) if counted["made"] else None
    return {kind: counted for kind, counted in found.items() if counted["made"] or ", " not in kind}


def one(job) -> dict:
    cell, asked = job
    started = time.perf_counter()
    found = simulate(cell, asked.replications, asked.resamples, asked.seed)
    print(f"{cell}: {time.perf_counter() - started:.0f} s", file=sys.stderr, flush=True)
    about = asdict(cell) | {"n_clusters": cell.n_clusters}
    if isinstance(cell, Weighed):
        about["evenness"] = evenness(cell, asked.seed)
    return about | {"intervals": found}


def evenness(cell: Weighed, seed: int) -> float:
    """The mean of Ratings.evenness in such tables."""
    rng = np.random.default_rng(seed)
    return round(float(np.mean([draw(cell, rng).evenness for _table in range(400)])), 4)


def table(cells: list[dict], names: dict[str, str]) -> str:
    """A Markdown table of percentages: how many of the intervals held the true value; `*`: of tables that had one, where
    fewer than 99 % had; bold under WANTED.
    """
    lines = [
        f"| items | more frequent level | raters | clients | {' | '.join(names.values())} |",
        f"|---:|---:|---:|---:|{'---:|' * len(names)}",
    ]
    for cell in cells:
        clients = str(cell["n_clusters"]) if cell["clustered"] else "as many"
        line = [str(cell["n_items"]), f"{cell['prevalence']:.2f}", str(cell["n_raters"]), clients]
        lines.append(f"| {' | '.join(line + [_percent(cell['intervals'].get(name)) for name in names])} |")
    return "\n".join(lines)


def table_of_partly(cells: list[dict], names: dict[str, str]) -> str:
    """The same of tables with missing cells."""
    lines = [
        "| clients | of them with a session read by two | sessions read by two | more frequent level | "
        f"{' | '.join(names.values())} |",
        f"|---:|---:|---:|---:|{'---:|' * len(names)}",
    ]
    for cell in cells:
        twice = cell["n_paired_clusters"] * cell["paired_of_each"]
        line = [str(cell["n_clusters"]), str(cell["n_paired_clusters"]), f"{twice} of {cell['n_items']}"]
        line += [f"{cell['prevalence']:.2f}", *(_percent(cell["intervals"].get(name)) for name in names)]
        lines.append(f"| {' | '.join(line)} |")
    return "\n".join(lines)


def table_of_weighed(cells: list[dict], names: dict[str, str]) -> str:
    """The same of tables whose sessions were chosen with unequal chances."""
    lines = [
        "| sessions chosen | clients | chance of the unmarked | evenness | more frequent level | "
        f"{' | '.join(names.values())} |",
        f"|---:|---:|---:|---:|---:|{'---:|' * len(names)}",
    ]
    for cell in cells:
        clients = str(cell["n_clusters"]) if cell["clustered"] else "as many"
        line = [str(cell["n_items"]), clients, f"{cell['unmarked']:g}", f"{cell['evenness']:.2f}"]
        line.append(f"{cell['prevalence']:.2f}")
        lines.append(f"| {' | '.join(line + [_percent(cell['intervals'].get(name)) for name in names])} |")
    return "\n".join(lines)


def _percent(found: dict | None) -> str:
    if not found:
        return ""
    if not found["made"]:
        return "none"
    share, all_ = found["held"] / found["made"], found["made"] + found["none"]
    text = f"{100 * share:.1f}"
    text = f"**{text}**" if share < WANTED else text
    return text if found["made"] >= 0.99 * all_ else f"{text} ({100 * found['made'] / all_:.0f} %)"


OURS = {
    "percent_agreement": "percent agreement", "krippendorff_alpha": "alpha", "gwet_ac": "AC1",
    "fleiss_kappa": "Fleiss", "brennan_prediger": "Brennan-Prediger", "cohen_kappa": "Cohen",
}  # fmt: skip
LINEARISED = {
    "gwet_ac, analytic": "AC1", "fleiss_kappa, analytic": "Fleiss",
    "brennan_prediger, analytic": "Brennan-Prediger", "cohen_kappa, analytic": "Cohen, large sample",
}  # fmt: skip

PARTLY_COLUMNS = OURS | {"gwet_ac, analytic": "AC1, by formula"}


def put(page: str, name: str, text: str) -> str:
    """The page with what lies between its marks `<!-- name -->` and `<!-- /name -->` replaced."""
    before, rest = page.split(f"<!-- {name} -->\n")
    return f"{before}<!-- {name} -->\n{text}\n{rest[rest.index(f'<!-- /{name} -->') :]}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--replications", type=int, default=2000, help="tables of each kind")
    parser.add_argument("--resamples", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=20261123)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--items", type=int, nargs="*", default=list(ITEMS))
    parser.add_argument(
        "--weighed", action="store_true", help="the weighed tables alone; --write keeps the others"
    )
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    cells = [] if asked.weighed else [cell for cell in CELLS if cell.n_items in asked.items]
    partly = [] if asked.weighed else PARTLY_CELLS
    with Pool(asked.processes) as pool:
        # The longest first, so that none is waited for in the end.
        jobs = [
            (cell, asked) for cell in sorted([*cells, *partly, *WEIGHED_CELLS], key=lambda one: -one.n_items)
        ]
        by_cell = dict(zip([job[0] for job in jobs], pool.map(one, jobs, chunksize=1), strict=True))
    about = {name: getattr(asked, name) for name in ("replications", "resamples", "seed")}
    about |= {"date": date.today().isoformat(), "alpha": ALPHA}
    weighed = [by_cell[cell] for cell in WEIGHED_CELLS]
    tables = {"weighed": table_of_weighed(weighed, OURS)}
    kept = {"weighed": about | {"cells": weighed}}
    if not asked.weighed:
        found, missing = [by_cell[cell] for cell in cells], [by_cell[cell] for cell in partly]
        kept |= about | {"cells": found, "partly": missing}
        tables |= {
            "ours": table(found, OURS), "linearised": table(found, LINEARISED),
            "partly": table_of_partly(missing, PARTLY_COLUMNS),
        }  # fmt: skip
    print("\n\n".join(tables.values()))
    if asked.write:
        if not asked.weighed and len(cells) < len(CELLS):
            raise SystemExit("--write keeps whole tables only; leave --items out")
        before = json.loads(KEPT.read_text(encoding="utf-8"))
        KEPT.write_text(json.dumps(before | kept, indent=1) + "\n", encoding="utf-8")
        page = PAGE.read_text(encoding="utf-8")
        for name, text in tables.items():
            page = put(page, name, text)
        PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
