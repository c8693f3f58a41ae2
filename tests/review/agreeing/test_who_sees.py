"""Whoever judges sees nothing of that round's agreement; nobody reads how one session goes before release."""

import pytest

from accounts.models import Role
from guidelines.models import Version
from review.rounds import close_round
from tests.conftest import person
from tests.review.factories import judge, made_instances, round_of, says
from tests.review.test_pages import words

PLACES = (
    "", "by/pair/", "by/named/", "by/recipe/", "by/model/", "by/time/", "marks/", "reviewers/", "answers/", "rates/",
    "sessions/", "methods/", "rounds/", "figures.json", "figures.csv", "ratings.csv",
)  # fmt: skip


@pytest.fixture
def reva(db):
    return person("Reva", Role.LEAD, Role.ANNOTATOR)


@pytest.mark.parametrize("place", PLACES)
def test_a_lead_who_judges_in_a_round_finds_no_page_of_its_agreement(ben, reva, lena, log_in, place):
    round = round_of(6, [ben, reva], lena, unaided_share=0)
    for item in round.items.all():
        judge(item, ben, says("reject"))
    asked = {"round": round.public_id}
    assert log_in(reva).get(f"/agreement/{place}", asked).status_code == 404
    assert log_in(lena).get(f"/agreement/{place}", asked).status_code in (200, 403)
    close_round(round=round, by=lena)
    assert log_in(reva).get(f"/agreement/{place}", asked).status_code == 200


@pytest.mark.parametrize("place", PLACES)
def test_eve_is_refused(judged, eve, log_in, place):
    assert log_in(eve).get(f"/agreement/{place}", {"round": judged.public_id}).status_code == 403


def test_rounds_beside_each_other_leave_out_the_one_that_she_judges(judged, ben, reva, lena, log_in):
    rubric = judged.rubric_version
    hers = round_of(
        2, [ben, reva], lena, pairs_version=judged.pairs_version, rubric_version=rubric, unaided_share=0,
        name="Hers",
    )  # fmt: skip
    judge(hers.items.first(), ben, says())
    assert "Hers" in words(log_in(lena).get("/agreement/rounds/"))
    page = words(log_in(reva).get("/agreement/rounds/"))
    assert "Hers" not in page and "November" in page


@pytest.mark.parametrize("place", ["by/pair/", "marks/", "reviewers/", "rates/", "sessions/", "ratings.csv"])
def test_a_lead_who_may_settle_there_sees_no_part_of_an_open_round(judged, lena, log_in, place):
    both = person("Mara", Role.LEAD, Role.ADJUDICATOR)
    asked = {"round": judged.public_id}
    assert log_in(both).get(f"/agreement/{place}", asked).status_code == 403
    whole = log_in(both).get("/agreement/figures.json", asked).json()
    assert whole["agreement"]["aided"] and "parts" not in whole and "named" not in whole
    close_round(round=judged, by=lena)
    assert log_in(both).get(f"/agreement/{place}", asked).status_code == 200


def test_while_the_round_is_open_no_reading_is_shown_beside_another(judged, lena, log_in):
    asked = {"round": judged.public_id, "arm": "aided", "question": "verdict"}
    page = words(log_in(lena).get("/agreement/sessions/", asked))
    assert "How a session was settled is read when the round is closed" in page
    assert "finds no mistake" not in page and "Premature" not in page
    assert log_in(lena).get("/agreement/ratings.csv", asked).status_code == 403
    close_round(round=judged, by=lena)
    page = words(log_in(lena).get("/agreement/sessions/", asked))
    assert "finds no mistake" in page and "Noor" in page


def test_a_session_that_she_judges_elsewhere_is_told_in_no_part(closed, ben, reva, lena, log_in):
    """It is before her again, in another open round: its part could tell how it was judged."""
    again = closed.items.first().instance
    round_of(
        1, [ben, reva], lena, pairs_version=closed.pairs_version, rubric_version=closed.rubric_version,
        instances=[again], unaided_share=0,
    )  # fmt: skip
    asked = {"round": closed.public_id}
    for place in ("by/pair/", "marks/", "reviewers/", "rates/", "sessions/", "ratings.csv"):
        assert log_in(reva).get(f"/agreement/{place}", asked).status_code == 403, place
        assert log_in(lena).get(f"/agreement/{place}", asked).status_code == 200, place


def test_a_part_of_few_sessions_is_told_when_resolutions_are_open(ben, chloe, lena, log_in):
    from guidelines.models import PairRevision
    from tests.review.factories import published_pairs

    pairs = published_pairs()
    rare = PairRevision.objects.get(pair__key="minimising")
    instances = [*made_instances(6, pairs), *made_instances(1, pairs, pair_revision=rare)]
    round = round_of(0, [ben, chloe], lena, pairs_version=pairs, instances=instances, unaided_share=0)
    for item in round.items.all():
        for who in (ben, chloe):
            judge(item, who, says("reject" if item.instance.pair_revision == rare else "accept"))
    asked = {"round": round.public_id, "question": "verdict"}
    page = words(log_in(lena).get("/agreement/by/pair/", asked))
    assert "1 session: so few are told when resolutions are open" in page
    told = log_in(lena).get("/agreement/figures.json", asked).json()["parts"]["pair"]["aided"]["verdict"]
    assert {one["part"]: "not_told" in one for one in told} == {"premature-advice": False, "minimising": True}
    assert "So few sessions are told" in words(log_in(lena).get("/agreement/rates/", asked | {"by": "pair"}))
    close_round(round=round, by=lena)
    assert "so few are told" not in words(log_in(lena).get("/agreement/by/pair/", asked))


def test_the_time_of_one_reader_alone_is_told_nowhere(ben, chloe, lena, log_in):
    round = round_of(6, [ben, chloe], lena, unaided_share=0)
    for item in round.items.all():
        judge(item, ben, says())
    asked = {"round": round.public_id}
    assert "Time for one judgement" not in words(log_in(lena).get("/agreement/rates/", asked))
    for item in round.items.all():
        judge(item, chloe, says())
    page = words(log_in(lena).get("/agreement/rates/", asked))
    assert "Time for one judgement" in page and "30 s" in page
    assert Version.objects.count() == 2
