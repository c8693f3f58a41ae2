"""Which task the gateway opens next: hers to read, and none when she has judged enough for a day."""

import asyncio
import json

import pytest

from review.label_studio.gateway import opening
from review.label_studio.gateway.passes import Holder
from review.label_studio.gateway.rules import wanted
from review.label_studio.gateway.upstream import Answer
from review.label_studio.sending import send
from review.models import Reading, SeatProject
from review.welfare.choosing import choose
from tests.fakes.label_studio import FakeLabelStudio
from tests.review.factories import carries, judge, says


class Studio:
    """Label Studio as the gateway asks it for one task: `drafts` and `judged` are ids of tasks."""

    def __init__(self):
        self.drafts, self.judged, self.asked = set(), set(), []

    def task(self, task_id: int) -> Answer:
        work = {"id": 9, "completed_by": 5, "user": 5, "task": task_id, "result": []}
        found = {
            "id": task_id,
            "annotations": [work] if task_id in self.judged else [],
            "drafts": [work] if task_id in self.drafts else [],
        }
        return Answer(200, json.dumps(found).encode())

    async def ask(self, holder, method, path, *, query=None, body=None) -> Answer:
        self.asked.append(path)
        return self.task(int(path.rsplit("/", 1)[1]))


@pytest.fixture
def hers(round, ben):
    """Ben's readings, in their order."""
    send(round, FakeLabelStudio())
    return list(Reading.objects.filter(seat__rater__user=ben).order_by("order"))


def opened(studio, reading):
    """What opens where Label Studio would open this one."""
    project = SeatProject.objects.get(seat=reading.seat)
    named = [("id", "next_task"), ("project", str(project.project_id))]
    asked = wanted("POST", "/api/dm/actions", named, None)
    holder = Holder(reading.seat.rater_id, project.server_id, 1, 5, "reviewer-1@reviewers.example.org", "en")

    async def directly(function, *arguments):
        return function(*arguments)

    found = opening.next_one(
        studio.task(reading.task_id), asked, holder, upstream=studio, in_database=directly
    )
    # Driven by hand: nothing in it waits, and the database belongs to this thread.
    try:
        found.send(None)
    except StopIteration as done:
        answer = done.value
    return json.loads(answer.content)["id"] if isinstance(answer, Answer) else answer


def test_what_label_studio_opens_is_opened_where_she_may_read_it(hers):
    studio = Studio()
    assert opened(studio, hers[0]) == hers[0].task_id and studio.asked == []


def test_another_of_hers_is_opened_where_she_may_not(hers):
    studio = Studio()
    carries(hers[0].item.instance, "abuse")
    studio.judged = {hers[1].task_id}  # a moment ago; we have not heard of it
    assert opened(studio, hers[0]) == hers[2].task_id
    for reading in hers[2:]:
        carries(reading.item.instance, "abuse")
    nothing = opened(studio, hers[0])
    assert not nothing.enough and nothing.told["title"].startswith("Nothing more waits for you here.")


def test_when_she_has_judged_enough_nothing_new_opens_and_what_is_begun_does(hers, ben):
    studio = Studio()
    choose(reads=[], daily_cap=1, by=ben)
    judge(hers[0].item, ben, says())
    nothing = opened(studio, hers[1])
    assert nothing.enough and "Nothing new opens until tomorrow" in nothing.told["detail"]
    studio.drafts = {hers[2].task_id}
    assert opened(studio, hers[2]) == hers[2].task_id
    assert opened(studio, hers[0]) == opening.Nothing(enough=True)


@pytest.mark.parametrize("status", [404, 500])
def test_where_label_studio_has_nothing_she_is_told_in_our_words(hers, status):
    project = SeatProject.objects.get(seat=hers[0].seat).project_id
    asked = wanted("POST", "/api/dm/actions", [("id", "next_task"), ("project", str(project))], None)
    empty = Answer(status, b'{"detail": "There are no tasks for reviewer-1@reviewers.example.org"}')

    async def nothing_kept(function, *arguments):
        return []

    answer = asyncio.run(opening.next_one(empty, asked, None, upstream=None, in_database=nothing_kept))
    if status == 404:
        assert answer == opening.Nothing(enough=False) and "@" not in str(answer.told)
    else:
        assert answer is empty, "a fault is no end of the queue"
