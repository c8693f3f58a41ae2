"""How alike edits are, word by word."""

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.agreement.edit_distance import distance, similarity
from review.agreement.edits import edit_similarity
from review.agreement.values import BadRatings

DRAFT = "You should not give advice so soon."


def by_the_table(a, b) -> int:
    """Wagner & Fischer (1974)."""
    previous = list(range(len(b) + 1))
    for i, left in enumerate(a, 1):
        current = [i]
        for j, right in enumerate(b, 1):
            current.append(min(previous[j] + 1, current[-1] + 1, previous[j - 1] + (left != right)))
        previous = current
    return previous[-1]


@given(st.lists(st.sampled_from("abc"), max_size=14), st.lists(st.sampled_from("abc"), max_size=14))
def test_the_distance_is_levenshteins(a, b):
    assert distance(a, b) == by_the_table(a, b)


def test_the_distance_of_long_texts_is_levenshteins():
    draw = random.Random(5)
    a = [draw.choice("abcdefgh") for _word in range(300)]
    b = [word for word in a if draw.random() < 0.8] + list("hgf")
    assert distance(a, b) == by_the_table(a, b)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("How are you, Sam?", "how are  YOU sam", 1),
        ("How are you", "How are they", 2 / 3),
        ("", "", 1),
        ("…", "!", 1),
        ("", "Hello there", 0),
        ("ﬁne", "fine", 1),  # one text in two ways of writing
    ],
)
def test_case_space_and_punctuation_do_not_count(first, second, expected):
    assert similarity(first, second) == pytest.approx(expected)
    assert similarity(second, first) == pytest.approx(expected)


def test_edits_are_compared_with_each_other_and_with_the_draft():
    rows = [
        (1, "Ana", "edit", "You could ask first.", None),
        (1, "Ben", "edit", "You could wait first.", None),
        (1, "Chloe", "accept", None, None),
        (2, "Ana", "accept", None, None),
        (2, "Ben", "accept", None, None),
    ]
    found = edit_similarity(rows, {1: "You could ask.", 2: DRAFT})
    assert found["n_edits"] == 2
    assert found["between_edits"]["estimate"] == pytest.approx(3 / 4)
    assert found["draft_to_edit"]["estimate"] == pytest.approx((3 / 4 + 2 / 4) / 2)
    assert found["same_verdict"]["estimate"] == pytest.approx((1 / 3 + 1) / 2)
    for name in ("between_edits", "draft_to_edit", "same_verdict"):
        assert "not corrected for chance" in found[name]["note"]


def test_there_is_no_chance_corrected_coefficient_among_them():
    found = edit_similarity([(1, "Ana", "edit", "a", None), (1, "Ben", "edit", "b", None)], {1: "c"})
    assert not any(word in name for name in found for word in ("alpha", "kappa", "gwet", "icc"))


def test_items_without_an_edit_say_nothing_of_edits():
    few = [(1, "Ana", "edit", "ask her", None), (1, "Ben", "edit", "ask him", None)]
    more = few + [(item, who, "accept", None, None) for item in range(2, 30) for who in ("Ana", "Ben")]
    drafts = dict.fromkeys(range(30), DRAFT)
    for name in ("between_edits", "draft_to_edit"):
        one, other = (edit_similarity(rows, drafts, bootstrap=0)[name]["estimate"] for rows in (few, more))
        assert one == other


def test_an_edit_without_a_verdict_is_the_verdict_to_edit():
    rows = [(1, "Ana", None, "ask her", None), (1, "Ben", "edit", "ask him", None)]
    assert edit_similarity(rows, {1: DRAFT})["same_verdict"]["estimate"] == 1


def test_intervals_go_over_clients():
    draw = random.Random(2)
    rows = [
        (
            item,
            who,
            "edit",
            " ".join(draw.choice(["ask", "wait", "say", "hear"]) for _word in range(6)),
            f"c{item // 2}",
        )
        for item in range(60)
        for who in ("Ana", "Ben")
    ]
    found = edit_similarity(rows, dict.fromkeys(range(60), "ask wait say hear ask wait"), bootstrap=200)
    for name in ("between_edits", "draft_to_edit"):
        assert "bootstrap over 30 clusters" in found[name]["method"]
        assert found[name]["ci"][0] < found[name]["estimate"] < found[name]["ci"][1]


def test_an_edit_of_nothing_is_refused():
    with pytest.raises(BadRatings, match="has no draft"):
        edit_similarity([(1, "Ana", "edit", "ask her", None)], {})


@pytest.mark.parametrize(
    ("rows", "name", "reason"),
    [
        ([], "between_edits", "no ratings"),
        (
            [(1, "Ana", "accept", None, None), (1, "Ben", "accept", None, None)],
            "draft_to_edit",
            "no draft was edited",
        ),
        ([(1, "Ana", "edit", "a", None), (1, "Ben", "accept", None, None)], "between_edits", "edited by two"),
        ([(1, "Ana", "accept", None, None)], "same_verdict", "read by two"),
    ],
)
def test_what_cannot_be_said_is_said_in_words(rows, name, reason):
    found = edit_similarity(rows, {1: DRAFT})
    assert found[name]["estimate"] is None and reason in found[name]["note"]
    json.dumps(found, allow_nan=False)
