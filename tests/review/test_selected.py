"""The words of a reply that its raters gave as evidence: found again in it, and compared."""

import pytest
from django.db import connection, transaction

from review import marked, selected
from review.agreeing import kept, leaving, marking, stretches
from review.models import Rating
from tests.emptying import frozen_rows_yield
from tests.review import invented
from tests.review.factories import DIMENSIONS, judge
from tests.review.test_rounds_of_judged_replies import content, says

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


@pytest.fixture
def some_rewritten(ben, chloe, lena):
    """Of four replies two have a rewriting, which is opened after the rating. Where there is none Ben and Chloe give the
    same word, where there is one different ones.
    """
    contents = [content(rewritten=n < 2) for n in range(4)]
    round = invented.round_of("judged_reply", 4, [ben, chloe], lena, contents=contents, unaided_share=0)
    for item in round.items.all():
        for who, quote in (
            (ben, "Many people"),
            (chloe, "Many people" if item.arm == "rated" else "get better"),
        ):
            evidence = {FIRST: [{"turn": None, "quote": quote, "note": ""}]}
            judge(
                item, who, says(None, evidence=evidence) if item.arm == "rated" else says(evidence=evidence)
            )
    return round


def test_what_is_rated_before_a_rewriting_is_seen_is_never_pooled_with_the_others(some_rewritten):
    found = marking.figures(some_rewritten, 7)["words"]
    assert {arm: own["n_sessions"] for arm, own in found.items()} == {"rated": 2, "revised": 2}
    assert found["rated"]["f1_exact"]["estimate"] == 1 and found["revised"]["f1_exact"]["estimate"] == 0
    assert [stretches.continuum(some_rewritten, arm)[1]["n_selections"] for arm in ("rated", "revised")] == [
        4,
        4,
    ]


def test_the_page_and_what_leaves_tell_each_by_itself(some_rewritten, lena, log_in):
    client = log_in(lena)
    shown = {}
    for arm in ("rated", "revised"):
        page = client.get("/agreement/marks/", {"round": some_rewritten.public_id, "arm": arm})
        shown[arm] = page.context["words"]["f1_exact"]["estimate"]
    assert shown == {"rated": 1, "revised": 0}
    told = leaving.document(kept.renew(some_rewritten), parts=False)["marks"]["words"]
    assert {arm: own["f1_exact"]["estimate"] for arm, own in told.items()} == shown


def test_turns_that_decide_a_rating_are_told_where_there_is_a_rewriting_too(some_rewritten):
    # Turns are chosen where whole sessions are rated; whoever has both arms finds the marks of both.
    with transaction.atomic(), frozen_rows_yield(connection, ["review_rating"]):
        Rating.objects.exclude(evidence=[]).update(evidence=[{"utterance": 1, "quote": "", "note": ""}])
    found = marked.evidence(some_rewritten)
    assert {arm: len(own.readings) for arm, own in found.items()} == {"rated": 4, "revised": 4}
    assert all(marks == {FIRST: {1}} for own in found.values() for _i, _r, marks, _c in own.readings)
