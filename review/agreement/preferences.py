"""Which of two texts is better: how far raters agree on win, tie and loss, and what the place of a text does.

Agreement of two verdicts with ties half: 1 where they are the same, 1/2 where one of them is a tie, 0 where they are
opposite; as ratings -1, 0, 1 this is 1 - |x - y| / 2, linear weights. Without ties: of the pairs of verdicts in which both
decide, the share that decides alike. Both are means over pairs of texts, as percent agreement is. Alpha has the same
distance as the first, so that it is its chance-corrected form.

Place: of the verdicts that decide, how often the text shown first wins. The order of texts is drawn per reader, so without
a lean toward a place this is one half whatever the texts are. A rater who reads a pair in both orders and then prefers
another text is inconsistent; for agreement her two verdicts count as a tie (methods.md §7).
"""

from collections.abc import Iterable, Mapping

import numpy as np

from review.agreement.alpha import krippendorff
from review.agreement.difference import Tabled
from review.agreement.figure import Figure, Sample, figures, undefined
from review.agreement.head import head, sample, too_little
from review.agreement.percent import divide, item_agreement
from review.agreement.places import read_places
from review.agreement.table import Ratings, tabulate
from review.agreement.wording import say as _

LEVELS = (-1.0, 0.0, 1.0)
HALF = Tabled(np.abs(np.subtract.outer(LEVELS, LEVELS)) / 2)

AGREEMENT = {
    "agreement_ties_half": _("share of agreeing pairs of verdicts, a tie agrees by half with a decision, mean over pairs"),
    "agreement_without_ties": _("of the pairs of verdicts in which both decide, the share that agrees, mean over pairs"),
    "krippendorff_alpha": _("Krippendorff's alpha, a tie half as far from a decision as two opposite ones"),
}  # fmt: skip


def preference_agreement(
    rows: Iterable[tuple], *, bootstrap: int = 1000, seed: int = 0, weights: Mapping | None = None
) -> dict:
    """`rows`: (pair, rater, "a", "b", "tie" or None, cluster or None, the text shown first "a" or "b", or None where it
    is not known). The same rater may read a pair twice, in either order. "raters": {rater: her own place figures}.
    Raises BadRatings.
    """
    places = read_places(rows)
    folded = ((pair, rater, value, places.cluster[pair]) for (pair, rater), value in places.folded.items())
    ratings = tabulate(folded, scale="ordinal", levels=LEVELS, weights=weights)
    around = sample(ratings, bootstrap, seed)
    about = head(ratings) | _agreement(ratings, around)
    whole = places.told(around, weights)
    own = {rater: places.of(rater).told(around, weights) for rater in places.raters}
    return about | whole | {"raters": own}


def _agreement(ratings: Ratings, around: Sample) -> dict:
    why = _("undefined: every verdict is the same")
    found = {name: Figure(method, undefined=why, least=0.0) for name, method in AGREEMENT.items()}
    found["agreement_without_ties"] = Figure(
        AGREEMENT["agreement_without_ties"],
        undefined=_("undefined: on no pair did two raters both decide"),
        least=0.0,
    )
    found["krippendorff_alpha"] = Figure(AGREEMENT["krippendorff_alpha"], undefined=why)
    if reason := too_little(ratings):
        return {name: undefined(figure, reason) for name, figure in found.items()}
    tally = ratings.tally
    half = item_agreement(tally, HALF)
    counts = tally.counts.toarray()
    decided = counts[:, 0] + counts[:, 2]
    both = decided >= 2
    alike = (counts[:, [0, 2]] * (counts[:, [0, 2]] - 1)).sum(axis=1)
    alike = np.where(both, alike / np.maximum(decided * (decided - 1), 1), 0.0)
    alpha = krippendorff(tally, HALF)

    def measure(drawn: np.ndarray) -> dict[str, np.ndarray]:
        return {
            "agreement_ties_half": divide(drawn @ half, drawn @ tally.paired),
            "agreement_without_ties": divide(drawn @ alike, drawn @ both.astype(float)),
            "krippendorff_alpha": alpha(drawn),
        }

    return figures(found, measure, around)
