"""Whether a judgement is among the known answers: sets, not strings."""

import pytest

from review.gold.answers import BadAnswers, Given, check, hits, severity_biases
from review.standing import Found
from tests.review.gold.factories import answers, found

OFFERED = {
    "mistakes": {"premature-advice", "minimising"},
    "levels": {"specific": {"1", "2", "3", "4", "5"}},
    "turns": {1, 3, 5},
}


def given(*findings, verdict="accept", level="4"):
    return Given(verdict=verdict, findings=findings, levels={"specific": level})


def hit(one, known, aspect="findings"):
    return hits(one, known)[aspect]


@pytest.mark.parametrize("verdict, right", [("accept", True), ("edit", True), ("reject", False)])
def test_several_verdicts_may_be_right(verdict, right):
    assert hit(given(verdict=verdict), answers(), "verdict") is right


@pytest.mark.parametrize("level, right", [("4", True), ("5", True), ("3", False)])
def test_several_levels_may_be_right(level, right):
    assert hit(given(level=level), answers(), "dimension:specific") is right


def test_a_dimension_whose_answer_is_not_known_measures_nobody():
    one = Given("accept", levels={"specific": "4", "supportive": "1"})
    assert set(hits(one, answers())) == {"verdict", "findings", "dimension:specific"}


def test_the_mistakes_of_one_accepted_set_are_to_be_named_no_more_and_no_fewer():
    both = [found(), found("minimising", (5,))]
    known = answers(sets=[[found()], both])
    advice, minimising = Found("premature-advice", (3,)), Found("minimising", (5,))
    assert hit(given(advice), known) and hit(given(minimising, advice), known)
    assert not hit(given(minimising), known) and not hit(given(), known)
    assert not hit(given(advice, minimising), answers(sets=[[found()]]))


def test_a_mistake_is_marked_at_accepted_turns_at_one_of_them_at_least_and_at_no_other():
    known = answers(sets=[[found(turns=(3, 5))]])
    for turns, right in (((3,), True), ((3, 5), True), ((1,), False), ((3, 1), False), ((), False)):
        assert hit(given(Found("premature-advice", turns)), known) is right, turns


def test_the_same_mistake_marked_twice_is_one_mistake_at_both_turns():
    known = answers(sets=[[found(turns=(3, 5))]])
    assert hit(given(Found("premature-advice", (3,), 1), Found("premature-advice", (5,), 3)), known)


def test_that_nothing_is_wrong_can_be_the_answer_alone_or_among_others():
    advice = Found("premature-advice", (3,))
    assert hit(given(), answers(sets=[[]])) and not hit(given(advice), answers(sets=[[]]))
    assert hit(given(), answers(sets=[[found()], []])) and hit(given(advice), answers(sets=[[found()], []]))


@pytest.mark.parametrize("severity, bias", [(0, -1), (1, 0), (2, 0), (3, 1)])
def test_how_serious_is_measured_from_the_nearest_accepted(severity, bias):
    assert severity_biases(given(Found("premature-advice", (3,), severity)), answers()) == [bias]


def test_how_serious_is_not_measured_where_it_is_not_known_or_another_mistake_was_found():
    unknown = answers(sets=[[found(severities=())]])
    assert severity_biases(given(Found("premature-advice", (3,), 3)), unknown) == []
    assert severity_biases(given(Found("minimising", (3,), 3)), answers()) == []


def test_these_are_answers():
    check(answers(), **OFFERED)
    check(answers(sets=[[]]), **OFFERED)


@pytest.mark.parametrize(
    "bad, said",
    [
        (answers(verdict=()), "which verdicts"),
        (answers(verdict=("perhaps",)), "which verdicts"),
        (answers(sets=[]), "or that there is none"),
        (answers(sets=[[found("unheard-of")]]), "only those of this guideline version"),
        (answers(sets=[[found(), found()]]), "names each once"),
        (answers(sets=[[found(turns=())]]), "which of the counsellor's turns"),
        (answers(sets=[[found(turns=(2,))]]), "which of the counsellor's turns"),
        (answers(sets=[[found(severities=(4,))]]), "0 to 3"),
        (answers(levels=("9",)), "not in this rubric version: specific"),
        (answers() | {"verdict": {"accepted": ["accept"], "why": " "}}, "reason for every answer"),
    ],
)
def test_these_are_not_and_the_message_says_why(bad, said):
    with pytest.raises(BadAnswers, match=said):
        check(bad, **OFFERED)
