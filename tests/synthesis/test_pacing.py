"""How many ask an endpoint at once, and who asks it while it is down: pure rules, without a clock of their own."""

from hypothesis import given
from hypothesis import strategies as st

from synthesis.breaking import Breaker
from synthesis.pacing import Pace
from synthesis.policies import FAULTS_IN_A_ROW


def test_thirty_two_who_are_refused_together_halve_the_pace_once():
    pace = Pace(32)
    for _ in range(32):
        pace.busy(now=0, window=0, after=None)
    assert (pace.at_once, pace.window) == (16, 1)
    pace.busy(now=1, window=1, after=None)
    assert pace.at_once == 8


def test_a_whole_round_of_answers_makes_it_one_wider():
    pace = Pace(32)
    pace.busy(now=0, window=0, after=None)
    for _ in range(16):
        pace.answered(1)
    assert pace.at_once == 16 and pace.limit > 16.9
    pace.answered(1)
    assert pace.at_once == 17


def test_answers_to_what_went_out_before_the_halving_widen_nothing():
    pace = Pace(8)
    pace.busy(now=0, window=0, after=None)
    for _ in range(100):
        pace.answered(0)
    assert pace.at_once == 4


def test_the_moment_to_come_back_holds_for_all_and_the_latest_one_counts():
    pace = Pace(8)
    pace.busy(now=10, window=0, after=5)
    pace.busy(now=11, window=0, after=2)
    assert pace.resting_until == 15


def test_who_is_refused_again_before_anybody_was_answered_waits_longer_each_time():
    pace, rests = Pace(64, first_rest=0.5), []
    for window in range(9):
        pace.busy(now=0, window=window, after=None)
        rests.append(pace.resting_until)
    assert rests == [0, 0.5, 1, 2, 4, 8, 16, 30, 30]
    assert pace.at_once == 1


def test_how_long_nobody_was_answered_counts_from_the_first_refusal_to_the_end_of_the_rest():
    pace = Pace(8)
    pace.busy(now=10, window=0, after=None)
    pace.busy(now=20, window=1, after=60)
    assert pace.lasts(25) == 70
    pace.answered(2)
    assert pace.lasts(26) == 0


def test_what_ran_at_full_width_runs_at_the_new_full_width_at_once():
    pace = Pace(8)
    pace.set_most(32)
    assert pace.at_once == 32
    pace.set_most(4)
    assert pace.at_once == 4
    pace.busy(now=0, window=0, after=None)
    pace.set_most(16)
    assert pace.at_once == 2, "who was slowed down climbs step by step"


happenings = st.one_of(
    st.tuples(st.just("answered"), st.integers(0, 3)),
    st.tuples(st.just("busy"), st.integers(0, 3), st.none() | st.floats(0, 100)),
    st.tuples(st.just("most"), st.integers(1, 300)),
)


@given(st.integers(1, 300), st.lists(happenings, max_size=200))
def test_never_more_than_people_allow_and_never_none(most, happened):
    pace = Pace(most)
    for now, (what, *told) in enumerate(happened):
        before, window = pace.at_once, pace.window
        if what == "most":
            most = told[0]
            pace.set_most(most)
        else:
            lag = max(0, window - told[0])
            if what == "answered":
                pace.answered(lag)
                assert before <= pace.at_once <= before + 1
            else:
                pace.busy(now=now, window=lag, after=told[1])
                assert pace.window - window == (lag == window)
                assert pace.at_once >= before // 2
        assert 1 <= pace.at_once <= most


def opened() -> Breaker:
    breaker = Breaker(patience=60, first_wait=1, longest_wait=8)
    for _ in range(FAULTS_IN_A_ROW):
        assert breaker.admits(0)
        assert breaker.failed(now=0, began=0, was_trying=False) is False
    return breaker


def test_after_some_failures_in_a_row_only_one_tries_and_the_waits_grow():
    breaker, tried, now = opened(), [], 0.0
    while len(tried) < 6:
        now += 0.5
        if breaker.admits(now):
            assert breaker.enters() and not breaker.admits(now), "one at a time"
            tried.append(now)
            assert breaker.failed(now=now, began=now, was_trying=True) is False
    assert tried == [1, 3, 7, 15, 23, 31]


def test_an_answer_in_between_begins_the_count_anew():
    breaker = Breaker(patience=60)
    for _ in range(FAULTS_IN_A_ROW * 3):
        breaker.failed(now=0, began=0, was_trying=False)
        if breaker.in_a_row == FAULTS_IN_A_ROW - 1:
            breaker.answered()
    assert not breaker.is_open


def test_when_the_one_who_tries_is_answered_all_go_on():
    breaker = opened()
    assert breaker.admits(1) and breaker.enters()
    breaker.answered()
    assert breaker.admits(1) and not breaker.enters() and breaker.admits(1)


def test_who_tries_and_goes_away_leaves_the_try_to_another():
    breaker = opened()
    assert breaker.enters()
    breaker.left()
    assert breaker.admits(1)


def test_patience_ends_with_the_try_after_which_the_next_would_come_too_late():
    breaker = opened()
    breaker.next_try = 0
    assert breaker.failed(now=50, began=49, was_trying=True) is False
    breaker.wait = 8
    assert breaker.failed(now=53, began=52, was_trying=True) is True


def test_few_long_waits_take_as_much_patience_as_many_short_ones():
    breaker = Breaker(patience=60)
    assert breaker.failed(now=61, began=0, was_trying=False) is False
    assert breaker.is_open and breaker.down_since == 0
