"""Who asks an endpoint goes through its gate, in turn; while it is down one tries and the others wait."""

import asyncio

import pytest

from synthesis.faults import EndpointGone
from synthesis.llm import Patience
from synthesis.policies import FAULTS_IN_A_ROW
from synthesis.steering import resume, retry_failed
from tests.factories import client_profile
from tests.fakes import model_server as fake
from tests.synthesis.patience import LONG

HASTY = Patience(budget=5, first_wait=0.01, longest_wait=0.02, timeout=5, down=5)


def at_the_gate(most: int, acts):
    """Run `acts(gate)` in a loop of its own."""

    async def run():
        return await acts(HASTY.gate(most))

    return asyncio.run(run())


async def passing(gate, n: int) -> list[asyncio.Task]:
    """So many who want in, in this order; those who may are in."""
    tasks = [asyncio.create_task(gate.enter()) for _ in range(n)]
    for _ in range(3):
        await asyncio.sleep(0)
    return tasks


def let_in(tasks) -> list[bool]:
    return [task.done() for task in tasks]


def test_no_more_are_out_than_may_be_and_the_next_in_turn_follows():
    async def acts(gate):
        tasks = await passing(gate, 4)
        assert let_in(tasks) == [True, True, False, False]
        gate.answered(tasks[1].result())
        gate.leave(tasks[1].result())
        assert (await tasks[2]) and not tasks[3].done()
        gate.set_most(3)
        assert await tasks[3]
        assert gate.out == 3

    at_the_gate(2, acts)


def test_who_is_called_off_while_waiting_takes_no_place():
    async def acts(gate):
        tasks = await passing(gate, 3)
        tasks[1].cancel()
        gate.leave(tasks[0].result())
        tasks[2].cancel()  # just let in, and does not know it yet
        await asyncio.gather(*tasks, return_exceptions=True)
        assert gate.out == 0 and gate.told()["waiting"] == 0
        assert await gate.enter()

    at_the_gate(1, acts)


def test_thirty_two_refusals_at_once_halve_the_pace_once_and_all_wait_for_the_moment_that_was_named():
    async def acts(gate):
        tasks = await passing(gate, 40)
        named = asyncio.get_running_loop().time() + 0.2
        for task in tasks[:32]:
            assert gate.busy(task.result(), after=0.2, why="429") is False
        for task in tasks[:32]:
            gate.leave(task.result())
        assert gate.told() == {"at_once": 16, "calls": 0, "waiting": 8, "state": "resting", "why": "429"}
        late = await asyncio.gather(*tasks[32:])
        assert min(one.began for one in late) >= named

    at_the_gate(32, acts)


async def bring_down(gate, n: int) -> list[asyncio.Task]:
    tasks = await passing(gate, n)
    for task in tasks[:FAULTS_IN_A_ROW]:
        gate.failed(task.result(), who=task, after=None, why="500")
    for task in tasks[:FAULTS_IN_A_ROW]:
        gate.leave(task.result())
    return tasks[FAULTS_IN_A_ROW:]


def test_while_it_is_down_one_tries_and_when_that_is_answered_all_go_on():
    async def acts(gate):
        waiting = await bring_down(gate, FAULTS_IN_A_ROW + 3)
        assert let_in(waiting) == [False] * 3 and gate.told()["state"] == "down"
        one = await waiting[0]
        assert one.is_trying and let_in(waiting) == [True, False, False]
        gate.failed(one, who=waiting[0], after=None, why="500")
        gate.leave(one)
        other = await waiting[1]
        assert other.is_trying and not waiting[2].done()
        gate.answered(other)
        gate.leave(other)
        assert not (await waiting[2]).is_trying
        assert gate.told()["state"] == "well"

    at_the_gate(FAULTS_IN_A_ROW, acts)


def test_who_tries_and_is_called_off_lets_another_try():
    async def acts(gate):
        waiting = await bring_down(gate, FAULTS_IN_A_ROW + 2)
        gate.leave(await waiting[0])
        assert (await waiting[1]).is_trying

    at_the_gate(FAULTS_IN_A_ROW, acts)


def test_one_that_hung_for_all_of_patience_while_others_were_answered_says_nothing_of_the_endpoint():
    """As with the settings as shipped: a hang is known after as many seconds as an endpoint may be down."""

    async def acts(gate):
        gate.breaker.patience = 0.1
        slow = await gate.enter()
        await asyncio.sleep(0.15)
        other = await gate.enter()
        gate.answered(other)
        gate.leave(other)
        assert gate.failed(slow, who="slow", after=None, why="no answer in time") is False
        gate.leave(slow)
        assert gate.told()["state"] == "well" and gate.down_for() < 0.1
        next_one = await gate.enter()
        assert gate.failed(next_one, who="next", after=None, why="500") is False

    at_the_gate(2, acts)


def test_who_was_called_off_while_waiting_is_nobody_whom_the_endpoint_fails():
    async def acts(gate):
        alone = await gate.enter()
        (waiting,) = await passing(gate, 1)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        gate.failed(alone, who="alone", after=None, why="500")
        assert gate.failed_only("alone")

    at_the_gate(1, acts)


def test_an_endpoint_that_is_given_up_sends_all_away():
    async def acts(gate):
        waiting = await bring_down(gate, FAULTS_IN_A_ROW + 2)
        gate.give_up("It is gone.")
        for task in waiting:
            with pytest.raises(EndpointGone, match="It is gone"):
                await task
        with pytest.raises(EndpointGone):
            await gate.enter()

    at_the_gate(FAULTS_IN_A_ROW, acts)


def test_an_endpoint_that_is_down_for_a_while_fails_no_session_however_small_the_budget_of_a_call(
    endpoint, plan, drive
):
    server = endpoint(lambda number, body: fake.BROKEN if number < 40 else None)
    run = plan(8, concurrency=8)
    tally = drive(run, patience=Patience(budget=0.1, first_wait=0.02, longest_wait=0.1, timeout=5, down=60))
    assert (tally.made, tally.failed) == (8, 0)
    assert run.hitches.by_kind() == {"server_error": 40}
    assert len({request["seed"] for request in server.requests}) == tally.calls, "a call was made anew"


def test_a_run_whose_endpoint_stays_down_is_stopped_with_all_its_sessions_planned(endpoint, plan, drive):
    server = endpoint(lambda number, body: fake.BROKEN)
    run = plan(12, concurrency=8)
    drive(run)
    run.refresh_from_db()
    assert run.state == "stopped" and "500" in run.why
    assert set(run.instances.values_list("state", flat=True)) == {"planned"}
    server.script = lambda number, body: None
    resume(run=run, by=None)
    assert drive(run).made == 12


def test_a_request_that_brings_the_endpoint_down_fails_its_own_session_and_stops_no_run(
    endpoint, plan, drive
):
    def poisoned(number, body):
        return fake.BROKEN if "Client-1" in str(body["messages"]) else None

    server = endpoint(poisoned)
    run = plan(1, profiles=[client_profile("client-1"), client_profile("client-2")], concurrency=1)
    tally = drive(run)
    run.refresh_from_db()
    assert run.state == "open" and (tally.made, tally.failed) == (1, 1)
    failed = run.instances.get(state="failed")
    assert failed.profile.key == "client-1" and "fails on this request" in failed.failure
    server.script = lambda number, body: None
    retry_failed(run=run, by=None)
    assert drive(run).made == 1


def test_one_request_that_fails_among_others_that_are_answered_fails_its_session_in_time(
    endpoint, plan, drive
):
    endpoint(lambda number, body: fake.BROKEN if "Client-0" in str(body["messages"]) else None, delay=0.02)
    run = plan(4, clients=4, concurrency=4)
    hasty = Patience(budget=0.2, first_wait=0.02, longest_wait=0.1, timeout=5, down=60)
    tally = drive(run, patience=hasty)
    assert (tally.made, tally.failed) == (12, 4)
    assert "asked again for 0 s" in run.instances.filter(state="failed").first().failure


def test_an_endpoint_that_wants_to_be_left_alone_for_longer_than_patience_stops_the_run_at_once(
    endpoint, plan, drive
):
    later = fake.Reply("", status=429, headers={"Retry-After": "3600"})
    server = endpoint(lambda number, body: later)
    run = plan(3, concurrency=1)
    drive(run, patience=LONG)
    run.refresh_from_db()
    assert run.state == "stopped" and "left alone for 3600 s" in run.why
    assert len(server.requests) == 1
    assert set(run.instances.values_list("state", flat=True)) == {"planned"}


def test_refusals_are_waited_out_without_any_session_failing(endpoint, plan, drive):
    """A third of all requests come too soon, far more often than a budget of a call would bear."""
    busy = fake.Reply("", status=429)
    endpoint(lambda number, body: busy if number % 3 == 0 else None)
    run = plan(6, concurrency=6)
    hasty = Patience(budget=0.01, first_wait=0.01, longest_wait=0.02, timeout=5, down=60)
    tally = drive(run, patience=hasty)
    assert (tally.made, tally.failed) == (6, 0)
    assert set(run.hitches.by_kind()) == {"rate_limited"}
    limits = run.drives.get().limits["environment"]
    assert limits["at_once"] < 6 and limits["state"] in ("slowed", "resting")
