"""What a round's page counts of judgements that do not count, and of skips, is what is said of each row by itself."""

import pytest
from django.utils import timezone

from review import reports
from review.label_studio.sending import send
from review.models import Account, RawAnnotation
from tests.fakes.label_studio import FakeLabelStudio
from tests.review.factories import reading, round_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def rounds(ben, chloe, lena):
    """Two rounds of both readers, as they are in Label Studio."""
    first, fake = round_of(3, [ben, chloe], lena), FakeLabelStudio()
    same = {"pairs_version": first.pairs_version, "rubric_version": first.rubric_version}
    second = round_of(3, [ben, chloe], lena, **same)
    for round in (first, second):
        send(round, fake)
    return [first, second]


def kept(round, whose, by, *, item=0, cancelled=False, uncounted="Not counted."):
    """One state of an annotation in the project of `whose`, made by the account of `by`; None: of no task of ours."""
    project = round.seats.get(rater__user=whose).projects.get()
    account = by and Account.objects.get(rater__user=by, server=project.server)
    serial = RawAnnotation.objects.count() + 1
    RawAnnotation.objects.create(
        server="x", seat_project=project, project_id=project.project_id, task_id=serial, ls_id=serial,
        ls_updated_at=timezone.now(), completed_by=account.ls_user_id if by else None, uncounted=uncounted,
        payload='{"was_cancelled": true}' if cancelled else '{"was_cancelled": false}',
        reading=None if item is None else reading(round.items.all()[item], whose),
    )  # fmt: skip


def test_they_are_counted_as_each_row_says(rounds, ben, chloe):
    here, there = rounds
    kept(here, ben, ben, cancelled=True)
    kept(here, ben, ben, item=1, cancelled=True)
    kept(here, chloe, chloe, cancelled=True)
    kept(there, ben, ben, cancelled=True)
    assert [reports.uncounted_and_skips(round) for round in rounds] == [(0, 3), (0, 1)]
    # Whoever is not the reviewer skips nothing; nor does she on a task that is none of ours.
    kept(here, ben, chloe, cancelled=True)
    kept(here, ben, None, cancelled=True)
    kept(here, ben, ben, item=None, cancelled=True)
    kept(here, ben, ben)
    kept(here, chloe, chloe, uncounted="")
    assert reports.uncounted_and_skips(here) == (4, 3)
    assert reports.uncounted_and_skips(here) == (
        reports.uncounted(here).count(),
        RawAnnotation.objects.skips().filter(seat_project__seat__round=here).count(),
    )
