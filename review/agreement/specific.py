"""Specific agreement: given that one rater says a level, how likely another says the same, level by level.

Of two raters and two levels these are positive and negative agreement, 2a / (2a + b + c) (Cicchetti & Feinstein 1990,
J Clin Epidemiol 43:551); of any number of levels and raters, pairs of an item's ratings that both say the level over those
that begin with it (Fleiss 1981, ch. 13; Uebersax 1982, Educ Psychol Meas 42:181). Not corrected for chance: read all levels
together, a frequent one agrees often by chance alone. Positive specific agreement is F1 (Hripcsak & Rothschild 2005).
"""

from collections.abc import Iterable, Mapping

import numpy as np

from review.agreement.figure import Figure, figures, undefined
from review.agreement.head import head, sample, too_little
from review.agreement.linearised import t_interval
from review.agreement.percent import divide
from review.agreement.table import Ratings, tabulate
from review.agreement.values import in_words
from review.agreement.wording import say as _
from review.agreement.wording import together

LINEARISED = "linearised variance of a ratio (Mackinnon 2000), t({df}), items independent"


def specific_agreement(
    rows: Iterable[tuple], *, levels: Iterable | None = None, scale: str = "nominal",
    bootstrap: int = 1000, seed: int = 0, weights: Mapping | None = None,
) -> dict:  # fmt: skip
    """`rows`: (item, rater, value or None, cluster or None). "specific_agreement": {level in words: object}, each with
    `n_ratings`, how often it was said on items that two or more rated. Raises BadRatings.
    """
    ratings = tabulate(rows, scale=scale, levels=levels, weights=weights)
    around = sample(ratings, bootstrap, seed)
    tally = ratings.tally
    counts = tally.counts.multiply(tally.paired[:, None]).tocsr()
    said = np.asarray(counts.sum(axis=0)).ravel()
    # Pairs that begin with the level, and those of them that end with it too, as a share of all that an item's rating has.
    partners = np.maximum(tally.size - 1, 1)
    begin = counts.multiply(partners[:, None]).tocsr()
    both = counts.multiply(counts).tocsr() - counts
    names = [in_words(level) for level in ratings.levels]
    found = {name: _figure(ratings, begin[:, [place]], both[:, [place]]) for place, name in enumerate(names)}

    def measure(drawn: np.ndarray) -> dict[str, np.ndarray]:
        shares = divide(drawn @ both, drawn @ begin)
        return dict(zip(names, shares.T, strict=True))

    reason = too_little(ratings)
    if reason or not names:
        objects = {name: undefined(figure, reason) for name, figure in found.items()}
    else:
        objects = figures(found, measure, around, width=len(names))
    for name, n in zip(names, said, strict=True):
        objects[name]["n_ratings"] = int(n)
    return head(ratings) | {"specific_agreement": objects}


def _figure(ratings: Ratings, begin, both) -> Figure:
    notes = []
    if ratings.n_raters > 2:
        notes.append(_("pairs of any two raters, items that more raters read count for more"))

    def analytic(estimate: float):
        n = ratings.n_paired
        own = (both - estimate * begin).toarray()
        spread = (own**2).sum() / begin.sum() ** 2 * n / (n - 1)
        if spread < 1e-24:
            return None  # all or nothing: a width of nought would be no interval
        low, high = t_interval(estimate, float(np.sqrt(spread)), n)
        return max(0.0, low), high, LINEARISED.format(df=n - 1)

    return Figure(
        _("share of another rater's ratings that say the same, given that one rater says this level"),
        undefined=_("undefined: nobody said this level on an item that two raters rated"),
        note=together(notes),
        least=0.0,
        analytic=analytic,
    )
