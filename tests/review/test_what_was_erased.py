"""Sessions of an erased excerpt are nobody's work any more, a lead sees what became of them, and no task in Label Studio
shows them, whatever became of the round and of the server.
"""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Refused
from config.pages import waiting as waiting_work
from review import disputes, handing_on, reports
from review.label_studio import removing
from review.label_studio.errors import LabelStudioDown
from review.label_studio.sending import send
from review.label_studio.syncing import sync_all
from review.models import Item, RawAnnotation, Reading, SendState, Standing, TaskToErase
from review.rounds import close_round
from review.whereabouts import staged
from synthesis import erasing
from synthesis.holding import NotHeld, release
from synthesis.models import Instance
from tests.fakes.label_studio import FakeLabelStudio
from tests.review import factories, invented
from tests.review.studio import desk, submit
from tests.synthesis.conftest import drive, endpoint
from tests.synthesis.erased_excerpts import MARK, WHY, made, rows_with

__all__ = ["drive", "endpoint", "made"]


@pytest.fixture
def excerpt(made):
    return made[0]


@pytest.fixture
def round(made, ben, chloe, lena):
    """Two replies before Ben and Chloe, one of which is to be erased."""
    pairs = factories.published_pairs()
    stays = factories.made_instances(
        1, pairs, recipe="excerpt_reply", content=invented.content("resistance_reply")
    )
    of = {"instances": [made[1], *stays], "pairs_version": pairs, "screen": "excerpt_reply"}
    return invented.round_of("resistance_reply", 2, [ben, chloe], lena, **of)


@pytest.fixture
def fake():
    return FakeLabelStudio()


def erase(excerpt, lena):
    return erasing.erase(source=excerpt.source_text, why=WHY, by=lena)


def erased_item(round) -> Item:
    return round.items.erased().get()


def words_there(fake) -> bool:
    return MARK in str(fake.tasks) + str(fake.annotations)


# -- in Label Studio


def test_a_task_that_stayed_there_though_it_was_taken_back_is_deleted_too(round, fake, excerpt, ben, lena):
    send(round, fake)
    item = round.items.get(instance__profile=excerpt)
    reading = item.readings.get(seat__rater__user=ben)
    # As a task is that was given back, and that somebody judged before it could be taken out of the queue.
    Reading.objects.filter(pk=reading.pk).update(send_state=SendState.REMOVED)
    erase(excerpt, lena)
    sync_all(fake)
    assert not words_there(fake) and len(fake.tasks) == 2
    assert not TaskToErase.objects.filter(gone_at=None).exists()


def test_what_was_on_its_way_when_its_round_was_closed_is_found_there_and_deleted(round, fake, excerpt, lena):
    fake.lose_answers = 9  # they are stored, and nobody hears of it
    send(round, fake)
    assert set(Reading.objects.values_list("send_state", flat=True)) == {"sending"} and words_there(fake)
    close_round(round=round, by=lena)
    erase(excerpt, lena)
    sync_all(fake)
    assert words_there(fake), "a request that was given up may still be stored there: it is waited for"
    long_ago = timezone.now() - timedelta(hours=1)
    Reading.objects.update(sending_since=long_ago)
    sync_all(fake)
    assert not words_there(fake) and len(fake.tasks) == 2
    assert not TaskToErase.objects.filter(gone_at=None).exists()


def test_what_is_on_its_way_in_an_open_round_is_not_sent_again(round, fake, excerpt, lena):
    fake.lose_answers = 9
    send(round, fake)
    fake.tasks.clear()  # it never arrived
    fake.lose_answers = 0
    erase(excerpt, lena)
    Reading.objects.update(sending_since=timezone.now() - timedelta(hours=1))
    sync_all(fake)
    sync_all(fake)
    assert len(fake.tasks) == 2 and "[erased]" not in str(fake.tasks)
    assert set(erased_item(round).readings.values_list("send_state", flat=True)) == {"removed"}


def test_a_number_that_is_anothers_task_by_now_is_left_alone(round, fake, excerpt, lena):
    send(round, fake)
    erase(excerpt, lena)
    ours = set(erased_item(round).readings.values_list("task_id", flat=True))
    # The server was rebuilt: under these numbers stand tasks of somebody else's project, and of our other session.
    elsewhere = fake.create_project(title="Another study", config="<View/>")
    left = next(task for task in fake.tasks.values() if task["id"] not in ours)
    first, second = sorted(ours)
    fake.tasks[first] = fake.tasks[first] | {"project": elsewhere, "data": {"text": "Not ours."}}
    fake.tasks[second] = fake.tasks[second] | {"data": left["data"]}
    removing.erase_tasks(round, fake)
    assert set(fake.tasks) >= ours, "neither is ours to delete"
    assert not TaskToErase.objects.filter(gone_at=None).exists() and not words_there(fake)


def test_a_task_whose_id_was_changed_by_hand_is_found_by_its_number(round, fake, excerpt, lena):
    send(round, fake)
    erase(excerpt, lena)
    for task_id in erased_item(round).readings.values_list("task_id", flat=True):
        fake.tasks[task_id]["data"]["external_id"] = "typed by hand"
    removing.erase_tasks(round, fake)
    assert not words_there(fake) and len(fake.tasks) == 2


def test_a_copy_of_a_task_goes_with_what_was_judged_on_it(round, fake, excerpt, ben, lena):
    send(round, fake)
    item = round.items.get(instance__profile=excerpt)
    reading = item.readings.get(seat__rater__user=ben)
    task = fake.tasks[reading.task_id]
    (copied,) = fake.import_tasks(task["project"], [task["data"]])
    says = [{"from_name": "rationale", "to_name": "reply", "type": "textarea", "value": {"text": [MARK]}}]
    desk(fake, ben).submit(copied, says, 3.0)
    sync_all(fake)
    assert RawAnnotation.objects.get().reading is None and MARK in RawAnnotation.objects.get().payload
    erase(excerpt, lena)
    sync_all(fake)
    assert not words_there(fake) and rows_with(MARK) == set()
    assert RawAnnotation.objects.get().reading == reading


def test_where_label_studio_cannot_be_asked_they_wait(round, fake, excerpt, lena):
    send(round, fake)
    erase(excerpt, lena)

    def is_down(*_):
        raise LabelStudioDown("It does not answer.")

    find, fake.find_tasks = fake.find_tasks, is_down
    assert removing.erase_tasks(round, fake) == 0 and words_there(fake)
    assert TaskToErase.objects.filter(gone_at=None).count() == 2
    fake.find_tasks = find
    assert removing.erase_tasks(round, fake) == 2 and not words_there(fake)


# -- whose work it is


def test_they_leave_the_desk_and_the_progress_of_their_readers(round, fake, excerpt, ben, lena):
    send(round, fake)
    assert [(one.total, one.left) for one in reports.desk_of(ben)] == [(2, 2)]
    before = reports.left_to_judge()
    erase(excerpt, lena)
    assert [(one.total, one.left) for one in reports.desk_of(ben)] == [(1, 1)]
    assert {(seat.total, seat.judged) for seat in reports.progress(round)} == {(1, 0)}
    assert reports.left_to_judge() == before - 2
    # Nor are they another's: they wait for no reader, and are handed to nobody.
    assert not Reading.objects.waiting().filter(seat__round=round).exists()
    handing_on.place_waiting(round=round, by=lena)
    assert erased_item(round).readings.count() == 2


def test_what_a_reader_judged_before_stays_in_what_she_did(round, fake, excerpt, ben, lena):
    send(round, fake)
    item = round.items.get(instance__profile=excerpt)
    submit(desk(fake, ben), item, ben, invented.says("resistance_reply"))
    sync_all(fake)
    erase(excerpt, lena)
    sync_all(fake)
    bens = next(seat for seat in reports.progress(round) if seat.rater.user == ben)
    assert (bens.total, bens.judged) == (2, 1)
    assert [(one.total, one.left) for one in reports.desk_of(ben)] == [(2, 1)]


def test_a_lead_sees_what_was_erased_and_the_numbers_add_up(round, excerpt, lena, log_in):
    erase(excerpt, lena)
    counts = {"total": 2, "settled": 0, "disputed": 0, "open": 1, "erased": 1}
    assert reports.standing_counts(round) == counts
    assert [one.left for one in reports.with_counts([round])] == [1]
    lenas = log_in(lena)
    assert "1 erased" in " ".join(
        lenas.get(reverse("round", args=[round.public_id])).content.decode().split()
    )
    sessions = reverse("round_sessions", args=[round.public_id])
    shown = {
        show: [row.item for row in lenas.get(sessions, {"show": show}).context["rows"]]
        for show in ("open", "disputed", "erased")
    }
    item = erased_item(round)
    assert shown == {"open": [round.items.exclude(pk=item.pk).get()], "disputed": [], "erased": [item]}
    assert list(Item.objects.unsettled()) == shown["open"]
    stages = dict(
        staged(Instance.objects.filter(pk__in=round.items.values("instance"))).values_list("pk", "stage")
    )
    assert stages == {item.instance_id: "made", shown["open"][0].instance_id: "out"}


def test_a_dispute_on_one_waits_for_nobody_any_more(round, excerpt, ben, chloe, dan, lena):
    for item in round.items.all():
        for person, level in ((ben, 0), (chloe, 2)):
            factories.judge(item, person, invented.says(
                "resistance_reply", ratings=dict.fromkeys(invented.MECHANISMS, level)
            ))  # fmt: skip
    assert disputes.how_many_wait(dan) == 2
    in_dispute = [row for row in waiting_work.work(lena) if "in dispute" in row["sentence"]]
    assert [row["n"] for row in in_dispute] == [2]
    erase(excerpt, lena)
    item = erased_item(round)
    assert reports.standing_counts(round) == {
        "total": 2, "settled": 0, "disputed": 1, "open": 0, "erased": 1,
    }  # fmt: skip
    (left,) = disputes.waiting_for(dan)
    assert left != item and [one.pk for one in disputes.longest_waiting(dan, 5)] == [left.pk]
    assert disputes.how_many_wait(dan) == 1
    assert not Standing.objects.disputed().filter(item=item).exists()
    in_dispute = [row for row in waiting_work.work(lena) if "in dispute" in row["sentence"]]
    assert [row["n"] for row in in_dispute] == [1]
    with pytest.raises(Refused, match="was erased"):
        disputes.Dispute(item).judge_first(by=dan, levels={})


def test_one_is_not_released_again(round, excerpt, lena):
    erase(excerpt, lena)
    with pytest.raises(NotHeld, match="was erased"):
        release(instance=erased_item(round).instance, reason="It is fine.", by=lena)
