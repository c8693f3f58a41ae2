"""Some sessions come to their reader once more, and she is not told: how far does she agree with herself?"""

from datetime import timedelta
from html import unescape

import pytest
from django.urls import reverse
from django.utils import timezone

from review import repeating
from review.agreeing.figures import with_herself
from review.agreeing.kept import current
from review.flags.raising import raise_flag
from review.label_studio.sending import send
from review.models import Decision, Reading, Round, SendState
from review.reports import desk_of, judgements, progress
from review.workflow import decide
from synthesis.models import Mark, Run
from tests.fakes.label_studio import FakeLabelStudio
from tests.review.factories import (
    judge,
    made_instances,
    published_pairs,
    published_rubric,
    reading,
    round_of,
    says,
    standings,
)

LONG_AGO = -60 * 24 * 15  # minutes


@pytest.fixture
def round(ben, chloe, lena):
    """Twenty sessions, each read by Ben and Chloe, of which each reads two once more."""
    return round_of(20, [ben, chloe], lena, repeat_share=0.1, unaided_share=0)


def repeats(round, person):
    return Reading.objects.filter(seat__round=round, seat__rater__user=person, pass_number=2)


def due(round, person):
    return set(repeating.due(repeats(round, person)).values_list("pk", flat=True))


def again(reading, answers):
    return decide(reading=reading, answers=answers, decided_at=timezone.now(), lead_time=20.0)


def judge_all(round, person, minutes, *, but=()):
    for item in round.items.exclude(pk__in=[item.pk for item in but]):
        judge(item, person, says(), minutes=minutes)


def test_each_reader_has_repeats_of_her_own_sessions_behind_all_others(round, ben, chloe):
    for person in (ben, chloe):
        own = repeats(round, person)
        assert own.count() == 2
        first = Reading.objects.filter(seat__rater__user=person, pass_number=1)
        assert set(own.values_list("item", flat=True)) <= set(first.values_list("item", flat=True))
        last = first.order_by("-order").values_list("order", flat=True)[0]
        assert all(reading.order > last for reading in own)
        ids = {*own.values_list("external_id", flat=True)}
        assert not ids & {*first.values_list("external_id", flat=True)}
    assert round.items.first().readings.planned().count() == 2


def test_who_reads_few_sessions_reads_none_twice(ben, chloe, lena):
    round = round_of(9, [ben, chloe], lena, repeat_share=1.0)
    assert not Reading.objects.filter(seat__round=round, pass_number=2).exists()


def test_a_repeat_comes_a_fortnight_after_it_was_judged(round, ben):
    one, other = repeats(round, ben)
    assert due(round, ben) == set()
    judge(one.item, ben, says(), minutes=LONG_AGO)
    judge(other.item, ben, says(), minutes=-60 * 24 * 13)
    assert due(round, ben) == {one.pk}
    judge(one.item, ben, says("reject"), minutes=-60)
    assert due(round, ben) == set(), "she looked at it again an hour ago"


def test_where_the_round_is_over_before_that_a_repeat_comes_last(round, ben):
    one, other = repeats(round, ben)
    judge(one.item, ben, says(), minutes=-60)
    assert due(round, ben) == set()
    round.deadline = timezone.now() + timedelta(days=5)
    round.save(update_fields=["deadline"])
    assert due(round, ben) == set(), "other sessions wait for her"
    judge_all(round, ben, -30, but=[one.item])
    assert due(round, ben) == {one.pk, other.pk}


def test_nothing_unsafe_comes_twice(round, ben, dan):
    one, other = repeats(round, ben)
    judge(one.item, ben, says(unsafe=True), minutes=LONG_AGO)
    judge(other.item, ben, says(), minutes=LONG_AGO)
    assert due(round, ben) == {other.pk}
    Mark.objects.create(instance=other.item.instance, kind="held", by=dan, reason="asked about")
    assert due(round, ben) == set()
    Mark.objects.create(instance=other.item.instance, kind="released", by=dan, reason="answered")
    assert due(round, ben) == {other.pk}
    Mark.objects.create(profile=other.item.instance.profile, kind="held", by=dan, reason="asked about")
    assert due(round, ben) == set()


def test_a_repeat_is_sent_when_it_is_due_and_is_on_no_desk_before(round, ben):
    label_studio = FakeLabelStudio()
    send(round, label_studio)
    one, other = repeats(round, ben)
    assert {one.send_state, other.send_state} == {SendState.PLANNED}
    (desk,) = desk_of(ben)
    assert (desk.total, desk.left) == (20, 20)
    judge(one.item, ben, says(), minutes=LONG_AGO)
    assert send(round, label_studio) == 1
    one.refresh_from_db(), other.refresh_from_db()
    assert (one.send_state, other.send_state) == (SendState.SENT, SendState.PLANNED)
    (desk,) = desk_of(ben)
    assert (desk.total, desk.left) == (21, 20)
    (seat,) = [seat for seat in progress(round) if seat.rater.user == ben]
    assert (seat.total, seat.judged) == (20, 1)


def test_a_repeat_settles_nothing_and_counts_in_no_agreement_between_readers(round, ben, chloe):
    repeat = repeats(round, ben).first()
    for person in (ben, chloe):
        judge(repeat.item, person, says(), minutes=LONG_AGO)
    before = standings(repeat.item)
    assert before["verdict"] == ("settled", "accept")
    again(repeat, says("reject"))
    assert standings(repeat.item) == before
    assert judgements(round).count() == 2 and Decision.objects.count() == 3


def test_the_page_says_how_far_reviewers_agree_with_themselves(round, ben, chloe, lena, client):
    for person, second in ((ben, says()), (chloe, says("reject"))):
        for repeat in repeats(round, person):
            judge(repeat.item, person, says(), minutes=LONG_AGO)
            again(repeat, second)
    counted = repeating.counted(round)
    assert (counted.planned, counted.judged) == (4, 4) and 14.9 < counted.days < 15.1
    verdict = with_herself(current(round))["aided"]["verdict"]
    assert (verdict["n_items"], verdict["n_raters"]) == (4, 2)
    assert verdict["percent_agreement"]["estimate"] == 0.5
    client.force_login(lena)
    page = client.get(reverse("agreement")).content.decode()
    assert "4 sessions were drawn to be read twice" in page and "4 have been judged twice" in page


def test_one_that_was_judged_once_says_nothing_of_herself(round, ben):
    judge_all(round, ben, LONG_AGO)
    assert repeating.counted(round) == repeating.Repeats(planned=4, judged=0, days=None)
    assert with_herself(current(round)) == {}


def test_the_new_rounds_page_draws_repeats(ben, chloe, lena, client):
    pairs, rubric = published_pairs(), published_rubric()
    run = Run.objects.create(serial=1, recipe="supervised_dialogue", version=pairs)
    made_instances(20, pairs, run=run)
    client.force_login(lena)
    given = {
        "name": "November", "runs": [run.public_id], "reviewers": [ben.public_id, chloe.public_id],
        "pairs_version": pairs.pk, "rubric_version": rubric.pk, "overlap": 2, "unaided_share": 0, "repeat_share": 10,
    }  # fmt: skip
    assert client.post(reverse("round_new"), given).status_code == 302
    made = Round.objects.get()
    assert made.repeat_share == 0.1 and repeats(made, ben).count() == 2
    page = client.get(reverse("round", args=[made.public_id])).content.decode()
    assert "10 % of a reader's sessions come to her twice" in unescape(page)


def test_what_she_may_have_seen_the_resolution_of_comes_no_second_time(ben, chloe, lena):
    round = round_of(20, [ben, chloe], lena, repeat_share=0.1, unaided_share=0,
                     resolutions_from=timezone.now() - timedelta(days=1))  # fmt: skip
    one, other = repeats(round, ben)
    judge(one.item, ben, says(), minutes=LONG_AGO)
    judge(other.item, ben, says(), minutes=LONG_AGO)
    assert due(round, ben) == {one.pk, other.pk}
    judge(one.item, chloe, says(), minutes=LONG_AGO)
    assert standings(one.item)["verdict"] == ("settled", "accept")
    assert due(round, ben) == {other.pk}


def test_what_a_reader_flagged_comes_to_nobody_twice_until_a_lead_has_answered(round, ben, chloe):
    one, other = repeats(round, ben)
    judge(one.item, ben, says(), minutes=LONG_AGO)
    judge(other.item, ben, says(), minutes=LONG_AGO)
    raise_flag(reading=reading(one.item, chloe), kind="person", words="I know this street.", by=chloe)
    assert due(round, ben) == {other.pk}
