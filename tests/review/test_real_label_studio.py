"""The whole of the review with a real Label Studio: round, projects, two reviewers at work, pull, settled."""

from datetime import timedelta

import pytest

from review import reports
from review.label_studio.client import LabelStudio
from review.label_studio.sending import send
from review.label_studio.signing_in import ReviewerSession
from review.label_studio.syncing import sync_all
from review.models import Decision, RawAnnotation, Reading, SeatProject
from review.workflow import adjudicate
from tests.review.factories import mistake, round_of, says, standings
from tests.review.studio import desk, project_of, submit

pytestmark = pytest.mark.labelstudio


@pytest.fixture
def studio(label_studio) -> LabelStudio:
    return LabelStudio(label_studio.url, label_studio.token)


def test_two_reviewers_settle_a_round(db, studio, ben, chloe, dan, lena):
    round = round_of(10, [ben, chloe], lena, unaided_share=0.1)
    assert send(round, studio) == 20
    assert send(round, studio) == 0
    assert not Reading.objects.exclude(send_state="sent").exists()

    def log_in(email, password):
        return ReviewerSession(studio.url, email, password)

    sessions = {who: desk(studio, who, sign_in=log_in) for who in (ben, chloe)}
    accepted, edited, rejected, flagged, *_ = round.items.filter(arm="aided")
    unaided = round.items.get(arm="unaided")
    for who, session in sessions.items():
        submit(session, accepted, who, says())
        submit(session, edited, who, says("edit", f"In {who.name}'s words: stay with her hesitation."))
        submit(session, rejected, who, says("reject", comment="Says nothing that helps."))
        submit(session, flagged, who, says(unsafe=who is ben))
        submit(session, unaided, who, says(None, findings=[mistake(turns=(2, 4))]))
    session = sessions[chloe]
    session.skip(Reading.objects.get(item=round.items.last(), seat__rater__user=chloe).task_id)

    done = sync_all(studio)
    assert (done.decided, done.failing, done.new) == (10, 0, 11)
    assert standings(accepted) == {"verdict": ("settled", "accept")}
    assert standings(edited) == {"verdict": ("settled", "edit"), "wording": ("disputed", None)}
    assert standings(rejected) == {"verdict": ("settled", "reject")}
    assert standings(flagged) == {"verdict": ("disputed", None), "safety": ("disputed", None)}
    outcome = [{"mistake": "premature-advice", "utterances": [3, 5], "severities": [2]}]
    assert standings(unaided) == {"findings": ("settled", outcome)}
    assert RawAnnotation.objects.exclude(uncounted="").get().uncounted == "Skipped by the reviewer."

    hers = Decision.objects.get(item=edited, rater__user=chloe)
    adjudicate(item=edited, by=dan, approved_edits=[str(hers.public_id)], equivalent=False, reason="Clearer.")
    assert standings(edited)["wording"] == ("settled", [str(hers.public_id)])

    # Read again from the beginning: the same rows.
    project_of(accepted, ben).__class__.objects.update(watermark=None)
    assert sync_all(studio).new == 0


def test_a_session_skipped_and_judged_after_all_counts_once(db, studio, ben, chloe, lena):
    round = round_of(2, [ben, chloe], lena, unaided_share=0)
    send(round, studio)
    hers = desk(studio, ben, sign_in=lambda email, password: ReviewerSession(studio.url, email, password))
    skipped, other = Reading.objects.filter(seat__rater__user=ben).order_by("task_id")
    project = project_of(skipped.item, ben).project_id
    assert hers.next_task(project) == skipped.task_id
    hers.skip(skipped.task_id)
    assert (sync_all(studio).decided, hers.next_task(project)) == (0, other.task_id)
    submit(hers, other.item, ben, says())
    assert hers.next_task(project) == skipped.task_id
    submit(hers, skipped.item, ben, says("reject", comment="On second thoughts."))
    assert (sync_all(studio).decided, hers.next_task(project)) == (2, None)
    assert [project.left for project in reports.desk_of(ben)] == [0]
    # Label Studio keeps the skip beside the judgement; read again, neither is counted anew.
    assert Decision.objects.get(reading=skipped).comment == "On second thoughts."
    assert RawAnnotation.objects.filter(reading=skipped).count() == 2
    assert not RawAnnotation.objects.uncounted_judgements().exists()
    SeatProject.objects.update(watermark=None)
    assert sync_all(studio).new == 0


def test_a_crash_before_the_answer_makes_no_duplicates(db, studio, ben, chloe, lena):
    class LosesOneAnswer(LabelStudio):
        def import_tasks(self, project_id, tasks, meanwhile=lambda: None):
            super().import_tasks(project_id, tasks, meanwhile)
            raise KeyboardInterrupt

    round = round_of(3, [ben, chloe], lena)
    with pytest.raises(KeyboardInterrupt):
        send(round, LosesOneAnswer(studio.url, studio._token))
    assert send(round, studio, grace=timedelta(0)) == 6
    for project in {project_of(round.items.first(), who) for who in (ben, chloe)}:
        readings = Reading.objects.filter(seat=project.seat).values_list("task_id", flat=True)
        assert sorted(studio.task_ids(project.project_id)) == sorted(readings)
