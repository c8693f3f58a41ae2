"""How alike two reviewers' edits are, and how far each goes from the draft. Never corrected for chance, never a standing.

Word level: 1 - Levenshtein distance over the words of the longer text, after case, space and punctuation are normalised
(methods.md §7). Two different right edits are no dispute (methods.md §5): a low figure says that reviewers write
differently, not that one of them is wrong.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import combinations

import numpy as np

from review.agreement.edit_distance import similarity
from review.agreement.figure import Figure, figures, undefined
from review.agreement.head import head, sample, too_little
from review.agreement.percent import divide, percent_agreement
from review.agreement.table import tabulate
from review.agreement.values import BadRatings
from review.agreement.wording import say as _

FIGURES = {
    "between_edits": Figure(
        _("word-level similarity of two reviewers' edits, mean over their pairs, then over items with two edits or more"),
        undefined=_("undefined: no item was edited by two reviewers"),
        note=_("not corrected for chance; two different right edits are no dispute"),
        least=0.0,
    ),
    "draft_to_edit": Figure(
        _("word-level similarity of the draft and an edit, mean over the item's edits, then over items"),
        undefined=_("undefined: no draft was edited"),
        note=_("not corrected for chance"),
        least=0.0,
    ),
    "same_verdict": Figure(
        _("share of pairs of reviewers with the same verdict, mean over items read twice or more"),
        undefined=_("undefined: no item was read by two reviewers"),
        note=_("not corrected for chance"),
        least=0.0,
    ),
}  # fmt: skip


def edit_similarity(
    rows: Iterable[tuple], drafts: Mapping, *,
    bootstrap: int = 1000, seed: int = 0, weights: Mapping | None = None,
) -> dict:  # fmt: skip
    """`rows`: (item, reviewer, verdict or None, edited text or None, cluster or None); `drafts`: {item: its text}. Raises
    BadRatings, also where an edited item has no draft.
    """
    rows = list(rows)
    texts: dict = defaultdict(list)
    for item, reviewer, _verdict, text, _cluster in sorted(rows, key=lambda row: (str(row[0]), str(row[1]))):
        if text is not None:
            if item not in drafts:
                raise BadRatings(f"{reviewer} edited item {item}, which has no draft")
            texts[item].append(text)
    # An edit without a verdict is one: who edits has judged.
    said = [
        (item, who, verdict or ("edit" if text is not None else None), own)
        for item, who, verdict, text, own in rows
    ]
    ratings = tabulate(said, scale="nominal", weights=weights)
    around = sample(ratings, bootstrap, seed)
    about = head(ratings) | {"n_edits": sum(map(len, texts.values()))}
    if not ratings.n_items:
        return about | {name: undefined(figure, too_little(ratings)) for name, figure in FIGURES.items()}
    items = ratings.items
    between = np.array([_between(texts.get(item, ())) for item in items])
    draft = np.array([_to_draft(drafts.get(item, ""), texts.get(item, ())) for item in items])

    def measure(drawn: np.ndarray) -> dict[str, np.ndarray]:
        return {
            "between_edits": _mean(drawn, between),
            "draft_to_edit": _mean(drawn, draft),
            "same_verdict": percent_agreement(ratings.tally, drawn),
        }

    return about | figures(FIGURES, measure, around)


def _mean(drawn: np.ndarray, values: np.ndarray) -> np.ndarray:
    there = ~np.isnan(values)
    return divide(drawn[:, there] @ values[there], drawn[:, there].sum(axis=1))


def _between(texts) -> float:
    pairs = [similarity(a, b) for a, b in combinations(texts, 2)]
    return float(np.mean(pairs)) if pairs else np.nan


def _to_draft(draft: str, texts) -> float:
    return float(np.mean([similarity(draft, text) for text in texts])) if texts else np.nan
