"""The rules of docs/sync.md with a real Label Studio: members delete and change what they like."""

import pytest

from review.label_studio import comparing
from review.label_studio.accounts import compare_accounts
from review.label_studio.connecting import first
from review.label_studio.syncing import sync_all
from review.models import Account, Decision, Difference, RawAnnotation
from tests.review.factories import reading, round_of, says
from tests.review.label_studio.test_contract import RealLabelStudio
from tests.review.studio import desk, project_of, submit

pytestmark = pytest.mark.labelstudio


@pytest.fixture
def studio(label_studio):
    return RealLabelStudio(label_studio)


def night(studio):
    comparing.ask()
    compare_accounts(first(), studio)
    sync_all(studio)
    return sync_all(studio)


def told() -> list[str]:
    return sorted(Difference.objects.filter(over_at=None).values_list("kind", flat=True))


def test_whatever_members_delete_no_judgement_is_lost_and_what_is_missing_is_sent_again(
    db, studio, ben, chloe, lena
):
    round = round_of(5, [ben, chloe], lena)
    sync_all(studio)
    unread, taken_back, twice, judged, waiting = round.items.all()
    hers = desk(studio, ben)
    hers.delete(submit(hers, unread, ben, says("reject")))
    deleted = submit(hers, taken_back, ben, says("reject"))
    submit(hers, twice, ben, says("reject"))
    submit(hers, twice, ben, says())
    submit(desk(studio, chloe), twice, ben, says("reject"))
    submit(hers, judged, ben, says("reject"))
    assert night(studio).failing == 0 and told() == []
    made = {d.item: d.verdict for d in Decision.objects.in_force()}
    assert made == {taken_back: "reject", twice: "accept", judged: "reject"}
    assert RawAnnotation.objects.uncounted_judgements().count() == 1

    hers.delete(deleted)
    before = reading(waiting, ben).task_id
    studio.delete_task(before)
    studio.delete_task(reading(judged, ben).task_id)
    night(studio)
    assert told() == ["judged_task_gone", "judgement_gone", "task_gone"]
    assert reading(waiting, ben).task_id not in (None, before)

    studio.delete_project(project_of(waiting, chloe).project_id)
    old = Account.objects.get(rater__user=ben).ls_user_id
    studio.delete_user(old)
    sync_all(studio)
    night(studio)
    assert told().count("account_gone") == 1 and "project_gone" in told() and "task_gone" not in told()
    assert Account.objects.get(rater__user=ben).ls_user_id != old
    for item, person in ((waiting, ben), (unread, ben), (waiting, chloe), (unread, chloe)):
        submit(desk(studio, person), item, person, says())
    assert night(studio).failing == 0
    assert {d.item: d.verdict for d in Decision.objects.in_force().filter(rater__user=ben)} == made | {
        waiting: "accept", unread: "accept",
    }  # fmt: skip
