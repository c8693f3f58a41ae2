"""What is read when a round is closed, and after."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.roles import Refused
from review import reports
from review.closing import NotReadToTheEnd, read_and_close
from review.label_studio import syncing
from review.label_studio.sending import send
from review.label_studio.syncing import sync_all
from review.models import RawAnnotation, Round, SeatProject
from review.rounds import close_round
from tests.fakes.label_studio import FakeLabelStudio
from tests.review.factories import round_of, says
from tests.review.studio import desk, submit


@pytest.fixture
def fake(round):
    fake = FakeLabelStudio()
    send(round, fake)
    return fake


def uncounted() -> list[str]:
    return list(RawAnnotation.objects.exclude(uncounted="").values_list("uncounted", flat=True))


LATE = "Judged after the round was closed."


def test_what_comes_after_the_close_is_kept_with_the_reason(round, item, ben, lena, fake):
    close_round(round=round, by=lena)
    submit(desk(fake, ben), item, ben, says())
    assert sync_all(fake).decided == 0
    assert uncounted() == [LATE] and list(reports.uncounted(round)) == list(RawAnnotation.objects.all())


def test_closed_rounds_are_read_on_now_and_then_for_a_month(round, item, ben, lena, fake):
    close_round(round=round, by=lena)
    sync_all(fake)
    submit(desk(fake, ben), item, ben, says())
    assert sync_all(fake).new == 0
    closed = Round.objects.get(pk=round.pk)
    projects, now = SeatProject.objects.filter(seat__round=round), timezone.now()
    assert syncing._is_due(closed, projects, now + timedelta(minutes=11))
    assert not syncing._is_due(closed, projects, now + timedelta(minutes=9))
    assert Round.objects.read_on().get() == closed
    # Closed long ago: made so, since a closed round cannot be changed.
    long_ago = round_of(1, [ben], lena, overlap=1, pairs_version=round.pairs_version,
                        rubric_version=round.rubric_version)  # fmt: skip
    Round.objects.filter(pk=long_ago.pk).update(state="closed", closed_at=now - timedelta(days=31))
    assert long_ago not in Round.objects.read_on()


def test_closing_reads_what_was_submitted_last(round, item, ben, lena, fake):
    submit(desk(fake, ben), item, ben, says())
    read_and_close(round=round, by=lena, label_studio=fake)
    assert item.decisions.count() == 1 and uncounted() == []


def test_closing_is_refused_while_label_studio_is_down_but_for_anyway(round, item, ben, lena, eve, fake):
    submit(desk(fake, ben), item, ben, says())
    fake.down = True
    for unreadable in (fake, None):
        with pytest.raises(NotReadToTheEnd, match="cannot be read just now"):
            read_and_close(round=round, by=lena, label_studio=unreadable)
    assert Round.objects.get().state == "open"
    assert read_and_close(round=round, by=lena, label_studio=fake, anyway=True).state == "closed"
    fake.down = False
    sync_all(fake)
    assert uncounted() == [LATE] and item.decisions.count() == 0


def test_who_may_not_close_a_round_makes_no_call(round, dan, fake):
    with pytest.raises(Refused):
        read_and_close(round=round, by=dan, label_studio=None)
