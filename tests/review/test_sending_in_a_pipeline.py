"""While Label Studio stores one chunk, the one before is marked as sent and the next one is read: whatever happens in
between, each session is there once.
"""

from collections import Counter
from datetime import timedelta

import httpx
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from review.judged import Wording
from review.label_studio import sending
from review.label_studio.errors import LabelStudioDown, LabelStudioRefused
from review.label_studio.sending import send
from review.models import Reading, Return, Round, SeatProject, SendState
from review.rounds import close_round
from tests.fakes.label_studio import FakeLabelStudio
from tests.review.factories import round_of

AT_ONCE = timedelta(0)


@pytest.fixture(autouse=True)
def four_at_a_time(monkeypatch):
    monkeypatch.setattr(sending, "CHUNK", 4)


@pytest.fixture
def round(ben, lena):
    return round_of(12, [ben], lena, overlap=1, unaided_share=0)


def there(fake) -> Counter:
    return Counter(task["data"]["external_id"] for task in fake.tasks.values())


class InBetween(FakeLabelStudio):
    """`act` is done once, when so many tasks are stored and nobody knows their numbers yet."""

    act, when = None, 4

    def import_tasks(self, project_id, tasks, meanwhile=lambda: None):
        def both():
            meanwhile()
            if self.act and len(self.tasks) == self.when:
                act, self.act = self.act, None
                act()

        return super().import_tasks(project_id, tasks, both)


def test_what_is_given_back_while_the_chunk_before_is_stored_never_goes(round, lena):
    fake = InBetween()

    def given_back():
        left = Reading.objects.filter(seat__round=round, order__gte=4)
        Return.objects.bulk_create(Return(reading=one, by=lena) for one in left)

    fake.act = given_back
    assert send(round, fake) == 4
    assert len(fake.tasks) == 4 and Return.objects.count() == 8
    assert set(Return.objects.values_list("reading__send_state", flat=True)) == {"planned"}


class Clock:
    ahead = timedelta(0)

    def now(self):
        return timezone.now() + self.ahead


def test_a_claim_that_waited_long_begins_anew_before_its_request_leaves(round, monkeypatch):
    """Else another push would look for what is still on its way, not find it, and send it too."""
    fake, clock, waited, real = InBetween(), Clock(), [], sending._import
    fake.act = lambda: setattr(clock, "ahead", timedelta(minutes=2))

    def leaving(project, studio, chunk, meanwhile):
        claimed = Reading.objects.filter(pk__in=[one.pk for one in chunk.readings])
        waited.extend(clock.now() - one.sending_since for one in claimed)
        return real(project, studio, chunk, meanwhile)

    monkeypatch.setattr(sending, "timezone", clock)
    monkeypatch.setattr(sending, "_import", leaving)
    assert send(round, fake) == len(waited) == 12
    assert max(waited) < sending.CLAIMED_AHEAD and set(there(fake).values()) == {1}


def test_where_a_chunk_gets_no_answer_the_next_one_is_free_to_be_sent(round):
    class Silent(FakeLabelStudio):
        def import_tasks(self, project_id, tasks, meanwhile=lambda: None):
            meanwhile()
            raise LabelStudioDown("No answer in time")

    assert send(round, Silent()) == 0
    states = Counter(Reading.objects.filter(seat__round=round).values_list("send_state", flat=True))
    assert states == {"sending": 4, "planned": 8}


def test_of_a_round_that_is_closed_while_it_is_sent_nothing_more_goes_and_what_went_is_known(round, lena):
    fake = InBetween()
    fake.act = lambda: close_round(round=Round.objects.get(pk=round.pk), by=lena)
    # The second chunk was claimed already when the first was there.
    assert send(round, fake) == len(fake.tasks) == 8
    sent = Reading.objects.filter(seat__round=round, send_state=SendState.SENT)
    assert set(sent.values_list("task_id", flat=True)) == set(fake.tasks)
    assert send(Round.objects.get(pk=round.pk), fake) == 0


def test_what_cannot_be_read_holds_back_nothing_that_is_stored_already(round, monkeypatch):
    fake, real = FakeLabelStudio(), sending.data_of
    second = Reading.objects.filter(seat__round=round).order_by("order")[4]

    def in_words(reading, wording, config):
        if reading.pk == second.pk:
            raise KeyError("a session that nobody foresaw")
        return real(reading, wording, config)

    monkeypatch.setattr(sending, "data_of", in_words)
    assert send(round, fake) == 0
    states = Counter(Reading.objects.filter(seat__round=round).values_list("send_state", flat=True))
    assert states == {"sent": 4, "planned": 8}, "the first four are marked, whatever becomes of the others"
    monkeypatch.setattr(sending, "data_of", real)
    assert send(round, fake) == 8
    assert set(there(fake).values()) == {1} and len(fake.tasks) == 12


class Overtaken(InBetween):
    """Whose first chunk another push sends meanwhile; then it takes nothing out again."""

    def __init__(self, refusal):
        super().__init__()
        self.refusal, self.act = refusal, self.another_push
        self.when = 4

    def another_push(self):
        first = Reading.objects.filter(send_state=SendState.SENDING)
        chunk = list(first.select_related("seat").order_by("order"))
        [project] = chunk[0].seat.projects.all()
        tasks = [sending.data_of(one, Wording(), project.config) for one in chunk]
        for one, task_id in zip(chunk, self._import(project.project_id, tasks), strict=True):
            Reading.objects.filter(pk=one.pk).update(send_state="sent", task_id=task_id, sending_since=None)

    def remove_unjudged(self, task_id):
        if refusal := self.refusal:
            self.refusal = None
            raise refusal
        return super().remove_unjudged(task_id)


@pytest.mark.parametrize(
    "cause", [LabelStudioRefused(405, "no"), httpx.ConnectError("down"), httpx.ReadTimeout("slow")]
)
def test_where_the_taking_out_fails_the_chunk_that_is_being_stored_is_not_sent_again(round, cause):
    refusal = cause
    if not isinstance(cause, LabelStudioRefused):
        refusal = LabelStudioDown("No answer")
        refusal.__cause__ = cause
    fake = Overtaken(refusal)
    send(round, fake)
    send(round, fake, grace=AT_ONCE)
    second = Reading.objects.filter(seat__round=round, order__gte=4)
    counted = there(fake)
    assert {counted[str(one.external_id)] for one in second} == {1}
    assert set(Reading.objects.values_list("send_state", flat=True)) == {"sent"}


def test_sending_more_sessions_in_a_chunk_asks_no_more(round, monkeypatch):
    monkeypatch.setattr(sending, "CHUNK", 100)
    send(round, FakeLabelStudio())  # her account and project are there from now on
    asked = []
    for n in (2, 10):
        again = Reading.objects.filter(seat__round=round, order__lt=n)
        again.update(send_state=SendState.PLANNED, task_id=None)
        with CaptureQueriesContext(connection) as queries:
            SeatProject.objects.update(project_id=None)
            assert send(round, FakeLabelStudio()) == n
        asked.append([one["sql"] for one in queries])
    assert len(asked[0]) == len(asked[1])
    assert not any('"trace"' in sql for sql in asked[1])  # all calls that made a session, read for nothing
