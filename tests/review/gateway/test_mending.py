"""Answers that could never be counted: she is told while she can still mend them."""

from dataclasses import replace

import pytest

from review.label_studio.gateway.mending import to_mend
from review.label_studio.gateway.passes import Holder
from review.label_studio.sending import send
from review.models import Reading, SeatProject
from tests.fakes.label_studio import FakeLabelStudio
from tests.review.factories import mistake, says
from tests.review.studio import result_of

CLIENTS = mistake(turns=(1,))
TWICE = [mistake(severity=1), mistake(severity=3)]


@pytest.fixture
def told(round, ben):
    """What she is told of these answers; `without`: a question that they leave out."""
    studio = FakeLabelStudio()
    send(round, studio)
    reading = Reading.objects.filter(seat__rater__user=ben).order_by("order").first()
    project = SeatProject.objects.get(seat=reading.seat)
    holder = Holder(reading.seat.rater_id, project.server_id, 1, 5, "reviewer-1@reviewers.example.org", "en")

    def of(without="", **changes):
        dialogue = studio.tasks[reading.task_id]["data"]["dialogue"]
        result = result_of(reading.item, replace(says(), **changes), dialogue)
        return to_mend(holder, reading.task_id, [one for one in result if one["from_name"] != without])

    return of


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"findings": []}, "none is marked"),
        ({"any_mistake": False}, "Take the mark out"),
        ({"findings": [CLIENTS]}, "what the client says"),
        ({"findings": TWICE}, "not equally serious"),
    ],
)
def test_what_contradicts_itself_is_hers_to_mend(told, answers, words):
    assert words in told(**answers)


def test_what_fits_together_goes_on_and_so_does_what_only_a_lead_can_judge(told):
    assert told() == "" and told(without="believable") == "" and told(without="verdict") == ""
