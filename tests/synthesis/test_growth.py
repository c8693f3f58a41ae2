"""The reward of a novice: how much better it finds what was wrong, with nothing skipped and nothing dropped."""

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from synthesis.growth import against_intended, gain, overlap, scored

KEYS = ("forcing-change", "poor-listening", "insufficient-empathy", "other")
findings = st.lists(
    st.fixed_dictionaries(
        {
            "mistake": st.sampled_from(KEYS),
            "utterances": st.lists(st.sampled_from(range(1, 14, 2)), min_size=1, max_size=3),
        }
    ),
    max_size=3,
)
answers = st.one_of(st.none(), findings)
sets = st.frozensets(st.integers(1, 6))


unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@unhurried
@given(sets, sets)
def test_an_overlap_is_one_for_the_same_sets_and_none_for_sets_apart(one, other):
    both = overlap(one, other)
    assert 0 <= both <= 1 and both == overlap(other, one)
    assert (both == 1) == (one == other)
    assert (both == 0) == (not one & other and one != other)


@unhurried
@given(answers, answers, findings)
def test_a_reward_lies_between_minus_two_and_two_and_turns_round_with_the_answers(before, after, truth):
    one, other = scored(before, truth), scored(after, truth)
    assert -2 <= gain(one, other) <= 2
    assert gain(one, other) == -gain(other, one)
    assert gain(one, one) == 0


@unhurried
@given(answers, findings)
def test_whoever_ends_with_the_truth_never_loses(before, truth):
    assert gain(scored(before, truth), scored(truth, truth)) >= 0


@unhurried
@given(findings)
def test_the_truth_itself_has_the_full_score_also_where_nothing_is_wrong(truth):
    assert scored(truth, truth).score.total == 2


@unhurried
@given(findings, findings)
def test_the_order_of_findings_and_naming_one_twice_change_nothing(answer, truth):
    assert scored([*answer[::-1], *answer], truth).score == scored(answer, truth[::-1]).score


def test_to_see_nothing_where_nothing_is_wrong_is_right_and_a_false_alarm_is_not():
    assert scored([], []).score.total == 2
    assert scored([{"mistake": "other", "utterances": [1]}], []).score.total == 0


@unhurried
@given(findings)
def test_an_answer_that_nobody_can_read_is_wrong_even_where_nothing_was_wrong(truth):
    assert scored(None, truth).score.total == 0
    assert gain(scored(None, truth), scored(truth, truth)) == 2


def test_the_right_place_and_the_right_mistake_count_apart():
    truth = [{"mistake": "forcing-change", "utterances": [3, 5]}]
    place = scored([{"mistake": "poor-listening", "utterances": [3, 5]}], truth).score
    name = scored([{"mistake": "forcing-change", "utterances": [9]}], truth).score
    assert (place.location, place.mistakes) == (1, 0)
    assert (name.location, name.mistakes) == (0, 1)


@unhurried
@given(answers, answers, answers, st.frozensets(st.sampled_from(KEYS[:3])))
def test_against_what_was_meant_only_the_mistakes_count(before, after, whole, intended):
    novice = {
        name: {"findings": answer}
        for name, answer in (("before", before), ("after", after), ("after_as_published", whole))
    }
    found = against_intended(novice, intended)
    assert -1 <= found["reward"] <= 1 and -1 <= found["reward_as_published"] <= 1
    assume(after is not None)
    assert (found["after"] == 1) == ({f["mistake"] for f in after} == intended)
