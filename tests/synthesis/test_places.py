"""How many ask at once, and what ends a drive when nobody is left to hear that something could not be stored."""

import asyncio
import threading
import time
from dataclasses import replace

import pytest
from django.db import OperationalError

from synthesis import running, writing
from synthesis.faults import BadReplies
from synthesis.models import Endpoint, ModelRole
from synthesis.recipes import RECIPES
from synthesis.shapes.dialogue import Turn
from synthesis.writing import Writer
from tests.fakes.model_server import BROKEN
from tests.synthesis.conftest import HASTE
from tests.synthesis.test_asking_at_once import Content
from tests.synthesis.test_odd_replies import a_call


class Busy:
    """A script that takes its time; counts how many are there at once, over all servers that play it."""

    def __init__(self):
        self._lock, self.inside, self.most = threading.Lock(), 0, 0

    def __call__(self, number, body):
        with self._lock:
            self.inside += 1
            self.most = max(self.most, self.inside)
        time.sleep(0.1)
        with self._lock:
            self.inside -= 1


def test_of_two_endpoints_no_more_are_asked_at_once_than_the_run_allows(endpoint, plan, drive):
    busy = Busy()
    Endpoint.objects.create(name="other", base_url=endpoint(busy).url)
    ModelRole.objects.create(role="client", endpoint=Endpoint.objects.get(name="other"), model="scripted")
    endpoint(busy)
    assert drive(plan(12, concurrency=4)).made == 12
    assert busy.most == 4


def test_of_one_endpoint_all_places_are_used_and_no_more(endpoint, plan, drive):
    busy = Busy()
    endpoint(busy)
    assert drive(plan(12, concurrency=4)).made == 12
    assert busy.most == 4


def test_a_fault_that_nobody_waits_for_ends_the_drive(endpoint, plan, monkeypatch):
    """One question of the first session fails while the reply to the other cannot be stored."""
    has_failed, times = threading.Event(), []

    async def make(cell, ask):
        times.append(cell.name)
        is_first = len(times) == 1

        async def one():
            await ask("client", "one", [{"role": "user", "content": "one"}], Turn)
            if is_first:
                has_failed.set()
                raise BadReplies("no")

        name = "two of the first" if is_first else "two"
        await asyncio.gather(one(), ask("client", name, [{"role": "user", "content": name}], Turn))
        return Content(utterances=[])

    def answer(number, body):
        if body["messages"][0]["content"] == "two of the first":
            has_failed.wait(20)

    def fails_once(jobs):
        if any(job.kind == "store" and job.work.step == "two of the first" for job in jobs):
            monkeypatch.setattr(writing, "_only_new_replies", store)
            raise OperationalError("database is locked")
        return store(jobs)

    store = writing._only_new_replies
    monkeypatch.setattr(writing, "_only_new_replies", fails_once)
    monkeypatch.setitem(RECIPES, "supervised_dialogue", replace(RECIPES["supervised_dialogue"], make=make))
    endpoint(answer)
    run = plan(8, concurrency=2, holds="report")
    with pytest.raises(OperationalError):
        running.drive(run, patience=HASTE, wait_for_others=True)
    assert not run.instances.filter(state="making").exists(), "what was not finished is given back"
    running.drive(run, patience=HASTE)
    states = run.instances.values_list("state", flat=True)
    assert sorted(states) == ["failed", *["made"] * 7]


def test_a_hitch_that_cannot_be_kept_ends_the_drive_and_nobody_asks_more(endpoint, plan, monkeypatch):
    """Nobody waits for it to be kept."""

    def gone(self, jobs, stored):
        if jobs:
            raise OperationalError("the database is gone")
        return []

    server = endpoint(lambda number, body: BROKEN if number == 0 else None)
    run = plan(4, concurrency=1)
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(Writer, "_note", gone)
        with pytest.raises(OperationalError):
            running.drive(run, patience=HASTE)
    assert len(server.requests) == 1 and not run.instances.exclude(state="planned").exists()
    assert running.drive(run, patience=HASTE).tally.made == 4


@pytest.mark.django_db(transaction=True)
def test_what_is_stored_in_a_batch_is_found_in_it():
    async def found():
        async with Writer() as writer:
            begun, go = threading.Event(), threading.Event()
            held = asyncio.create_task(writer.do(lambda: begun.set() or go.wait(20)))
            await asyncio.to_thread(begun.wait, 20)
            jobs = [asyncio.create_task(job) for job in (writer.find("k"), writer.store(a_call("k")))]
            await asyncio.sleep(0)
            go.set()
            await held
            return await asyncio.gather(*jobs)

    call, stored = asyncio.run(found())
    assert call.key == stored.key == "k"
