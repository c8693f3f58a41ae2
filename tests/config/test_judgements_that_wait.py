"""What the road says of judgements that are kept and do not count."""

from django.urls import reverse

from accounts.models import Grant, Role, User
from config.pages import stages
from review.label_studio.sending import send
from review.label_studio.syncing import sync_all
from review.models import RawAnnotation, Reading
from review.rounds import close_round
from tests.fakes.label_studio import FakeLabelStudio
from tests.review.factories import round_of, says
from tests.review.studio import desk, submit


def test_a_skip_is_not_stuck_and_a_closed_round_holds_up_nothing(db, ben, chloe, lena):
    round, fake = round_of(3, [ben, chloe], lena), FakeLabelStudio()
    send(round, fake)
    first, second, _third = round.items.all()
    session = desk(fake, ben)
    session.skip(Reading.objects.get(item=first, seat__rater__user=ben).task_id)
    sync_all(fake)
    assert RawAnnotation.objects.exclude(uncounted="").count() == 1 and stages.review(lena)["stuck"] == []
    # In Chloe's project, so it does not count; her words look like the mark of a skip and are none.
    submit(session, second, chloe, says("reject", comment='"was_cancelled": true}'))
    sync_all(fake)
    (said,) = stages.review(lena)["stuck"]
    place = reverse("round", args=[round.public_id])
    assert said == f'1 judgement is kept but not counted. Which and why: <a href="{place}">November</a> (1)'
    # Who judges there is led to no page, which would tell her nothing.
    Grant.objects.create(user=ben, role=Role.LEAD)
    assert stages.review(User.objects.get(pk=ben.pk))["stuck"] == ["1 judgement is kept but not counted."]
    close_round(round=round, by=lena)
    assert stages.review(lena)["stuck"] == []
