"""A recipe may ask several questions at once: what is paid for is stored whatever becomes of the others, and nothing
goes on when the session has ended.
"""

import asyncio
from collections import Counter
from dataclasses import replace
from threading import Event

import pytest
from pydantic import BaseModel

from synthesis import steering
from synthesis.faults import BadReplies, EndpointDenied
from synthesis.llm import Patience
from synthesis.models import Call
from synthesis.questions import Halted, Questions, foremost
from synthesis.recipes import RECIPES
from synthesis.shapes.dialogue import Turn
from tests.fakes import model_server as fake

STEPS = ("one", "two", "three", "four")
UNFIT = fake.Reply("", status=422)


class Content(BaseModel):
    utterances: list[dict]


async def by_gather(asks):
    return await asyncio.gather(*asks)


async def by_task_group(asks):
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(ask) for ask in asks]
    return [task.result() for task in tasks]


class AtOnce:
    """A recipe that asks four questions at once, and the server's side of it: what is in `at_once` is answered so, the
    others with `later` once the recipe has seen a fault; with nothing there, all are answered well.
    """

    def __init__(self, together):
        self.together, self.saw = together, Event()
        self.asked: Counter = Counter()
        self.at_once, self.later = {}, None

    async def make(self, cell, ask):
        asks = [ask("client", step, [{"role": "user", "content": step}], Turn) for step in STEPS]
        try:
            said = await self.together(asks)
        except (Exception, asyncio.CancelledError):
            self.saw.set()
            raise
        return Content(utterances=[{"id": 1, "speaker": "client", "text": one.text} for one in said])

    def answer(self, number, body):
        step = body["messages"][0]["content"]
        self.asked[step] += 1
        if step in self.at_once:
            return self.at_once[step]
        if self.at_once:
            assert self.saw.wait(60), "the recipe has seen no fault"
            return self.later
        return None


@pytest.fixture(params=[by_gather, by_task_group], ids=lambda how: how.__name__)
def at_once(request, monkeypatch, endpoint):
    found = AtOnce(request.param)
    monkeypatch.setitem(
        RECIPES, "supervised_dialogue", replace(RECIPES["supervised_dialogue"], make=found.make)
    )
    endpoint(found.answer)
    return found


def stored() -> list[str]:
    return sorted(Call.objects.values_list("step", flat=True))


def test_when_one_fails_the_others_are_stored_and_never_asked_again(at_once, plan, drive):
    run = plan(concurrency=8, holds="report")
    at_once.at_once = {"three": UNFIT}
    assert drive(run).failed == 1
    assert stored() == ["four", "one", "two"]
    assert len(run.instances.get().trace) == 3
    at_once.at_once = {}
    steering.retry_failed(run=run, by=None)
    assert drive(run).made == 1
    assert at_once.asked == {"one": 1, "two": 1, "four": 1, "three": 2}


def test_when_the_run_is_stopped_the_others_are_stored_and_never_asked_again(at_once, plan, drive):
    run = plan(concurrency=8, holds="report")
    at_once.at_once = {"three": fake.DENIED}
    drive(run)
    run.refresh_from_db()
    assert (run.state, run.instances.get().state) == ("stopped", "planned")
    assert stored() == ["four", "one", "two"]
    at_once.at_once = {}
    steering.resume(run=run, by=None)
    assert drive(run).made == 1
    assert at_once.asked == {"one": 1, "two": 1, "four": 1, "three": 2}
    # In the order of the questions, whichever was answered first.
    trace = run.instances.get().trace
    assert [Call.objects.get(key=key).step for key in trace] == list(STEPS)


def test_what_waits_for_its_turn_when_the_run_is_stopped_is_not_asked(at_once, plan, drive):
    run = plan(concurrency=2, holds="report", budget={"tokens": 1})
    at_once.at_once = {"one": None}
    drive(run)
    run.refresh_from_db()
    assert run.state == "stopped" and "tokens" in run.why
    # The third's turn comes when the first is stored and counted, and by then the budget is spent.
    assert stored() == ["one", "two"] and at_once.asked == {"one": 1, "two": 1}


def test_a_stopped_run_waits_for_no_endpoint_that_asks_to_be_left_alone(at_once, plan, drive, beside):
    run = plan(concurrency=8, holds="report")
    at_once.at_once, at_once.later = (
        {"three": fake.DENIED},
        fake.Reply("", status=429, headers={"Retry-After": "500"}),
    )
    patient = Patience(budget=900.0, first_wait=0.02, longest_wait=0.1, timeout=60.0)
    beside(lambda: drive(run, patience=patient))()  # within a minute
    run.refresh_from_db()
    assert (run.state, stored()) == ("stopped", [])


def played(recipe, answer):
    """The tasks that are left when the recipe has ended, and the fault by which it did."""

    async def main():
        problem, questions = None, Questions()
        try:
            async with questions:
                await recipe(lambda: questions.put(answer))
        except Exception as fault:
            problem = fault
        return asyncio.all_tasks() - {asyncio.current_task()}, problem

    return asyncio.run(main())


def test_no_task_of_a_recipe_outlives_it():
    async def answer(question):
        with question.out():
            await asyncio.sleep(0)

    async def beside(ask):
        await ask()
        await asyncio.Event().wait()

    async def recipe(ask):
        asyncio.create_task(beside(ask))
        await ask()

    assert played(recipe, answer) == (set(), None)


def test_who_asks_once_more_when_it_is_over_is_told_so():
    asked, began = [], asyncio.Event()

    async def answer(question):
        asked.append(question)
        with question.out():
            began.set()
            await asyncio.sleep(0)

    async def twice(ask):
        await ask()
        await ask()

    async def recipe(ask):
        asyncio.create_task(twice(ask))
        await began.wait()

    assert played(recipe, answer) == (set(), None) and len(asked) == 1


def test_of_faults_that_come_together_the_one_that_stops_the_run_counts():
    denied, bad = EndpointDenied("401"), BadReplies("No.")
    assert foremost(ExceptionGroup("", [bad, ExceptionGroup("", [denied])])) is denied
    assert isinstance(foremost(ExceptionGroup("", [denied, Halted()])), Halted)
    assert foremost(ExceptionGroup("", [bad, ValueError()])) is bad
