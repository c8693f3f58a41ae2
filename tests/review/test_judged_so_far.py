"""What is added up of judgements is what stands, whoever changed her mind or has given back."""

from contextlib import suppress
from unittest.mock import patch

from django.db import transaction
from django.utils import timezone

from config.pages import stages
from review import reports
from review.models import Decision, Reading, Return
from synthesis.adding_up import SETTLED
from tests.review.factories import judge, reading, round_of, says


def told(round) -> tuple:
    aided = reports.rates(round)["aided"]
    seats = {seat.rater.user.name: (seat.judged, seat.total) for seat in reports.progress(round)}
    return aided.n, aided.any_mistake, aided.verdicts, seats


def test_a_reader_who_changes_her_mind_is_counted_once_with_her_last_word(ben, chloe, lena):
    round = round_of(3, [ben, chloe], lena, unaided_share=0)
    first, second, _third = round.items.all()
    judge(first, ben, says("reject", findings=[]))
    judge(second, ben, says())
    assert told(round) == (2, 1, {"reject": 1, "accept": 1}, {"Ben": (2, 3), "Chloe": (0, 3)})
    judge(first, ben, says("edit", "Stay with her hesitation first."), minutes=1)
    wanted = (2, 2, {"edit": 1, "accept": 1}, {"Ben": (2, 3), "Chloe": (0, 3)})
    assert told(round) == wanted
    # And just so when all of it was added up long ago.
    for later in (1, 2):
        with patch("django.utils.timezone.now", return_value=timezone.now() + later * 2 * SETTLED):
            assert told(round) == wanted
    judge(second, ben, says("reject"), minutes=2)
    assert told(round)[2] == {"edit": 1, "reject": 1}


def test_what_is_left_to_judge_is_what_no_reader_has_judged_or_given_back(ben, chloe, lena):
    round = round_of(4, [ben, chloe], lena, unaided_share=0)
    first, second, third, _fourth = round.items.all()
    assert reports.left_to_judge() == Reading.objects.undecided().count() == 8
    judge(first, ben, says())
    Return.objects.create(reading=reading(second, ben), by=ben)
    # Judged before she gave it back, it stays hers.
    judge(third, chloe, says(), minutes=-5)
    Return.objects.create(reading=reading(third, chloe), by=chloe)
    assert reports.left_to_judge() == Reading.objects.undecided().count() == 5
    assert told(round)[3] == {"Ben": (1, 3), "Chloe": (1, 4)}
    (bens,), (chloes,) = reports.desk_of(ben), reports.desk_of(chloe)
    assert (bens.total, bens.left, chloes.total, chloes.left) == (3, 2, 4, 3)


def test_the_road_counts_every_judgement_that_no_other_replaced(ben, chloe, lena):
    round = round_of(2, [ben, chloe], lena, unaided_share=0)
    item = round.items.first()
    judge(item, ben, says())
    judge(item, ben, says("reject"), minutes=1)
    judge(item, chloe, says())
    rows = dict(stages.review(lena)["rows"])
    assert rows["judgements made"] == Decision.objects.readers().in_force().count() == 2
    assert rows["judgements to do"] == 2


def test_a_database_that_was_put_back_is_added_up_anew_though_it_has_as_many_rows_again(ben, chloe, lena):
    round = round_of(4, [ben, chloe], lena, unaided_share=0)
    items = list(round.items.all())

    def much_later():
        return patch("django.utils.timezone.now", return_value=timezone.now() + 2 * SETTLED)

    class PutBack(Exception):
        pass

    with suppress(PutBack), transaction.atomic():
        for item in items[:3]:
            judge(item, ben, says("reject"))
        told(round)
        with much_later():
            assert told(round)[0] == 3  # and kept for a day
        raise PutBack
    for item in items[:3]:
        judge(item, chloe, says())
    judge(items[3], ben, says())
    for _look in range(3):
        with much_later():
            seen = told(round)
    assert seen == (4, 4, {"accept": 4}, {"Ben": (1, 4), "Chloe": (3, 4)})
