"""A lead has more sessions of an open round read by two; that is logged, and told with the figures."""

import json

import pytest

from accounts.models import Grant, TrailEvent
from accounts.roles import Refused
from review import extending
from review.agreeing import leaving, methods
from review.agreeing.kept import current
from review.models import Decision, Reading
from review.rounds import close_round
from tests.review.factories import judge, round_of, says


@pytest.fixture
def round(ben, chloe, lena):
    return round_of(6, [ben, chloe], lena, overlap=1)


def readers(round) -> dict[int, int]:
    return {item.pk: item.readings.count() for item in round.items.all()}


def by_its_reader(item):
    return judge(item, item.readings.get().seat.rater.user, says("accept"))


def test_sessions_that_nobody_judged_get_a_second_reader_and_no_other(round, lena):
    first, second = round.items.all()[:2]
    by_its_reader(first)
    by_its_reader(second)
    handed = extending.extend(round=round, sessions=3, by=lena)
    assert (handed.on, handed.left) == (3, 0)
    now = readers(round)
    assert now[first.pk] == now[second.pk] == 1 and sorted(now.values()) == [1, 1, 1, 2, 2, 2]
    for item in round.items.all():
        assert item.readings.values("seat").distinct().count() == now[item.pk]


def test_a_session_that_got_a_second_reader_does_not_settle_by_one(round, lena):
    extending.extend(round=round, sessions=6, by=lena)
    item = round.items.first()
    one, other = item.readings.all()
    judge(item, one.seat.rater.user, says("accept"))
    assert round.items.unsettled().filter(pk=item.pk).exists()
    judge(item, other.seat.rater.user, says("accept"))
    assert not round.items.unsettled().filter(pk=item.pk).exists()


def test_the_trail_says_how_many_and_how_much_had_been_judged_by_then(round, lena):
    by_its_reader(round.items.first())
    extending.extend(round=round, sessions=2, by=lena)
    extending.extend(round=round, sessions=1, by=lena)
    acts = TrailEvent.objects.filter(verb="review.extend").order_by("pk")
    assert [act.after for act in acts] == [
        {"read_by_second": 2, "judged_by_then": 1},
        {"read_by_second": 1, "judged_by_then": 1},
    ]
    told = extending.extensions(round)
    assert [(one["sessions"], one["judged_by_then"]) for one in told] == [(2, 1), (1, 1)]


def test_it_is_told_with_the_figures_and_in_the_paragraph(round, lena):
    by_its_reader(round.items.first())
    extending.extend(round=round, sessions=5, by=lena)
    for reading in Reading.objects.filter(seat__round=round, judged=False):
        judge(reading.item, reading.seat.rater.user, says("accept"))
    close_round(round=round, by=lena)
    found = leaving.document(current(type(round).objects.get()), parts=False)
    (one,) = json.loads(json.dumps(found["round"]["extensions"]))
    assert (one["sessions"], one["judged_by_then"]) == (5, 1)
    said = " ".join(methods.paragraph(found))
    assert "a second reader was given to 5 more of the sessions that nobody had judged" in said
    assert "1 of all readings had been judged by then" in said


def test_whoever_reads_the_agreement_is_told_on_every_page(log_in, round, lena):
    extending.extend(round=round, sessions=5, by=lena)
    for reading in Reading.objects.filter(seat__round=round, judged=False):
        judge(reading.item, reading.seat.rater.user, says("accept"))
    close_round(round=round, by=lena)
    for place in ("", "by/pair/", "reviewers/", "methods/"):
        page = log_in(lena).get(f"/agreement/{place}?round={round.public_id}").content.decode()
        assert "5 more sessions got a second reader" in page and "Judgements made by then: 0." in page, place


@pytest.mark.parametrize(
    ("sessions", "why"), [(0, "At least one"), (-1, "At least one"), (7, "Only 6 sessions")]
)
def test_what_cannot_be_is_refused_and_changes_nothing(round, lena, sessions, why):
    before = Reading.objects.count()
    with pytest.raises(extending.CannotExtend, match=why):
        extending.extend(round=round, sessions=sessions, by=lena)
    assert Reading.objects.count() == before and not TrailEvent.objects.filter(verb="review.extend").exists()


def test_where_nobody_else_may_read_them_nothing_is_changed(ben, lena):
    round = round_of(3, [ben], lena, overlap=1, unaided_share=0)
    with pytest.raises(extending.CannotExtend, match="Of 2 sessions 2 would find no second reader"):
        extending.extend(round=round, sessions=2, by=lena)
    assert Reading.objects.count() == 3


def test_neither_a_reviewer_nor_a_lead_who_judges_there_extends_it_nor_a_closed_one(
    round, ben, dan, eve, lena
):
    Grant.objects.create(user=ben, role="lead")
    for other in (ben, dan, eve):
        with pytest.raises(Refused):
            extending.extend(round=round, sessions=1, by=type(other).objects.get(pk=other.pk))
    close_round(round=round, by=lena)
    with pytest.raises(Refused, match="closed"):
        extending.extend(round=round, sessions=1, by=lena)


def test_by_clicking(client, round, lena):
    client.force_login(lena)
    page = client.get(f"/rounds/{round.public_id}/").content.decode()
    assert "Have more sessions read by two" in page
    address = f"/rounds/{round.public_id}/extend/"
    answer = client.post(address, {"sessions": 2}, follow=True).content.decode()
    assert "2 more sessions are read by two now." in answer and "Extended the round" in answer
    assert (
        "Only 4 sessions have one reader"
        in client.post(address, {"sessions": 9}, follow=True).content.decode()
    )
    assert client.get(address).status_code == 405
    assert client.post(address, {"sessions": "many"}, follow=True).status_code == 200
    assert sorted(readers(round).values()) == [1, 1, 1, 1, 2, 2] and not Decision.objects.exists()
