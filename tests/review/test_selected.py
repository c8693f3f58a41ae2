"""The words of a reply that its raters gave as evidence: found again in it, and compared."""

import pytest

from review import selected
from review.models import Rating
from tests.review import invented
from tests.review.factories import DIMENSIONS, judge

FIRST = next(iter(DIMENSIONS))


@pytest.fixture
def rated(ben, chloe, lena):
    """Six replies. Of each Ben gives the first word, Chloe the first two."""
    round = invented.round_of("judged_reply", 6, [ben, chloe], lena)
    for item in round.items.all():
        for who, words in ((ben, 1), (chloe, 2)):
            quote = " ".join(invented.REPLY.split()[:words])
            evidence = {FIRST: [{"turn": None, "quote": quote, "note": ""}]}
            judge(item, who, invented.says("judged_reply", evidence=evidence))
    return round


def test_what_was_quoted_is_found_where_it_stands(rated):
    found = selected.selected(rated)
    assert len(found.readings) == 12 and Rating.objects.exclude(evidence=[]).count() == 12
    for item, _rater, selections, _client in found.readings:
        [(turn, start, end, label)] = selections
        assert (turn, start, label) == ("reply", 0, FIRST) and 0 < end < found.lengths[item]


def test_two_who_quote_more_or_less_overlap_and_are_not_the_same(rated):
    found = selected.figures(rated)
    assert (found["n_sessions"], found["n_pairs"]) == (6, 6)
    assert found["f1_exact"]["estimate"] == 0 and found["f1_overlap"]["estimate"] == 1
    assert found["alpha_u"]["estimate"] < 1 and set(found["alpha_u"]["by_label"]) == {FIRST}


def test_overlapping_words_of_one_reader_are_one_stretch():
    both = {("reply", 0, 10, "x"), ("reply", 5, 12, "x"), ("reply", 12, 15, "x"), ("reply", 3, 4, "y")}
    assert selected.joined(both) == [("reply", 0, 12, "x"), ("reply", 12, 15, "x"), ("reply", 3, 4, "y")]


def test_whole_sessions_have_no_words_of_a_reply(ben, chloe, lena):
    round = invented.round_of("technique_session", 2, [ben, chloe], lena)
    for item in round.items.all():
        judge(item, ben, invented.says("technique_session"))
    found = selected.figures(round)
    assert found["n_sessions"] == 0 and found["f1_exact"]["estimate"] is None
    assert found["alpha_u"]["estimate"] is None
