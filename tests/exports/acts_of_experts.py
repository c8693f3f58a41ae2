"""What else people do with sessions and readers, as the test of the trail does it."""

from django.utils import timezone

from review import conflicts
from synthesis import continuing, planning
from tests import factories
from tests.review import factories as review_factories


def conflict_declared(lena, ben, chloe):
    review_factories.client_profile("mira")
    return conflicts.declare(person=ben, client="mira", reason="BECAUSE SHE IS HIS NIECE", by=lena)


def conflict_ended(lena, ben, chloe):
    conflicts.end(conflict=conflict_declared(lena, ben, chloe), by=lena)


def turn_edited(lena, **_):
    version, profiles = factories.published_guideline(), [factories.client_profile()]
    run = planning.plan(
        recipe="supervised_dialogue", version=version, profiles=profiles, pairs="all", model="scripted", limit=1, by=lena
    )  # fmt: skip
    session = run.instances.get()
    session.state, session.content = "made", review_factories.content()
    session.digest, session.made_at = "d", timezone.now()
    session.save()
    words = {"text": "SECRET: putting off a call?", "reason": "BECAUSE OF HER TONE"}
    continuing.continue_from(instance=session, turn=3, by=lena, **words)


EXPERTS_ACTS = {
    "review.conflicts.declare": conflict_declared,
    "review.conflicts.end": conflict_ended,
    "synthesis.continuing.continue_from": turn_edited,
}
