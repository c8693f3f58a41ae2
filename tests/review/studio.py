"""Reviewers at work in a Label Studio, fake or real, as the tests see it."""

from review.label_studio.keeping import password_of
from review.label_studio.planning import choices_of
from review.label_studio.writing_results import write
from review.models import Account, Reading, SeatProject


def desk(label_studio, person, sign_in=None):
    """Her session, logged in with the account that we made for her."""
    account = Account.objects.get(rater__user=person)
    log_in = sign_in or label_studio.log_in
    return log_in(account.email, password_of(account))


def project_of(item, person) -> SeatProject:
    return SeatProject.objects.get(seat__round=item.round, seat__rater__user=person, form=item.arm)


def result_of(item, answers, dialogue, position="") -> list[dict]:
    return write(answers, form=item.arm, dialogue=dialogue, position=position, **choices_of(item.round))


def submit(session, item, person, answers) -> int:
    """She opens her task of this item and submits; returns the annotation's id."""
    reading = Reading.objects.get(item=item, seat__rater__user=person)
    task = next(t for t in session.tasks(project_of(item, person).project_id) if t["id"] == reading.task_id)
    result = result_of(item, answers, task["data"]["dialogue"], reading.position_ab)
    return session.submit(task["id"], result, 41.5)
