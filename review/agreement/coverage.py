"""How often intervals like these held the true value in simulated tables: what the page may say of its own intervals.

The tables were made once by `./bin/bench coverage --write`; docs/agreement.md has them whole.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from review.agreement.exact import exact_interval
from review.agreement.wording import Said
from review.agreement.wording import say as _

KEPT = Path(__file__).with_name("coverage.json")
WANTED = 0.93  # methods.md §6: where fewer held it, the page says so
ANALYTIC = ", analytic"  # after a coefficient's name: the interval by a formula, `ci_analytic`


@dataclass(frozen=True)
class Expected:
    """`share` of the simulated intervals held the true value; `interval`: where that share lies with 95 %. `made`: the
    share of tables that had an interval at all. `cell`: which tables these were.
    """

    share: float
    interval: tuple[float, float]
    made: float
    cell: dict

    @property
    def too_few(self) -> bool:
        return self.share < WANTED


@cache
def _kept() -> dict:
    return json.loads(KEPT.read_text(encoding="utf-8"))


def expected(
    coefficient: str,
    *,
    n_items: int,
    n_clusters: int,
    n_raters: int,
    prevalence: float,
    of_clusters: int | None = None,
    evenness: float = 1.0,
) -> Expected | None:
    """Of the simulated tables that are no better than this one in any way, the nearest: no more items, no more raters, a
    most frequent level that is as frequent or more, clients where there are some. `prevalence`: the share of the most
    frequent level, 0 to 1. None where nothing was simulated: other coefficients, fewer than 20 items or 2 raters, or a
    level more frequent than any that was. Simulated were two levels; more are taken by the most frequent one.
    `of_clusters`: how many there are with those in which no item was rated twice; such tables were simulated too.
    `evenness`: table.Ratings.evenness; of items chosen with unequal chances, tables whose chances were no less unequal.
    """
    clustered = n_clusters < n_items
    if evenness < 1:
        fit = [
            cell for cell in _kept()["weighed"]["cells"]
            if cell["n_items"] <= n_items and cell["clustered"] == clustered and cell["evenness"] <= evenness
            and (not clustered or cell["n_clusters"] <= n_clusters)
            and cell["prevalence"] >= round(prevalence, 6) and cell["intervals"].get(coefficient, {}).get("made")
        ]  # fmt: skip
        if not fit:
            return None
        return _told(
            max(fit, key=lambda one: (-one["prevalence"], one["n_items"], one["evenness"])), coefficient
        )
    if of_clusters and of_clusters > n_clusters:
        fit = [
            cell for cell in _kept()["partly"]
            if cell["n_paired_clusters"] * cell["paired_of_each"] <= n_items
            and cell["n_paired_clusters"] <= min(n_clusters, cell["n_clusters"] - 1)
            and cell["prevalence"] >= round(prevalence, 6) and cell["intervals"].get(coefficient, {}).get("made")
        ]  # fmt: skip
        if fit:
            return _told(
                max(fit, key=lambda one: (-one["prevalence"], one["n_paired_clusters"])), coefficient
            )
    fit = [
        cell for cell in _kept()["cells"]
        if cell["n_items"] <= n_items and cell["n_raters"] <= n_raters
        and cell["prevalence"] >= round(prevalence, 6) and cell["clustered"] == clustered
        and (not clustered or cell["n_clusters"] <= n_clusters)
        and cell["intervals"].get(coefficient, {}).get("made")
    ]  # fmt: skip
    if not fit:
        return None
    return _told(max(fit, key=lambda one: (-one["prevalence"], one["n_items"], one["n_raters"])), coefficient)


def _told(cell: dict, coefficient: str) -> Expected:
    found = cell["intervals"][coefficient]
    about = {name: value for name, value in cell.items() if name != "intervals"}
    share, of_all = found["held"] / found["made"], found["made"] / (found["made"] + found["none"])
    return Expected(share, exact_interval(found["held"], found["made"]), of_all, about)


def warning(coefficient: str, found: dict, prevalence: float, evenness: float = 1.0) -> Said | str:
    """What to write beside the interval, "" where nothing is to be said. `found`: what review.agreement.report gave; of its
    items those count that two or more rated, their clusters, and how many rated one of them. `evenness`: as `expected`.
    """
    if not found[coefficient.removesuffix(ANALYTIC)]["ci_analytic" if ANALYTIC in coefficient else "ci"]:
        return ""
    several = found["n_paired"]
    readers = (found["n_ratings"] - (found["n_items"] - several)) // several  # of an item, not of the table
    like = expected(
        coefficient, n_items=several, n_clusters=found["n_paired_clusters"], n_raters=readers,
        prevalence=prevalence, of_clusters=found["n_clusters"], evenness=evenness,
    )  # fmt: skip
    if like is None:
        if evenness < 1:
            return _(
                "Intervals of so few items, of so rare a level, or of chances so unequal, were not tested."
            )
        return _("Intervals of so few items, or of so rare a level, were not tested.")
    if not like.too_few:
        return ""
    return _(
        "Of 100 simulated tables of this kind, only {n} such intervals held the true value; 95 should.",
        n=round(100 * like.share),
    )
