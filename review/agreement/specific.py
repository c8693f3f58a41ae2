"""Specific agreement: given that one rater says a level, how likely another says the same, level by level.

Of two raters and two levels these are positive and negative agreement, 2a / (2a + b + c) (Cicchetti & Feinstein 1990,
J Clin Epidemiol 43:551); of any number of levels and raters, pairs of an item's ratings that both say the level over those
that begin with it (Fleiss 1981, ch. 13; Uebersax 1982, Educ Psychol Meas 42:181). Not corrected for chance: read all levels
together, a frequent one agrees often by chance alone. Positive specific agreement is F1 (Hripcsak & Rothschild 2005).
"""

from collections.abc import Iterable, Mapping

import numpy as np

from review.agreement.exact import exact_interval
from review.agreement.figure import Figure, figures, undefined
from review.agreement.head import head, sample, too_little
from review.agreement.intervals import SAME, TOO_FEW
from review.agreement.linearised import error_of_mean, t_interval
from review.agreement.percent import divide
from review.agreement.table import Ratings, tabulate
from review.agreement.values import BadRatings, in_words
from review.agreement.wording import say as _
from review.agreement.wording import together

LINEARISED = "linearised variance of a ratio (Mackinnon 2000), t({df}), items independent"
BY_CLUSTER = "linearised variance of a ratio (Mackinnon 2000), t({df}), summed within clusters"


def specific_agreement(
    rows: Iterable[tuple], *, levels: Iterable | None = None, scale: str = "nominal",
    bootstrap: int = 1000, seed: int = 0, weights: Mapping | None = None,
) -> dict:  # fmt: skip
    """`rows`: (item, rater, value or None, cluster or None). "specific_agreement": {level in words: object}, each with
    `n_ratings`, how often it was said on items that two or more rated. Raises BadRatings.
    """
    return of_ratings(
        tabulate(rows, scale=scale, levels=levels, weights=weights), bootstrap=bootstrap, seed=seed
    )


def of_ratings(ratings: Ratings, *, bootstrap: int = 1000, seed: int = 0) -> dict:
    """The same of a table that is there already."""
    if bootstrap < 0:
        raise BadRatings("the number of resamples is below zero")
    names = [in_words(level) for level in ratings.levels]
    counts, begin, both = _pairs(ratings)
    said = np.asarray(counts.sum(axis=0)).ravel()
    found = {name: _figure(ratings, begin[:, [place]], both[:, [place]]) for place, name in enumerate(names)}
    reason = too_little(ratings)
    if reason or not names:
        objects = {name: undefined(figure, reason) for name, figure in found.items()}
    else:
        kinds, of_item = ratings.kinds(by_rater=False)
        _counts, begins, boths = _pairs(kinds)

        def measure(drawn: np.ndarray) -> dict[str, np.ndarray]:
            shares = divide(drawn @ boths, drawn @ begins)
            return dict(zip(names, shares.T, strict=True))

        objects = figures(found, measure, sample(ratings, bootstrap, seed, of_item), width=len(names))
    for place, name in enumerate(names):
        _of_all_or_nothing(objects[name], found[name], ratings, begin[:, [place]])
        objects[name]["n_ratings"] = int(said[place])
    return head(ratings) | {"specific_agreement": objects}


def _of_all_or_nothing(one: dict, figure: Figure, ratings: Ratings, begin) -> None:
    """Where a level was always met, or never, resamples have no width: the exact interval of so many clusters instead."""
    if one["estimate"] not in (0.0, 1.0):
        return
    where = np.flatnonzero(begin.toarray().ravel())
    n = len(np.unique(ratings.clusters[where]))
    if n < TOO_FEW:
        why = _("no interval: the level was said in {n} {unit}, fewer than {least}", n=n, least=TOO_FEW,
                unit=_("clusters") if ratings.clustered else _("items"))  # fmt: skip
        one |= {"ci": None, "method": figure.method, "note": together([figure.note, why])}
        return
    said = _("95 % interval: exact, of {n} clusters (Clopper & Pearson 1934)", n=n)
    ends = exact_interval(n if one["estimate"] else 0, n)
    one |= {"ci": list(ends), "method": together([figure.method, said]), "note": figure.note}


def _pairs(ratings: Ratings) -> tuple:
    """(how often each level was said on items that two or more rated; pairs of an item's ratings that begin with the level;
    those of them that end with it too), items by levels.
    """
    tally = ratings.tally
    counts = tally.counts.multiply(tally.paired[:, None]).tocsr()
    begin = counts.multiply(np.maximum(tally.size - 1, 1)[:, None]).tocsr()
    return counts, begin, counts.multiply(counts).tocsr() - counts


def _figure(ratings: Ratings, begin, both) -> Figure:
    notes = []
    if ratings.n_raters > 2:
        notes.append(_("pairs of any two raters, items that more raters read count for more"))

    paired = ratings.tally.paired > 0
    clusters = ratings.clusters[paired] if ratings.clustered else None
    n = ratings.n_paired if clusters is None else ratings.n_paired_clusters

    def analytic(estimate: float):
        if clusters is not None and n < TOO_FEW:
            return None
        own = (both - estimate * begin).toarray().ravel()[paired]
        error = error_of_mean(own * len(own) / begin.sum(), clusters)
        if error < SAME:
            return None  # all or nothing: a width of nought would be no interval
        low, high = t_interval(estimate, error, n)
        return max(0.0, low), high, (LINEARISED if clusters is None else BY_CLUSTER).format(df=n - 1)

    return Figure(
        _("share of another rater's ratings that say the same, given that one rater says this level"),
        undefined=_("undefined: nobody said this level on an item that two raters rated"),
        note=together(notes),
        least=0.0,
        analytic=analytic,
    )
