"""The demo's third reader settles over HTTP, in the two steps that a person takes."""

import pytest

from accounts.models import Role
from config.demo.reviewers import EDITS, settle_disputes
from review.models import Decision, FirstJudgement
from tests.conftest import PASSWORD, person
from tests.review.factories import judge, round_of, says, standings


@pytest.fixture
def dan(live_server):
    return person("Dan", Role.ADJUDICATOR)


def test_the_third_reader_settles_every_dispute_of_the_round(live_server, dan, ben, chloe, lena):
    round = round_of(3, [ben, chloe], lena, unaided_share=0)
    wording, verdict, agreed = round.items.order_by("position")
    judge(wording, ben, says("edit", EDITS[0]))
    judge(wording, chloe, says("edit", EDITS[1]))
    judge(verdict, ben, says())
    judge(verdict, chloe, says("reject"))
    judge(agreed, ben, says())
    judge(agreed, chloe, says())
    assert settle_disputes(round, url=live_server.url, email=dan.email, password=PASSWORD) == 2
    [decision] = Decision.objects.filter(kind="wording")
    assert decision.judged["equivalent"] is False and decision.error_type == "wording"
    assert (
        standings(wording)["wording"] == ("settled", decision.approved_edits)
        and len(decision.approved_edits) == 1
    )
    assert FirstJudgement.objects.filter(decision__isnull=False).count() == 2
    assert round.items.settled().count() == 3
