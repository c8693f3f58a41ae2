"""Which of two texts is better: agreement on win, tie and loss, and what a text's place does."""

import json

import numpy as np
import pytest

from review.agreement.preferences import preference_agreement
from review.agreement.report import estimate_all
from review.agreement.values import BadRatings


def rows(*pairs, first="a"):
    """Of each pair the verdicts of Ana, Ben, ... all with the same text first."""
    return [
        (number, rater, verdict, None, first)
        for number, verdicts in enumerate(pairs)
        for rater, verdict in zip(("Ana", "Ben", "Chloe"), verdicts, strict=False)
    ]


def estimates(given):
    found = preference_agreement(given, bootstrap=0)
    return {
        name: value["estimate"]
        for name, value in found.items()
        if isinstance(value, dict) and "note" in value
    }


def test_a_tie_agrees_by_half_with_a_decision():
    found = estimates(rows(("a", "a"), ("a", "tie"), ("tie", "tie"), ("a", "b")))
    assert found["agreement_ties_half"] == pytest.approx((1 + 0.5 + 1 + 0) / 4)
    assert found["agreement_without_ties"] == pytest.approx(1 / 2)
    assert found["tie_share"] == pytest.approx(3 / 8)


def test_without_ties_it_is_percent_agreement_either_way():
    pairs = [("a", "a", "b"), ("b", "b", "b"), ("a", "b", "b"), ("a", "a", "a")]
    found, nominal = estimates(rows(*pairs)), estimate_all([row[:4] for row in rows(*pairs)], scale="nominal")
    assert found["agreement_ties_half"] == pytest.approx(nominal["percent_agreement"])
    assert found["agreement_without_ties"] == pytest.approx(nominal["percent_agreement"])
    assert found["krippendorff_alpha"] == pytest.approx(nominal["krippendorff_alpha"])


def test_of_three_raters_only_those_who_decide_count_without_ties():
    found = estimates(rows(("a", "a", "tie"), ("a", "b", "tie"), ("tie", "tie", "a")))
    assert found["agreement_without_ties"] == pytest.approx((1 + 0) / 2)


def test_the_names_of_the_texts_do_not_matter():
    pairs = [("a", "tie", "b"), ("b", "b", "tie"), ("a", "a", "b"), ("tie", "a", "a")]
    turned = [tuple({"a": "b", "b": "a"}.get(one, one) for one in verdicts) for verdicts in pairs]
    assert estimates(rows(*pairs)) == pytest.approx(estimates(rows(*turned, first="b")))


def test_how_often_the_text_shown_first_wins():
    said = [("a", "a"), ("b", "b"), ("b", "a"), ("tie", "a")]
    given = [(pair, "Ana", verdict, None, first) for pair, (verdict, first) in enumerate(said)]
    found = preference_agreement(given, bootstrap=0)
    assert found["first_place_share"]["estimate"] == pytest.approx(2 / 3)
    assert found["raters"]["Ana"]["first_place_share"]["estimate"] == pytest.approx(2 / 3)
    assert "one half without a lean" in found["first_place_share"]["note"]


def test_a_verdict_that_turns_with_the_order_is_inconsistent_and_counts_as_a_tie():
    given = [
        (1, "judge", "a", None, "a"), (1, "judge", "b", None, "b"),  # whatever comes first
        (2, "judge", "a", None, "a"), (2, "judge", "a", None, "b"),
        (1, "Ana", "a", None, "a"), (2, "Ana", "a", None, "b"),
    ]  # fmt: skip
    found = preference_agreement(given, bootstrap=0)
    assert found["order_inconsistent_share"]["estimate"] == pytest.approx(1 / 2)
    assert found["raters"]["judge"]["order_inconsistent_share"]["estimate"] == pytest.approx(1 / 2)
    assert found["agreement_ties_half"]["estimate"] == pytest.approx((0.5 + 1) / 2)
    own = found["raters"]["Ana"]["order_inconsistent_share"]
    assert own["estimate"] is None and "both orders" in own["note"]


def test_a_share_of_nought_has_an_interval_too():
    given = rows(*[("a", "b")] * 40)
    found = preference_agreement(given)["tie_share"]
    assert found["estimate"] == 0 and found["ci"] is None and "not to know it exactly" in found["note"]
    assert found["ci_analytic"]["low"] == 0 and 0.03 < found["ci_analytic"]["high"] < 0.1
    assert "Wilson" in found["ci_analytic"]["name"]


def test_the_order_of_rows_does_not_matter():
    given = rows(("a", "tie", "b"), ("b", "b", "tie"), ("a", "a", "b"), ("tie", "a", "a"), ("a", "b", "b"))
    assert preference_agreement(given) == preference_agreement(given[::-1])


def test_a_planted_lean_toward_the_first_place_lies_in_its_interval():
    rng = np.random.default_rng(8)
    given = []
    for pair in range(300):
        for rater in ("Ana", "Ben"):
            first = str(rng.choice(["a", "b"]))
            verdict = first if rng.random() < 0.3 else str(rng.choice(["a", "b"]))  # .3 + .7 / 2
            given.append((pair, rater, verdict, f"client {pair // 3}", first))
    low, high = preference_agreement(given)["first_place_share"]["ci"]
    assert low < 0.65 < high and low > 0.5


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ([(1, "Ana", "better", None, "a")], "none of a, tie, b"),
        ([(1, "Ana", "a", None, "c")], "shown first is a or b"),
        ([(1, "Ana", "a", None, "a"), (1, "Ana", "b", None, "a")], "twice by Ana in the same order"),
        ([(1, "Ana", "a", "x", "a"), (1, "Ben", "a", "y", "a")], "two clusters"),
    ],
)
def test_verdicts_that_contradict_themselves_are_refused(given, reason):
    with pytest.raises(BadRatings, match=reason):
        preference_agreement(given)


@pytest.mark.parametrize(
    ("given", "name", "reason"),
    [
        ([], "agreement_ties_half", "no ratings"),
        ([], "tie_share", "no verdicts"),
        (rows(("a",), ("b",)), "agreement_ties_half", "one rater"),
        (rows(("tie", "a"), ("tie", "tie")), "agreement_without_ties", "did two raters both decide"),
        (rows(("a", "a"), ("a", "a")), "krippendorff_alpha", "every verdict is the same"),
        (rows(("a", "b"), ("b", "a"), first=None), "first_place_share", "whose order is known"),
    ],
)
def test_what_cannot_be_said_is_said_in_words(given, name, reason):
    found = preference_agreement(given)
    assert found[name]["estimate"] is None and reason in found[name]["note"]
    json.dumps(found, allow_nan=False)
