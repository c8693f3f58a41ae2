"""Agreement on sets of labels: which mistakes a session has, several or none.

The distance of two sets is MASI (Passonneau 2006, Measuring Agreement on Set-valued Items, LREC): 1 - J · M, with J the
Jaccard index and M 1 for equal sets, 2/3 where one holds the other, 1/3 where they overlap, 0 where they do not. Two empty
sets are 0 apart, an empty one and any other 1 (nltk's `masi_distance` divides by nought on two empty sets). Jaccard's
distance is 1 - J. Chance is Krippendorff's: sets as often as all raters together gave them.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse

from review.agreement.alpha import krippendorff
from review.agreement.difference import Difference, Nominal
from review.agreement.figure import Figure, figures, undefined
from review.agreement.head import head, sample, too_little
from review.agreement.percent import divide, item_agreement
from review.agreement.table import Ratings, tabulate
from review.agreement.values import BadRatings, clean_name
from review.agreement.wording import say as _

MOST_OVERLAPS = 30_000_000  # pairs of different sets that share a label, all of which are held

METHODS = {
    "percent_agreement": _("share of pairs of readings with the very same set, mean over items read twice or more"),
    "mean_jaccard": _("Jaccard index of pairs of sets, 1 of two empty ones, mean over items read twice or more"),
    "krippendorff_alpha_masi": _("Krippendorff's alpha, MASI distance of sets (Passonneau 2006)"),
    "krippendorff_alpha_jaccard": _("Krippendorff's alpha, Jaccard distance of sets"),
}  # fmt: skip


def agreement_on_sets(
    rows: Iterable[tuple], *, bootstrap: int = 1000, seed: int = 0, weights: Mapping | None = None
) -> dict:
    """`rows`: (item, rater, labels or None, cluster or None); labels are any iterable of names, the empty one is a
    judgement ("no mistake"), None is missing. Raises BadRatings, also where too many
    different sets share a label.
    """
    ratings, sets = tabulate_sets(rows, weights)
    around = sample(ratings, bootstrap, seed)
    members = members_of(
        sets, {label: n for n, label in enumerate(sorted({label for one in sets for label in one}))}
    )
    _refuse_too_many(members)
    about = head(ratings) | {"n_sets": len(sets)}
    found = _figures(ratings)
    if reason := too_little(ratings):
        return about | {name: undefined(figure, reason) for name, figure in found.items()}
    tally = ratings.tally
    masi, jaccard = SetDistance(members, True), SetDistance(members, False)
    same, alike = item_agreement(tally, Nominal()), item_agreement(tally, jaccard)
    by_masi, by_jaccard = krippendorff(tally, masi), krippendorff(tally, jaccard)

    def measure(drawn: np.ndarray) -> dict[str, np.ndarray]:
        paired = drawn @ tally.paired
        return {
            "percent_agreement": divide(drawn @ same, paired),
            "mean_jaccard": divide(drawn @ alike, paired),
            "krippendorff_alpha_masi": by_masi(drawn),
            "krippendorff_alpha_jaccard": by_jaccard(drawn),
        }

    return about | figures(found, measure, around, width=len(sets))


def tabulate_sets(rows: Iterable[tuple], weights: Mapping | None) -> tuple[Ratings, list[list[str]]]:
    """The table, whose levels are the different sets, and these as lists of labels. Raises BadRatings."""
    said = ((item, rater, _key(labels), cluster) for item, rater, labels, cluster in rows)
    ratings = tabulate(said, scale="nominal", weights=weights)
    return ratings, [json.loads(level) for level in ratings.levels]


def members_of(sets: list[list[str]], place: Mapping[str, int]) -> sparse.csr_array:
    """Sets by labels, 1 where the set holds the label; `place`: the column of each label."""
    rows = np.repeat(np.arange(len(sets)), [len(one) for one in sets])
    columns = np.array([place[label] for one in sets for label in one], int)
    return sparse.csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(sets), max(1, len(place))))


def masi_distance(first: Iterable, second: Iterable) -> float:
    return _of_two(first, second, True)


def jaccard_distance(first: Iterable, second: Iterable) -> float:
    return _of_two(first, second, False)


@dataclass(frozen=True)
class SetDistance(Difference):
    """Of sets of labels: `members` (sets by labels, sparse, 1 where the set holds the label)."""

    members: sparse.csr_array
    is_masi: bool

    @cached_property
    def _size(self) -> np.ndarray:
        return np.asarray(self.members.sum(axis=1)).ravel()

    def within(self, counts):
        # Pairs of different sets of one item stand some places apart in its row: one place, then two, ...
        item = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
        total = np.zeros(counts.shape[0])
        for places in range(1, int(np.diff(counts.indptr).max(initial=0))):
            left = np.flatnonzero(item[:-places] == item[places:])
            right = left + places
            a, b = counts.indices[left], counts.indices[right]
            both = np.asarray(self.members[a].multiply(self.members[b]).sum(axis=1)).ravel()
            apart = _distance(both, self._size[a], self._size[b], self.is_masi)
            pairs = 2 * counts.data[left] * counts.data[right] * apart
            total += np.bincount(item[left], pairs, minlength=len(total))
        return total

    @cached_property
    def _alike(self) -> sparse.csr_array:
        """1 - d of all pairs of sets: sparse, as most sets have nothing in common."""
        both = sparse.coo_array(self.members @ self.members.T)
        apart = _distance(both.data, self._size[both.row], self._size[both.col], self.is_masi)
        empty = np.flatnonzero(self._size == 0)  # an empty set is like itself
        rows, columns = (np.concatenate([place, empty]) for place in (both.row, both.col))
        return sparse.csr_array(
            (np.concatenate([1 - apart, np.ones(len(empty))]), (rows, columns)), shape=both.shape
        )

    def toward(self, shares):
        return shares.sum(axis=-1, keepdims=True) - shares @ self._alike


def _distance(both: np.ndarray, first: np.ndarray, second: np.ndarray, is_masi: bool) -> np.ndarray:
    """From the sizes of the sets and of what they share."""
    union = first + second - both
    jaccard = np.divide(both, union, out=np.ones(both.shape), where=union > 0)
    if not is_masi:
        return 1 - jaccard
    holds = both == np.minimum(first, second)
    part = np.where(union == both, 1.0, np.where(holds, 2 / 3, np.where(both > 0, 1 / 3, 0.0)))
    return 1 - jaccard * part


def _of_two(first, second, is_masi: bool) -> float:
    first, second = set(first), set(second)
    sizes = (np.array([float(n)]) for n in (len(first & second), len(first), len(second)))
    return float(_distance(*sizes, is_masi)[0])


def _key(labels) -> str | None:
    if labels is None:
        return None
    if isinstance(labels, str):
        raise BadRatings(f"{labels!r} is one text, not a set of labels")
    return json.dumps(sorted({clean_name(str(label)) for label in labels}), ensure_ascii=False)


def _refuse_too_many(members: sparse.csr_array) -> None:
    overlaps = int((np.asarray(members.sum(axis=0)) ** 2).sum())
    if overlaps > MOST_OVERLAPS:
        raise BadRatings(
            f"{members.shape[0]} different sets of labels share a label in up to {overlaps} pairs, more than"
            f" {MOST_OVERLAPS}"
        )


def _figures(ratings: Ratings) -> dict[str, Figure]:
    why = _("undefined: no variation observed among the items rated by two raters or more")
    if ratings.n_observed < 2:
        why = _("undefined: no variation observed, every rating is the same")
    return {
        name: Figure(method, undefined=why, least=-np.inf if "alpha" in name else 0.0)
        for name, method in METHODS.items()
    }
