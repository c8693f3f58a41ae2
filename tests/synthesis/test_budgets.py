"""A budget stops a run cleanly: no new call once it is spent, nothing failed, and nothing paid for twice later."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from synthesis import spending, steering
from synthesis.models import Call, Drive, Endpoint, Run
from synthesis.spending import NotABudget
from tests.fakes import model_server as fake
from tests.synthesis.patience import LONG, until

PER_CALL = 120  # tokens that the scripted server counts
PRICE = {"in": 1.0, "out": 2.0, "currency": "USD"}  # 0.00014 a call


def states(run) -> set[str]:
    return set(run.instances.values_list("state", flat=True))


@pytest.mark.parametrize(
    "budget", [{"tokens": 20 * PER_CALL}, {"money": 20 * 0.00014}], ids=["tokens", "money"]
)
def test_a_spent_budget_stops_the_run_and_a_raised_one_goes_on_without_paying_again(
    endpoint, plan, drive, budget
):
    server = endpoint()
    run = plan(5, concurrency=4)
    Endpoint.objects.update(price=PRICE)
    steering.set_budget(run=run, budget=budget, by=None)
    drive(run)
    run.refresh_from_db()
    assert run.state == "stopped" and "is spent" in run.why
    assert 20 <= Call.objects.count() < 20 + run.concurrency, "more went over than was out"
    assert len(server.requests) == Call.objects.count()
    assert states(run) <= {"made", "planned"} and "planned" in states(run)
    assert Drive.objects.get().why == "stopped"

    steering.resume(run=run, by=None)
    before = len(server.requests)
    drive(run)
    assert len(server.requests) == before, "it is still spent"
    run.refresh_from_db()
    assert run.state == "stopped"

    steering.set_budget(run=run, budget={}, by=None)
    steering.resume(run=run, by=None)
    tally = drive(run)
    assert states(run) == {"made"} and tally.failed == 0
    assert len(server.requests) == Call.objects.count() == spending.spent(run).calls


def test_replies_that_are_out_when_the_budget_is_spent_come_back_and_are_stored(
    endpoint, plan, drive, beside, held
):
    server = endpoint(held)
    run = plan(6, concurrency=4, budget={"tokens": 1})
    ended = beside(lambda: drive(run, patience=LONG))
    until(lambda: held.inside == 4)
    held.release()
    ended()
    assert len(server.requests) == Call.objects.count() == 4
    assert states(run) == {"planned"}


def test_what_another_worker_spends_counts_too(endpoint, plan, drive, beside, held):
    server = endpoint(held)
    run = plan(6, concurrency=2, budget={"tokens": 5000})
    ended = beside(lambda: drive(run, patience=LONG))
    until(lambda: held.inside == 2)
    Call.objects.create(
        key="b" * 64, instance=run.instances.last(), endpoint="environment", model="scripted", role="client", step="s",
        seed=1, messages_digest="d", messages=[], reply={}, text="x", latency_ms=1, tokens_in=4000, tokens_out=1000,
    )  # fmt: skip

    def is_stopped():
        run.refresh_from_db()
        return run.state == "stopped"

    until(is_stopped)
    assert "5,000 tokens" in run.why
    held.release()
    ended()
    assert len(server.requests) == 2 and Call.objects.count() == 3


def test_a_worker_asks_no_more_when_another_has_stopped_the_run(endpoint, plan, drive, beside, held):
    server = endpoint(held)
    run = plan(6, concurrency=2)
    ended = beside(lambda: drive(run, patience=LONG))
    making = run.instances.filter(state="making")
    until(lambda: held.inside == 2 and making.count() == 4)  # two are claimed ahead
    steering.stop(run=run, why="The budget of 1 token is spent.")
    until(lambda: making.count() == 2)  # and given back, once it has noticed
    held.release()
    ended()
    assert len(server.requests) == Call.objects.count() == 2
    assert states(run) == {"planned"}
    run.refresh_from_db()
    assert run.why == "The budget of 1 token is spent."


def test_a_budget_that_is_lowered_while_it_runs_is_kept(endpoint, plan, drive, beside, held):
    server = endpoint(held)
    run = plan(6, concurrency=2)
    ended = beside(lambda: drive(run, patience=LONG))
    until(lambda: held.inside == 2)
    Drive.objects.update(began_at=timezone.now() - timedelta(hours=1))
    steering.set_budget(run=run, budget={"seconds": 60}, by=None)

    def is_stopped():
        run.refresh_from_db()
        return run.state == "stopped"

    until(is_stopped)
    assert run.why == "The budget of 1 min of work is spent."
    held.release()
    ended()
    assert len(server.requests) == 2


def test_time_that_was_worked_before_counts(endpoint, plan, drive):
    server = endpoint()
    run = plan(2, budget={"seconds": 60})
    now = timezone.now()
    earlier = {"began_at": now - timedelta(minutes=9), "seen_at": now - timedelta(minutes=7)}
    Drive.objects.create(run=run, worker="w", ended_at=now, **earlier)
    drive(run)
    run.refresh_from_db()
    assert run.state == "stopped" and not server.requests


@pytest.mark.parametrize("budget", [{"tokens": 10**6}, {"money": 100}], ids=["tokens", "money"])
def test_an_endpoint_that_does_not_tell_what_it_counted_cannot_be_bounded(endpoint, plan, drive, budget):
    server = endpoint()
    server.script = lambda number, body: replace(
        fake.EMPTY, raw=json.dumps({**json.loads(server.completion(body, None)), "usage": None}).encode()
    )
    run = plan(3, concurrency=1)
    Endpoint.objects.update(price=PRICE)
    steering.set_budget(run=run, budget=budget, by=None)
    drive(run)
    run.refresh_from_db()
    assert run.state == "stopped" and "without telling" in run.why
    assert len(server.requests) == 1


def test_a_price_that_was_taken_away_since_stops_a_run_whose_money_is_bounded(endpoint, plan, drive):
    server = endpoint()
    run = plan(1)
    Endpoint.objects.update(price=PRICE)
    steering.set_budget(run=run, budget={"money": 1}, by=None)
    Endpoint.objects.update(price={})
    with pytest.raises(NotABudget):
        drive(run)
    run.refresh_from_db()
    assert run.state == "stopped" and "set its price first" in run.why and not server.requests


def test_money_is_bounded_by_a_price_that_was_set_while_the_run_was_made(endpoint, plan, drive, beside, held):
    endpoint(held)
    run = plan(2, concurrency=1)
    ended = beside(lambda: drive(run, patience=LONG))
    until(lambda: held.inside == 1)
    Endpoint.objects.update(price=PRICE)
    # As another process does, by a row of its own.
    steering.set_budget(run=Run.objects.get(), budget={"money": 20 * 0.00014}, by=None)
    seen = Drive.objects.get().seen_at
    until(lambda: Drive.objects.get().seen_at > seen)  # workers looked
    held.release()
    ended()
    run.refresh_from_db()
    assert run.state == "stopped" and "is spent" in run.why
    assert Call.objects.count() == 20 and not Call.objects.filter(price=None).exists()


def test_replies_from_before_the_price_was_known_count_at_todays(endpoint, plan, drive):
    endpoint()
    run = plan(1)
    drive(run)
    Endpoint.objects.update(price=PRICE)
    told = spending.spent(run)
    assert told.unpriced == 0 and told.money == Call.objects.count() * spending.worth_of(100, 20, PRICE)
