"""What a session is scored by."""

import numpy as np
import pytest

from review import priority


def test_judges_who_agree_leave_no_spread_and_opposite_ones_the_widest():
    session, question = [0, 0, 1, 1, 2, 2], [0, 0, 0, 0, 0, 0]
    found = priority.disagreement(session, question, [1, 1, 0, 1, 0, 0.5], n=3)
    assert found == pytest.approx([0, 1, 0.25])


def test_nothing_is_known_of_a_session_that_nobody_or_one_judge_rated():
    found = priority.disagreement([0, 0, 1], [0, 0, 0], [0, 1, 1], n=3)
    assert found[0] == 1 and np.isnan(found[1:]).all()
    assert np.isnan(priority.disagreement([], [], [], n=2)).all()


def test_of_several_questions_it_is_the_mean_of_those_answered_twice():
    found = priority.disagreement([0] * 5, [0, 0, 7, 7, 9], [0, 1, 1, 1, 0], n=1)
    assert found == pytest.approx([0.5])


def test_of_four_judges_it_is_the_share_of_pairs_that_differ():
    assert priority.disagreement([0] * 4, [0] * 4, [0, 0, 1, 1], n=1) == pytest.approx([4 / 6])


def test_the_less_a_mistake_was_judged_the_more_it_counts():
    found = priority.coverage([0, 1, 9, None])
    assert found[:3] == pytest.approx([1, 0.5, 0.1]) and np.isnan(found[3])


THEMES = {
    "call": "she puts off the call to her brother and dreads his voice on the phone",
    "sleep": "he lies awake at night and counts the hours until the morning comes",
    "work": "the new manager at work gives her tasks that nobody could finish alone",
}


def sessions(theme: str, n: int) -> list[str]:
    return [
        f"{THEMES[theme]} week {['one', 'two', 'three', 'four', 'five', 'six', 'seven'][i % 7]}"
        for i in range(n)
    ]


def places(*groups: list[str]) -> list[np.ndarray]:
    space = priority.Space([text for group in groups for text in group], words=str.split, seed=1)
    return [space.place(group) for group in groups]


def test_a_session_on_what_nobody_judged_is_newer_than_one_on_what_everybody_did():
    judged, same, other = places(sessions("call", 9), sessions("call", 1), sessions("sleep", 1))
    found = priority.novelty(np.concatenate([same, other]), judged, rng=np.random.default_rng(0))
    assert found[1] > found[0] + 0.2


def test_one_that_is_alone_is_newer_than_one_of_many_alike():
    alike, alone = places(sessions("call", 14), sessions("work", 1))
    nothing = np.empty((0, alike.shape[1]), np.float32)
    found = priority.novelty(np.concatenate([alike, alone]), nothing, rng=np.random.default_rng(0))
    assert found[-1] > found[:-1].max() + 0.2


def test_a_session_is_not_its_own_neighbour_where_some_stand_for_all(monkeypatch):
    monkeypatch.setattr(priority, "NEAR", 6)
    alike, alone = places(sessions("call", 14), sessions("work", 1))
    both = np.concatenate([alike, alone])
    for seed in range(20):
        found = priority.novelty(both, both[:0], rng=np.random.default_rng(seed))
        assert found[-1] > 0.2


def test_of_a_single_session_with_nothing_beside_it_nothing_is_known():
    [one] = places(sessions("call", 1))
    assert np.isnan(priority.novelty(one, one[:0], rng=np.random.default_rng(0))).all()


def test_a_session_without_a_word_has_its_place_too():
    space = priority.Space(sessions("call", 3), words=str.split)
    assert (space.place(["", "…"]) == 0).all()


def test_ranks_take_ties_alike_and_leave_the_unknown_in_the_middle():
    ranks = priority.ranked(np.array([5.0, np.nan, 1.0, 5.0, 9.0]))
    assert ranks == pytest.approx([0.5, 0.5, 0.125, 0.5, 0.875])
    assert (priority.ranked(np.full(3, np.nan)) == 0.5).all()


def test_a_weight_of_nought_switches_a_part_off():
    ranks = {"novelty": np.array([0.9, 0.1]), "coverage": np.array([0.1, 0.9])}
    assert priority.scores(ranks, {"novelty": 1, "coverage": 0}, n=2) == pytest.approx([0.9**3, 0.1**3])
    assert priority.scores(ranks, {"novelty": 2, "coverage": 1}, n=2)[0] == pytest.approx((1.9 / 3) ** 3)
    assert (priority.scores(ranks, {"novelty": 0, "coverage": 0}, n=2) == 1).all()
