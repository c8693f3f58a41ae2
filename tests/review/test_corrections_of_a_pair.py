"""The corrections made in review of one pair: where the numbers of the pair lead."""

import pytest
from django.urls import reverse

from review.rounds import close_round
from tests.review.factories import made_instances, published_pairs, round_of
from tests.review.test_feedback import approved_edit


@pytest.fixture
def two_pairs(ben, chloe, dan, lena):
    """Two sessions, of two planned mistakes, each corrected and approved in one closed round."""
    version = published_pairs()
    advice, minimising = (entry.pair_revision for entry in version.entries.order_by("position")[:2])
    made = [made_instances(1, version, pair_revision=one)[0] for one in (advice, minimising)]
    round = round_of(0, [ben, chloe], lena, pairs_version=version, instances=made, unaided_share=0)
    decisions = {}
    for number, item in enumerate(round.items.order_by("position")):
        key = item.instance.pair_revision.pair.key
        decisions[key] = approved_edit(round, ben, chloe, dan, item=number)
    close_round(round=round, by=lena)
    return decisions


def test_the_list_holds_only_sessions_that_were_made_from_the_pair(log_in, ana, two_pairs):
    browser = log_in(ana)
    asked = {"guideline": "novice-mistakes", "pair": "minimising"}
    text = browser.get(reverse("corrections"), asked).content.decode()
    mine, other = (
        reverse("correction", args=[two_pairs[key].public_id]) for key in ("minimising", "premature-advice")
    )
    assert mine in text and other not in text and "“Plays the problem down”" in text
    everything = browser.get(reverse("corrections"), {"guideline": "novice-mistakes"}).content.decode()
    assert mine in everything and other in everything


def test_a_pair_without_corrections_says_so_and_a_pair_that_is_not_there_is_no_fault(log_in, ana, two_pairs):
    browser = log_in(ana)
    for pair in ("interrupting", "no-such-pair", "<b>"):
        answer = browser.get(reverse("corrections"), {"guideline": "novice-mistakes", "pair": pair})
        text = answer.content.decode()
        assert (
            answer.status_code == 200
            and "none of such a session that you may see" in text
            and "<b>”" not in text
        )
