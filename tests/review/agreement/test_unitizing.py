"""Alpha for unitizing, against Krippendorff's own examples."""

import pytest

from review.agreement.unitizing import alpha_u
from review.agreement.values import BadRatings

# Krippendorff (1995), p. 57: two raters and 24 places of which each stretch is (start, length); as DKPro Statistics has it.
EXAMPLES = {
    "A": ([(2, 8), (14, 6)], [(4, 4), (15, 2)]),
    "B": ([(0, 18)], [(0, 2), (2, 1), (3, 1), (4, 1), (5, 1), (6, 3), (9, 1)]),
    "C": ([(2, 6), (10, 2), (14, 4), (20, 2)], [(0, 2), (4, 4), (10, 4), (16, 2), (20, 2)]),
    "D": ([(0, 2), (2, 8), (10, 4), (14, 6), (20, 4)], [(0, 4), (4, 4), (8, 7), (15, 2), (17, 7)]),
}


def units_of(examples, stretch=1, turn="whole"):
    return [
        (turn, rater, label, start * stretch, length * stretch)
        for label, both in examples.items()
        for rater, own in zip(("one", "other"), both, strict=True)
        for start, length in own
    ]


def alpha(units, length, **more):
    readers = {"whole": ("one", "other")}
    return alpha_u(units, lengths={"whole": length}, readers=readers, **more)


@pytest.mark.parametrize(("label", "printed"), [("A", 0.553), ("D", 0.066)])
def test_krippendorff_1995_in_the_continuous_limit(label, printed):
    found = alpha(units_of({label: EXAMPLES[label]}, stretch=50_000), 24 * 50_000)
    assert found["estimate"] == pytest.approx(printed, abs=5.1e-4)
    assert found["by_label"] == {label: found["estimate"]}


@pytest.mark.parametrize(
    ("label", "printed", "observed", "expected"),
    [("B", -0.926, 2.26736, 1.17731), ("C", 0.679, 0.02777, 0.08642)],
)
def test_krippendorff_1995_where_the_print_differs_from_the_formula_of_2004(
    label, printed, observed, expected
):
    """Observed disagreement as printed. The expected one of C is printed as if the lengths of a rater's own stretches were
    not taken away from what can meet (2304 in place of 2200), that of B is off in the third digit; DKPro Statistics, which
    has the formula of 2004 too, allows for .02.
    """
    found = alpha(units_of({label: EXAMPLES[label]}, stretch=50_000), 24 * 50_000)["estimate"]
    assert found == pytest.approx(printed, abs=0.02)
    assert 1 - observed / expected == pytest.approx(printed, abs=5.1e-4)
    ours = observed / (1 - found)
    squares = {"B": 342, "C": 104}[label]
    as_printed = ours * (1 - squares / 48**2) if label == "C" else ours
    assert as_printed == pytest.approx(expected, rel=2e-3)


def test_krippendorff_2004_two_labels_and_both_together():
    """Content Analysis, 2nd ed., p. 254: a continuum of 300 from 150 on."""
    examples = {
        "c": ([(75, 70), (220, 30)], [(70, 80), (205, 20), (250, 20)]),
        "k": ([(30, 60), (150, 50)],) * 2,
    }
    found = alpha(units_of(examples), 300)
    assert found["by_label"]["c"] == pytest.approx(0.7286, abs=5.1e-5)
    assert found["by_label"]["k"] == 1.0
    # Printed from disagreements that were rounded to four digits before.
    assert found["estimate"] == pytest.approx(0.8591, abs=5e-4)
    assert found["ci"] is None and "needs at least 5 clusters, has 1" in found["note"]


def test_the_same_selections_agree_wholly_and_the_order_of_raters_does_not_matter():
    same = {"a": ([(1, 3), (8, 2)],) * 2}
    assert alpha(units_of(same), 12)["estimate"] == 1.0
    turned = {label: both[::-1] for label, both in EXAMPLES.items()}
    assert alpha(units_of(turned), 24)["estimate"] == pytest.approx(alpha(units_of(EXAMPLES), 24)["estimate"])


def test_nothing_selected_is_undefined_and_says_so():
    found = alpha([], 24)
    assert found["estimate"] is None and "nothing was selected" in found["note"] and found["by_label"] == {}


def test_turns_add_up_and_clients_are_left_out_one_by_one():
    turns = [f"turn {n}" for n in range(12)]
    units = []
    for n, turn in enumerate(turns):
        units.append((turn, "one", "a", n % 3, 6))
        units.append((turn, "other", "a", n % 3 + (n % 4 == 0), 6))
    lengths, readers = dict.fromkeys(turns, 40), dict.fromkeys(turns, ("one", "other"))
    found = alpha_u(units, lengths=lengths, readers=readers, cluster={t: n // 2 for n, t in enumerate(turns)})
    low, high = found["ci"]
    assert low < found["estimate"] < high <= 1 and "jackknife over 6 clusters, t(5)" in found["method"]
    once = alpha_u(units[:2], lengths=lengths, readers={turns[0]: ("one", "other")})
    assert once["estimate"] < found["estimate"]  # the first turn is one of the three that differ


def test_a_turn_that_one_reader_read_says_nothing():
    units = units_of(EXAMPLES)
    readers, lengths = {"whole": ("one", "other"), "more": ("one",)}, {"whole": 24, "more": 100}
    found = alpha_u([*units, ("more", "one", "A", 0, 50)], lengths=lengths, readers=readers)
    assert found["estimate"] == pytest.approx(alpha(units, 24)["estimate"])


@pytest.mark.parametrize(
    ("unit", "reason"),
    [
        (("whole", "one", "a", 20, 5), "not within turn whole"),
        (("whole", "one", "a", 2, 0), "not within turn whole"),
        (("whole", "Eve", "a", 2, 3), "Eve selected in turn whole, which she did not read"),
        (("whole", "one", "A", 9, 3), "the same words of turn whole twice as A"),
    ],
)
def test_selections_that_cannot_be_are_refused(unit, reason):
    with pytest.raises(BadRatings, match=reason):
        alpha([*units_of(EXAMPLES), unit], 24)
