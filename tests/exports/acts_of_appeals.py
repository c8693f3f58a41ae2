"""What people do with resolutions and appeals, as the test of the trail does it."""

from django.utils import timezone

from accounts.models import Role
from review import appealing, extending, releasing, rounds
from review.raters import rater_for
from tests.conftest import person
from tests.review import factories as review_factories


def release_moved(lena, ben, chloe):
    releasing.move_release(round=review_factories.round_of(2, [ben, chloe], lena), to=timezone.now(), by=lena)


def extended(lena, ben, chloe):
    extending.extend(round=review_factories.round_of(2, [ben, chloe], lena, overlap=1), sessions=1, by=lena)


def appealed(lena, ben, chloe):
    round = review_factories.round_of(2, [ben, chloe], lena)
    item = round.items.first()
    for reader in (ben, chloe):
        review_factories.judge(item, reader, review_factories.says("accept"))
    rounds.close_round(round=round, by=lena)
    return appealing.appeal(item=item, by=ben, reason="BECAUSE OF HER TONE")


def appeal_declined(lena, **people):
    made = appealed(lena, **people)
    appealing.decline_appeal(appeal=made, by=lena, answer="BECAUSE it was heard")


def appeal_granted(lena, **people):
    made = appealed(lena, **people)
    others = [rater_for(person(name, Role.ANNOTATOR)) for name in ("Noor", "Omar")]
    versions = {
        "pairs_version": made.item.round.pairs_version,
        "rubric_version": made.item.round.rubric_version,
    }
    appealing.grant_appeals(appeals=[made], name="Appeals", raters=others, by=lena, **versions)


APPEAL_ACTS = {
    "review.releasing.move_release": release_moved,
    "review.extending.extend": extended,
    "review.appealing.appeal": appealed,
    "review.appealing.decline_appeal": appeal_declined,
    "review.appealing.grant_appeals": appeal_granted,
}
