"""The rate of false alarms that is stated is the rate there is; and what changes is found."""

import numpy as np
import pytest

from review.agreement.drift import (
    FALSE_ALARM,
    HORIZON,
    chance_of_alarm,
    chart,
    fewer_hits,
    follow,
    leaning,
)

RUNS = 4000
SHARES = (0.5, 0.7, 0.8, 0.9, 0.95)


def alarms(course) -> bool:
    return course.alarms_at is not None


def rate(draw) -> float:
    return float(np.mean([alarms(draw()) for _ in range(RUNS)]))


@pytest.mark.parametrize("share", SHARES)
def test_a_reader_at_the_pass_mark_raises_a_false_alarm_as_rarely_as_stated(share):
    random = np.random.default_rng(11)
    found = rate(lambda: fewer_hits(random.random(HORIZON) < share, share))
    rule = chart(round(1 - share, 6))
    error = 4 * np.sqrt(FALSE_ALARM * (1 - FALSE_ALARM) / RUNS)
    assert found <= FALSE_ALARM + error
    assert found == pytest.approx(rule.exact, abs=error) and rule.exact <= FALSE_ALARM


@pytest.mark.parametrize("share", SHARES)
def test_the_limit_is_no_higher_than_it_has_to_be(share):
    rule = chart(round(1 - share, 6))
    assert chance_of_alarm(rule.chance, rule.up, rule.down, rule.limit - 1) > FALSE_ALARM


def test_a_better_reader_raises_false_alarms_more_rarely_still():
    random = np.random.default_rng(12)
    assert rate(lambda: fewer_hits(random.random(HORIZON) < 0.85, 0.7)) < 0.002


@pytest.mark.parametrize("share, after", [(0.7, 0.35), (0.9, 0.6)])
def test_a_reader_who_gets_much_worse_is_noticed_within_thirty(share, after):
    random = np.random.default_rng(13)
    noticed = [fewer_hits(random.random(30) < after, share).alarms_at for _ in range(RUNS)]
    assert np.mean([at is not None for at in noticed]) > 0.6


def test_a_lean_to_one_side_is_raised_falsely_as_rarely_as_stated_both_sides_together():
    random = np.random.default_rng(14)

    def draw():
        above, below = leaning(random.choice([-1, 1], HORIZON))
        return above if alarms(above) else below

    assert rate(draw) <= FALSE_ALARM + 4 * np.sqrt(FALSE_ALARM * (1 - FALSE_ALARM) / RUNS)


def test_a_lean_is_found_on_its_own_side():
    above, below = leaning([1, 2, 0, 1] * 10)
    assert alarms(above) and not alarms(below)
    above, below = leaning([-1, 0] * 20)
    assert alarms(below) and not alarms(above)


def test_what_meets_the_final_word_leans_to_no_side():
    assert all(course.sums == () for course in leaning([0, 0, 0]))


def test_the_order_counts_and_the_alarm_names_the_observation():
    rule = chart(0.1)
    course = follow([False] * 50 + [True] * 20, rule)
    assert course.sums[:50] == (0,) * 50
    assert course.alarms_at == 50 + -(-rule.limit // rule.up) - 1
    assert not alarms(follow([], rule))


def test_a_chance_of_nothing_or_of_certainty_has_no_chart():
    for chance in (0, 1):
        with pytest.raises(ValueError):
            chart(chance)
