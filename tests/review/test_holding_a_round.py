"""One process at a time exchanges a round with Label Studio, however long a request or a round takes."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from review.label_studio.client import IMPORT_SECONDS
from review.label_studio.errors import Overtaken
from review.label_studio.receiving import receive
from review.label_studio.sending import send
from review.label_studio.syncing import LEASE, _Claim, sync_round
from review.models import Reading, Round, SeatProject
from tests.fakes.label_studio import FakeLabelStudio
from tests.review.factories import says
from tests.review.studio import desk, submit

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


class Clock:
    def __init__(self):
        self.at = NOON

    def __call__(self):
        return self.at


def held_until(round) -> datetime | None:
    return Round.objects.get(pk=round.pk).syncing_until


def test_a_claim_is_held_as_long_as_its_holder_goes_on(round):
    clock = Clock()
    claim, other = _Claim(round, now=clock), _Claim(round, now=clock)
    assert claim.take()
    for _ in range(40):  # tasks of one project, fifteen seconds each
        clock.at += timedelta(seconds=15)
        claim.alive()
        assert not other.take()
    clock.at += LEASE + timedelta(seconds=1)
    assert other.take()
    with pytest.raises(Overtaken):
        claim.alive()
    claim.release()
    assert held_until(round) == clock.at + LEASE  # the other's claim, untouched


def test_a_fresh_claim_costs_no_write(round, django_assert_num_queries):
    claim = _Claim(round)
    claim.take()
    with django_assert_num_queries(0):
        for _ in range(500):
            claim.alive()


class Slow(FakeLabelStudio):
    """Says for how long the round is held when an import begins."""

    def __init__(self, round):
        super().__init__()
        self.round, self.held = round, []

    def import_tasks(self, project_id, tasks, meanwhile=lambda: None):
        self.held.append(held_until(self.round) - timezone.now())
        return super().import_tasks(project_id, tasks, meanwhile)


def test_a_round_is_held_for_as_long_as_an_import_may_take(round):
    slow = Slow(round)
    assert sync_round(round, slow).sent == 8
    assert len(slow.held) == 2 and min(slow.held) > timedelta(seconds=IMPORT_SECONDS)
    assert held_until(round) is None


class Overtaking(FakeLabelStudio):
    """During the first import another process takes the round: this one was as good as dead."""

    def __init__(self, round):
        super().__init__()
        self.round = round

    def import_tasks(self, project_id, tasks, meanwhile=lambda: None):
        if not self.tasks:
            Round.objects.filter(pk=self.round.pk).update(syncing_until=NOON)
        return super().import_tasks(project_id, tasks, meanwhile)


def test_who_lost_the_round_stops_and_leaves_it_to_the_other(round):
    fake = Overtaking(round)
    done = sync_round(round, fake)
    # What was under way is kept; nothing more is begun, and nobody is told that Label Studio fails.
    assert Reading.objects.filter(send_state="sent").count() == 4 == len(fake.tasks)
    assert (len(fake.projects), done.failing, held_until(round)) == (1, 0, NOON)
    assert sync_round(round, fake).sent == 4  # the other's claim ran out


def test_a_long_project_is_held_task_by_task(round, ben):
    fake, asked = FakeLabelStudio(), []
    send(round, fake)
    for item in round.items.all():
        submit(desk(fake, ben), item, ben, says())
    project = SeatProject.objects.get(seat__round=round, seat__rater__user=ben)
    receive(project, fake, alive=lambda lasting=None: asked.append(lasting))
    assert len(asked) >= 4

    def overtaken(lasting=None):
        raise Overtaken

    SeatProject.objects.update(watermark=None)
    with pytest.raises(Overtaken):
        receive(SeatProject.objects.get(pk=project.pk), fake, alive=overtaken)
    assert SeatProject.objects.get(pk=project.pk).failing_since is None
