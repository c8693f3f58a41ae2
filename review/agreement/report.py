"""The agreement of one dimension as the plain object that pages show and the `agreement` command prints."""

import math
from collections.abc import Callable, Collection, Iterable, Mapping

from review.agreement import unanimous
from review.agreement.drawing import Clusters
from review.agreement.figure import plain
from review.agreement.head import head, too_little
from review.agreement.icc import FORMS
from review.agreement.intervals import Interval, Measure, intervals
from review.agreement.measures import RATIO_LEVELS, Coefficient, coefficients, icc_coefficients
from review.agreement.table import Ratings, tabulate
from review.agreement.values import BadRatings, in_words
from review.agreement.wording import say as _
from review.agreement.wording import together

BY_LEVELS = {"gwet_ac", "brennan_prediger", "cohen_kappa_weighted"}  # an unused level changes these
ALWAYS = ("percent_agreement", "krippendorff_alpha", "gwet_ac", "fleiss_kappa", "brennan_prediger")
# A coefficient that treats all raters alike: only how many gave each level counts, not who.
WHOEVER_RATED = set(ALWAYS)
NO_VARIATION = _("no variation observed")
SHOWN_LEVELS = 12

Maker = Callable[[Ratings], tuple[dict[str, Coefficient], Measure]]


def agreement(
    rows: Iterable[tuple], *, scale: str, levels: Iterable | None = None, bootstrap: int = 1000, seed: int = 0,
    only: Collection[str] = (), weights: Mapping | None = None,
) -> dict:  # fmt: skip
    """How far raters agree on one dimension; design.md's contract of the `agreement` command.

    `rows`: (item, rater, value or None, cluster or None). `scale`: nominal, ordinal, interval or ratio.
    `only`: coefficients, where not all are wanted. `weights`: {item: one over its chance}, where items were chosen with
    unequal chances: each counts for so many of all. Numbers are finite; what is undefined is None with the reason in
    `note`. Raises BadRatings.
    """
    if bootstrap < 0:
        raise BadRatings("the number of resamples is below zero")
    ratings = tabulate(rows, scale=scale, levels=levels, weights=weights)
    return result(ratings, bootstrap=bootstrap, seed=seed, only=only)


def estimate_all(
    rows: Iterable[tuple], *, scale: str, levels: Iterable | None = None
) -> dict[str, float | None]:
    """The point estimates alone, by name, undefined as None: no intervals, fast enough for live figures."""
    found = agreement(rows, scale=scale, levels=levels, bootstrap=0)
    flat = {name: value for name, value in found.items() if isinstance(value, dict) and name != "icc"}
    return {name: value["estimate"] for name, value in (flat | found.get("icc", {})).items()}


def result(ratings: Ratings, *, bootstrap: int, seed: int, only: Collection[str] = ()) -> dict:
    crossed = ratings.scale in ("interval", "ratio")
    reason = too_little(ratings)
    if reason:
        nothing = {name: _undefined(_("undefined"), reason) for name in [*ALWAYS, *_two_rater_names(ratings)]}
        return head(ratings) | nothing | ({"icc": _undefined_icc(reason)} if crossed else {})
    body = _objects(ratings, lambda table: coefficients(table, only), bootstrap, seed)
    if crossed:
        body["icc"] = _icc(ratings, bootstrap, seed)
    return head(ratings) | body


def _two_rater_names(ratings: Ratings) -> list[str]:
    if ratings.n_raters != 2:
        return []
    return ["cohen_kappa"] + (["cohen_kappa_weighted"] if ratings.scale == "ordinal" else [])


def _icc(ratings: Ratings, bootstrap: int, seed: int) -> dict:
    if ratings.missing_share:
        empty = ratings.n_items * ratings.n_raters - ratings.n_ratings
        note = _("undefined: needs every rater on every item, {n} of these ratings are missing", n=empty)
        return _undefined_icc(note)
    return _objects(ratings, icc_coefficients, bootstrap, seed)


def _objects(ratings: Ratings, make: Maker, bootstrap: int, seed: int) -> dict:
    found, _whole = make(ratings)
    whole, around = _estimated(ratings, found, make, bootstrap, seed)
    return {name: _one(ratings, name, found[name], whole[name], around[name]) for name in found}


def _estimated(ratings: Ratings, found: dict[str, Coefficient], make: Maker, bootstrap: int, seed: int):
    """({name: estimate}, {name: interval}): over kinds of items, of which there are far fewer than items. For what does not
    ask who gave a rating there are fewer still, where raters are many.
    """
    unit, estimates, around = _("clusters") if ratings.clustered else _("items"), {}, {}
    for by_rater in (True, False):
        names = {name for name in found if by_rater != (name in WHOEVER_RATED and ratings.n_raters > 2)}
        if not names:
            continue
        kinds, of_item = ratings.kinds(by_rater=by_rater)
        clusters = Clusters.of(ratings.clusters, of_item, ratings.weights)
        of_all = make(kinds)[1]

        def measure(weights, names=names, of_all=of_all):
            return {name: values for name, values in of_all(weights).items() if name in names}

        how = {"width": max(len(ratings.levels), kinds.n_items), "bootstrap": bootstrap, "seed": seed}
        around |= intervals(measure, clusters, unit=unit, telling=ratings.n_telling, **how)
        estimates |= {name: float(values[0]) for name, values in measure(clusters.whole()).items()}
    return estimates, around


def _one(ratings: Ratings, name: str, coefficient: Coefficient, estimate: float, around: Interval) -> dict:
    notes = _facts(ratings, name)
    if math.isnan(estimate):
        notes.insert(0, _("undefined: {why}", why=_why_undefined(ratings, name)))
        return _undefined(coefficient.method, together(notes))
    if ratings.n_observed < 2:
        notes.insert(0, NO_VARIATION)
    # These take items as chosen alike.
    analytic = coefficient.analytic(estimate) if coefficient.analytic and ratings.weights is None else None
    ci, how, more = around.ci, around.method if around.ci else "", around.note
    if around.flat and (exact := unanimous.interval(ratings, name, estimate)):
        (ci, how), more = exact, around.about
    if isinstance(analytic, str):
        more, analytic = together([more, analytic]), None
    notes += [more] if more else []
    method = together([coefficient.method, _how_weighed(ratings), how])
    if ci and name == "percent_agreement":
        ci = (max(0.0, ci[0]), ci[1])
    return plain(estimate, ci, analytic, method=method, note=together(notes))


def _how_weighed(ratings: Ratings) -> str:
    if ratings.weights is None:
        return ""
    n = round(ratings.n_effective)
    return _("each item weighed by one over its chance of being chosen, worth {n} chosen alike", n=n)


def _facts(ratings: Ratings, name: str) -> list[str]:
    facts = []
    if name == "percent_agreement" and len(ratings.levels) <= SHOWN_LEVELS:
        shares = (f"{in_words(level)} {share:.3f}" for level, share in ratings.prevalence().items())
        facts.append(_("prevalence: {shares}", shares=", ".join(shares)))
    if name.startswith("cohen"):
        facts.append(_("n = {n} items rated by both raters", n=ratings.n_paired))
    if name in BY_LEVELS and not ratings.declared:
        facts.append(_("levels are those observed ({n}), none were declared", n=len(ratings.levels)))
    return facts


def _why_undefined(ratings: Ratings, name: str) -> str:
    if ratings.n_observed < 2:
        if name in ("gwet_ac", "brennan_prediger") and not ratings.declared:
            return _("no variation observed, only one level was observed and no levels were declared")
        if name in ("gwet_ac", "brennan_prediger"):
            return _("no variation observed, and only one level is declared")
        return _("no variation observed, every rating is the same")
    if name == "krippendorff_alpha" and ratings.scale == "ratio" and len(ratings.levels) > RATIO_LEVELS:
        return _("the ratio metric is not computed for more than {n} different values", n=RATIO_LEVELS)
    if name.startswith("ICC"):
        return _("the items do not differ from one another in the mean of their ratings")
    return _("no variation observed among the items rated by two raters or more")


def _undefined_icc(note: str) -> dict:
    return {
        form: _undefined(_("{form}, {words}", form=form, words=words), note) for form, words in FORMS.items()
    }


def _undefined(method: str, note: str) -> dict:
    return plain(None, None, None, method=method, note=note)
