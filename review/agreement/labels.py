"""Sets of labels, one label at a time: does a session have this mistake, yes or no, by everybody who read it.

The figures of a label are those of `report.agreement` of its yes and no (nominal, both declared), of all labels at once and
over the same resamples. Specific agreement is that of yes: given that one reader names it, how often another does.
"""

from collections.abc import Iterable, Mapping

import numpy as np

from review.agreement.figure import Figure, figures, undefined
from review.agreement.head import head, sample, too_little
from review.agreement.percent import divide
from review.agreement.sets import members_of, tabulate_sets
from review.agreement.table import Ratings
from review.agreement.values import clean_name
from review.agreement.wording import say as _
from review.agreement.wording import together

METHODS = {
    "krippendorff_alpha": _("Krippendorff's alpha, nominal metric, this label named or not, items rated once dropped"),
    "gwet_ac": _("AC1 (Gwet 2008), unweighted, this label named or not"),
    "specific_agreement": _("share of another reader's sets that hold this label, given that one reader's does"),
}  # fmt: skip


def agreement_by_label(
    rows: Iterable[tuple], *, labels: Iterable | None = None,
    bootstrap: int = 1000, seed: int = 0, weights: Mapping | None = None,
) -> dict:  # fmt: skip
    """`rows` as in sets.agreement_on_sets; `labels`: those of the guideline, also where nobody named them. "labels":
    {label: {"n_named", "prevalence", and an object of each of METHODS}}. Raises BadRatings.
    """
    ratings, sets = tabulate_sets(rows, weights)
    around = sample(ratings, bootstrap, seed)
    known = sorted(
        {label for one in sets for label in one} | {clean_name(str(label)) for label in labels or ()}
    )
    place = {label: n for n, label in enumerate(known)}
    size = ratings.tally.size
    yes = (ratings.tally.counts @ members_of(sets, place)).toarray() if sets else np.zeros((0, len(known)))
    found = {
        (label, name): Figure(
            METHODS[name],
            undefined=_why_undefined(ratings, yes[:, place[label]], name),
            note=_fact(yes[:, place[label]], size),
            least=0.0 if name == "specific_agreement" else -np.inf,
        )
        for label in known
        for name in METHODS
    }
    if reason := too_little(ratings):
        objects = {key: undefined(figure, reason) for key, figure in found.items()}
    else:
        objects = figures(found, _measure(yes, size, known), around, width=len(known))
    return head(ratings) | {
        "labels": {
            label: {
                "n_named": int(yes[:, place[label]].sum()),
                "prevalence": _prevalence(ratings, yes[:, place[label]] / size) if len(size) else None,
                **{name: objects[label, name] for name in METHODS},
            }
            for label in known
        }
    }


def _prevalence(ratings: Ratings, shares: np.ndarray) -> float:
    """The mean over items of the item's own share, each for one over its chance."""
    return float(np.average(shares, weights=ratings.weights))


def _measure(yes: np.ndarray, size: np.ndarray, known: list[str]):
    paired = size >= 2
    y, s = yes[paired], size[paired, None]
    apart = 2 * y * (s - y)
    both, begin, own = y * (y - 1), y * (s - 1), yes / size[:, None]

    def measure(drawn: np.ndarray) -> dict[tuple[str, str], np.ndarray]:
        kept = drawn[:, paired]
        n, named = kept @ s, kept @ y
        alpha = 1 - divide((n - 1) * (kept @ (apart / (s - 1))), 2 * named * (n - named))
        pa = 1 - divide(kept @ (apart / (s * (s - 1))), kept.sum(axis=1, keepdims=True))
        share = (drawn @ own) / drawn.sum(axis=1, keepdims=True)
        chance = 2 * share * (1 - share)
        values = {
            "krippendorff_alpha": alpha,
            "gwet_ac": divide(pa - chance, 1 - chance),
            "specific_agreement": divide(kept @ both, kept @ begin),
        }
        return {(label, name): values[name][:, at] for at, label in enumerate(known) for name in METHODS}

    return measure


def _why_undefined(ratings: Ratings, yes: np.ndarray, name: str) -> str:
    if name == "specific_agreement":
        return _("undefined: nobody named this label on an item that two raters rated")
    if not yes.any():
        return _("undefined: no variation observed, nobody named this label")
    return _("undefined: no variation observed among the items rated by two raters or more")


def _fact(yes: np.ndarray, size: np.ndarray) -> str:
    if not yes.any():
        return _("no variation observed, nobody named this label")
    if (yes == size).all():
        return _("no variation observed, everybody named this label everywhere")
    return together([])
