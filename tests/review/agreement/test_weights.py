"""Items that were chosen with unequal chances: each counts for as many as one over its chance says."""

import numpy as np
import pytest

from review.agreement.groups import alpha_of_groups
from review.agreement.report import agreement

# Of twelve items those that are preferred are those on which raters differ.
SAID = {
    f"item {n}": ("yes", "no") if n % 3 == 0 else ("yes", "yes") if n % 2 else ("no", "no") for n in range(12)
}
WEIGHTS = {item: 1.0 if a != b else 3.0 for item, (a, b) in SAID.items()}
OF_NO_SCALE = ("percent_agreement", "gwet_ac", "fleiss_kappa", "brennan_prediger", "cohen_kappa")


def rows(times=None):
    """The same items, each as often as `times` says."""
    for item, values in SAID.items():
        for copy in range(int((times or {}).get(item, 1))):
            for rater, value in zip("ab", values, strict=True):
                yield f"{item}/{copy}" if times else item, rater, value, item


def found(given, **how):
    return agreement(given, scale="nominal", levels=("no", "yes"), **how)


def test_an_item_with_a_third_of_the_chance_counts_for_three():
    weighed, repeated = found(rows(), weights=WEIGHTS), found(rows(WEIGHTS))
    for name in OF_NO_SCALE:
        assert weighed[name]["estimate"] == pytest.approx(repeated[name]["estimate"])
    plain = found(rows())
    assert weighed["percent_agreement"]["estimate"] > plain["percent_agreement"]["estimate"] + 0.1
    assert weighed["krippendorff_alpha"]["estimate"] > plain["krippendorff_alpha"]["estimate"] + 0.1


def test_only_the_proportions_of_the_weights_matter():
    tenfold = {item: 10 * weight for item, weight in WEIGHTS.items()}
    one, other = found(rows(), weights=WEIGHTS), found(rows(), weights=tenfold)
    for name in (*OF_NO_SCALE, "krippendorff_alpha"):
        assert one[name]["estimate"] == pytest.approx(other[name]["estimate"])
        assert one[name]["ci"] == pytest.approx(other[name]["ci"])


def test_with_equal_chances_nothing_changes_to_the_last_digit():
    assert found(rows(), weights=dict.fromkeys(SAID, 2.5)) == found(rows())


def test_the_method_says_so_and_an_interval_that_takes_items_as_alike_is_left_out():
    weighed = found(rows(), weights=WEIGHTS)["gwet_ac"]
    # Kish: (4 + 8 · 3)² / (4 + 8 · 9)
    assert (
        "each item weighed by one over its chance of being chosen, worth 10 chosen alike" in weighed["method"]
    )
    assert weighed["ci_analytic"] is None and weighed["ci"] is not None
    assert found(rows())["gwet_ac"]["ci_analytic"] is not None


def test_many_groups_at_once_weigh_as_one_alone_does():
    items = list(SAID)
    item = np.repeat(np.arange(12), 2)
    level = [("no", "yes").index(value) for values in SAID.values() for value in values]
    both = alpha_of_groups(
        [*item, *(item + 12)], level * 2, [0] * 12 + [1] * 12, groups=2, levels=2,
        weight=[WEIGHTS[one] for one in items] + [1.0] * 12,
    )  # fmt: skip
    alone = [found(rows(), weights=WEIGHTS), found(rows())]
    assert both == pytest.approx([one["krippendorff_alpha"]["estimate"] for one in alone])
