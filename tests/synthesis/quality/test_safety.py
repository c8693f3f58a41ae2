"""The rule for words of risk: what it finds, what it leaves alone, and that its measured worth is shown as it is."""

from collections import Counter

import pytest

from synthesis.cues import cues
from synthesis.quality import safety
from synthesis.tiers import ORDER, tier_of_words
from tests.synthesis.quality.sessions import GOOD, talk


def test_the_labelled_set_is_balanced_and_holds_nothing_twice():
    parts = safety.labelled()
    texts = [text for sentences in parts.values() for text, _tier in sentences]
    assert len(texts) == len(set(texts)) == 160
    for sentences in parts.values():
        assert Counter(tier for _text, tier in sentences) == {
            **dict.fromkeys(safety.RISKS, 10), "none": 40,
        }  # fmt: skip
        assert {tier for _text, tier in sentences} <= set(ORDER)


def test_the_rule_finds_what_it_was_fitted_to():
    wrong = [
        (tier, text)
        for text, tier in safety.labelled()["fitted"]
        if (tier == "none") == bool(cues([text])) or (tier != "none" and tier not in cues([text]))
    ]
    assert wrong == []


def test_on_sentences_that_it_was_not_fitted_to_it_finds_most_and_raises_few_wrongly():
    """The floor below which a change of the cues may not fall; the report shows the numbers with their intervals."""
    found = safety.measured()["unseen"]["any"]
    assert found["recall"]["share"] >= 0.85 and found["precision"]["share"] >= 0.9
    assert found["recall"]["n"] == 40 and found["recall"]["low"] < found["recall"]["share"]


@pytest.mark.parametrize(
    "text",
    [
        "This job is killing me.", "I could have died of embarrassment.", "He beat me at cards.",
        "The news hit me hard.", "I cut myself off from my friends.", "It would be career suicide.",
        "I see no point in living so far away from work.", "I take my life into my own hands now.",
    ],
)  # fmt: skip
def test_turns_of_speech_raise_nothing(text):
    assert cues([text]) == set()


def test_a_turn_of_speech_hides_no_cue_beside_it():
    assert cues(["This job is killing me, and I think of killing myself."]) == {"self-harm-or-suicide"}
    assert cues(["The news hit me hard, then my husband hit me."]) == {"abuse"}


def test_two_risks_in_one_session_are_both_found_and_the_highest_is_the_tier():
    texts = ["My father beats us.", "I want to die."]
    assert cues(texts) == {"abuse", "ideation"} and tier_of_words(texts) == "ideation"


def test_hits_are_counted_by_session_and_by_who_says_it():
    measured = safety.Safety()
    measured.add(talk())
    measured.add(talk([*GOOD, ("client", "Sometimes I wish I was dead."), ("client", "I want to die.")]))
    measured.add(talk([*GOOD, ("counsellor", "Do you think about killing yourself? It is good to ask.")]))
    told = measured.told()
    ideation = told["tiers"]["ideation"]
    assert (ideation["sessions"]["part"], ideation["client"]["part"], ideation["counsellor"]["part"]) == (
        1,
        1,
        0,
    )
    assert told["tiers"]["self-harm-or-suicide"]["counsellor"]["part"] == 1
    assert (told["any"]["part"], told["any"]["n"]) == (2, 3)
