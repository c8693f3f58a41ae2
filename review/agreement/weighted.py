"""All chance-corrected coefficients with one and the same agreement weights, chosen by name (Gwet 2014, ch. 3).

They differ in what they call chance: Brennan-Prediger takes all levels as equally likely, Fleiss and Krippendorff the
prevalences of all raters together, Conger and Cohen each rater's own, AC2 the share of ratings that are hard to give. Each
has Gwet's linearised interval beside. What the `agreement` command prints is `report.agreement`.
"""

from collections.abc import Callable, Iterable, Mapping

import numpy as np

from review.agreement.alpha import krippendorff, krippendorff_error
from review.agreement.conger import Conger
from review.agreement.difference import Difference
from review.agreement.figure import Figure, figures, undefined
from review.agreement.gwet import gwet_ac, gwet_ac_error
from review.agreement.head import head, sample, too_little
from review.agreement.kappa import Cohen, brennan_prediger, brennan_prediger_error, fleiss_error, fleiss_kappa
from review.agreement.linearised import percent_error
from review.agreement.measures import large_sample, linear
from review.agreement.percent import percent_agreement
from review.agreement.table import Ratings, tabulate
from review.agreement.values import in_words
from review.agreement.weighting import WEIGHTINGS, difference
from review.agreement.wording import say as _
from review.agreement.wording import together

SHOWN_LEVELS = 12
BY_LEVELS = ("gwet_ac", "brennan_prediger")  # an unused level changes these under any weights

Value = Callable[[np.ndarray], np.ndarray]


def weighted_agreement(
    rows: Iterable[tuple], *, scale: str, weighting: str, levels: Iterable | None = None,
    bootstrap: int = 1000, seed: int = 0, weights: Mapping | None = None,
) -> dict:  # fmt: skip
    """`rows`: (item, rater, value or None, cluster or None) of one dimension. `weighting`: one of WEIGHTINGS; nominal
    levels have only `identity`. `weights`: {item: one over its chance of being chosen}. Raises BadRatings.
    """
    ratings = tabulate(rows, scale=scale, levels=levels, weights=weights)
    around = sample(ratings, bootstrap, seed)
    apart = difference(ratings, weighting)
    found, values = _figures(ratings, apart, weighting)
    if reason := too_little(ratings):
        return head(ratings) | {name: undefined(figure, reason) for name, figure in found.items()}

    def measure(drawn: np.ndarray) -> dict[str, np.ndarray]:
        return {name: value(drawn) for name, value in values.items()}

    width = ratings.n_raters * len(ratings.levels)
    return head(ratings) | figures(found, measure, around, width=width)


def _figures(
    ratings: Ratings, apart: Difference, weighting: str
) -> tuple[dict[str, Figure], dict[str, Value]]:
    tally, how = ratings.tally, WEIGHTINGS[weighting]
    conger = Conger(ratings.codes, tally, apart)
    known = {
        "percent_agreement": (
            _("agreement of pairs, {how}, mean over items rated twice or more", how=how),
            lambda w: percent_agreement(tally, w, apart),
            linear(tally, lambda: percent_error(tally, apart)),
        ),
        "krippendorff_alpha": (
            _("Krippendorff's alpha, {how}, items rated once dropped", how=how),
            krippendorff(tally, apart),
            linear(tally, lambda: krippendorff_error(tally, apart), ratings.n_paired),
        ),
        "gwet_ac": (
            _("Gwet's {name}, {how}", name="AC1" if weighting == "identity" else "AC2", how=how),
            lambda w: gwet_ac(tally, w, apart),
            linear(tally, lambda: gwet_ac_error(tally, apart)),
        ),
        "fleiss_kappa": (
            _("Fleiss' kappa, Gwet's generalisation to unequal numbers of raters, {how}", how=how),
            lambda w: fleiss_kappa(tally, w, apart),
            linear(tally, lambda: fleiss_error(tally, apart)),
        ),
        "conger_kappa": (
            _("Conger's kappa, Gwet's generalisation to missing ratings, {how}", how=how),
            conger,
            linear(tally, conger.error),
        ),
        "brennan_prediger": (
            _("Brennan-Prediger, {how}, {q} levels", how=how, q=len(ratings.levels)),
            lambda w: brennan_prediger(tally, w, apart),
            linear(tally, lambda: brennan_prediger_error(tally, apart)),
        ),
    }
    found = {
        name: Figure(
            method,
            undefined=_why_undefined(ratings, name),
            note=_facts(ratings, name, weighting),
            least=0.0 if name == "percent_agreement" else -np.inf,
            analytic=analytic,
        )
        for name, (method, _value, analytic) in known.items()
    }
    values = {name: value for name, (_method, value, _analytic) in known.items()}
    if ratings.n_raters == 2:
        cohen = Cohen(ratings.codes, len(ratings.levels), apart)
        values["cohen_kappa"] = cohen
        found["cohen_kappa"] = Figure(
            _("Cohen's kappa, {how}", how=how),
            undefined=_why_undefined(ratings, "cohen_kappa"),
            note=together([_facts(ratings, "cohen_kappa", weighting), _largest(cohen, weighting)]),
            analytic=lambda estimate: large_sample(estimate, cohen),
        )
    return found, values


def _largest(cohen: Cohen, weighting: str) -> str:
    most = cohen.largest() if weighting == "identity" else np.nan
    return (
        ""
        if np.isnan(most)
        else _("with these prevalences it could be at most {most} (Cohen 1960)", most=f"{most:.3f}")
    )


def _facts(ratings: Ratings, name: str, weighting: str) -> str:
    facts = []
    if name == "percent_agreement" and len(ratings.levels) <= SHOWN_LEVELS:
        shares = (f"{in_words(level)} {share:.3f}" for level, share in ratings.prevalence().items())
        facts.append(_("prevalence: {shares}", shares=", ".join(shares)))
    if name == "cohen_kappa":
        facts.append(_("n = {n} items rated by both raters", n=ratings.n_paired))
    if not ratings.declared and (name in BY_LEVELS or weighting != "identity"):
        facts.append(_("levels are those observed ({n}), none were declared", n=len(ratings.levels)))
    if ratings.n_observed == 1:
        facts.append(_("no variation observed"))
    return together(facts)


def _why_undefined(ratings: Ratings, name: str) -> str:
    if ratings.n_observed > 1:
        return _("undefined: no variation observed among the items rated by two raters or more")
    if name not in BY_LEVELS:
        return _("undefined: every rating is the same")
    if not ratings.declared:
        return _("undefined: only one level was observed and no levels were declared")
    return _("undefined: only one level is declared")
