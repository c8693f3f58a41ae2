"""What the balanced supervisor promises is checked on what it wrote."""

from synthesis.checks import stance_not_kept

FINDING = {"quotes": ["You just need to try harder."], "better": "What makes it hard to begin?"}


def test_feedback_that_praises_and_offers_other_words_keeps_its_stance():
    assert stance_not_kept({"strengths": ["You waited."], "findings": [FINDING]}) == []


def test_nothing_wrong_is_a_stance_as_long_as_something_good_is_named():
    assert stance_not_kept({"strengths": ["You waited."], "findings": []}) == []
    (problem,) = stance_not_kept({"strengths": [], "findings": []})
    assert "nothing that was good" in problem


def test_the_criticised_words_are_no_better_words_whatever_their_signs():
    same = {**FINDING, "better": "“you just need to try harder”"}
    (problem,) = stance_not_kept({"strengths": [], "findings": [FINDING, same]})
    assert problem.startswith("Finding 2 offers the words that it criticises")
