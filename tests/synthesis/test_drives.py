"""One process drives several runs side by side within its bounds, says what it is at, and grows with none of them."""

import gc
from datetime import timedelta

import pytest
from django.utils import timezone

from config.celery import app
from synthesis import claiming, planning, running, steering, tasks, waking
from synthesis.models import Call, Drive, Instance, ModelRole
from synthesis.models.endpoints import Endpoint
from tests.factories import client_profile, published_guideline
from tests.fakes import model_server as fake
from tests.fakes.model_server import ModelServer
from tests.synthesis.conftest import HASTE
from tests.synthesis.patience import LONG, until


@pytest.fixture
def plan_for(transactional_db):
    """Plan runs of one version, each for a client of its own."""
    version = published_guideline()

    def planned(client: str, n: int = 1, **options):
        return planning.plan(
            recipe="supervised_dialogue", version=version, profiles=[client_profile(client)], pairs="forcing-change",
            samples=n, **options,
        )  # fmt: skip

    return planned


def asked_for(held, model: str) -> int:
    """Requests of the run that this model plays."""
    return sum(body["model"] == model for body in list(held.came))


def test_a_second_run_does_not_wait_behind_the_first(endpoint, plan_for, beside, held):
    endpoint(held)
    first = plan_for("ana", 2, concurrency=2, model="first")
    second = plan_for("amir", concurrency=2, model="second")
    ended = beside(lambda: running.drive_all(patience=LONG))
    until(lambda: asked_for(held, "first") and asked_for(held, "second"))
    third = plan_for("lena", concurrency=1, model="third")  # while the others are at work
    until(lambda: asked_for(held, "third"))
    assert Drive.objects.alive().count() == 3
    held.release()
    assert ended().made == 4
    for run in (first, second, third):
        assert set(run.instances.values_list("state", flat=True)) == {"made"}
    assert not Drive.objects.alive().exists()


def test_a_wake_up_for_one_run_makes_all_that_are_open(endpoint, plan_for):
    endpoint()
    runs = [plan_for("ana"), plan_for("amir"), plan_for("lena")]
    steering.pause(run=runs[2], by=None)
    tasks.work(runs[0].pk)
    states = [run.instances.get().state for run in runs]
    assert states == ["made", "made", "planned"]


def test_all_runs_of_a_process_together_keep_within_its_bound(endpoint, plan_for, beside, held):
    endpoint(held)
    for client, model in (("ana", "first"), ("amir", "second")):
        plan_for(client, 6, concurrency=6, model=model)
    ended = beside(lambda: running.drive_all(patience=LONG, at_once=4))
    until(lambda: held.inside == 4)
    assert asked_for(held, "first") == asked_for(held, "second") == 2
    held.release()
    assert ended().made == 12
    assert held.most == 4 and held.most_later <= 4


def test_a_run_that_was_alone_makes_room_for_the_next(endpoint, plan_for, beside, held):
    endpoint(held)
    plan_for("ana", 6, concurrency=6)
    ended = beside(lambda: running.drive_all(patience=LONG, at_once=4))
    until(lambda: held.inside == 4)
    plan_for("amir", 2, concurrency=6)
    until(lambda: Drive.objects.count() == 2)
    held.release()
    assert ended().made == 8
    assert held.most == 4


def test_a_run_that_cannot_be_driven_stops_and_keeps_no_other_from_being_made(endpoint, plan_for, settings):
    endpoint()
    broken, whole = plan_for("ana"), plan_for("amir")
    specs = {role: {**spec, "endpoint": "nowhere"} for role, spec in broken.model_specs.items()}
    type(broken).objects.filter(pk=broken.pk).update(model_specs=specs)
    assert running.drive_all(patience=HASTE).made == 1
    broken.refresh_from_db()
    assert broken.state == "stopped" and "no longer set up" in broken.why
    assert whole.instances.get().state == "made"


def test_an_endpoint_that_is_down_stops_the_runs_that_ask_it_and_no_other(endpoint, plan_for, settings):
    server = endpoint(lambda number, body: fake.BROKEN)
    lost, kept = plan_for("ana"), plan_for("amir", concurrency=1)
    with ModelServer() as other:
        Endpoint.objects.create(name="other", base_url=other.url)
        specs = {role: {**spec, "endpoint": "other"} for role, spec in kept.model_specs.items()}
        type(kept).objects.filter(pk=kept.pk).update(model_specs=specs)
        assert running.drive_all(patience=HASTE).made == 1
    lost.refresh_from_db(), kept.refresh_from_db()
    assert (lost.state, kept.state) == ("stopped", "open")
    assert lost.instances.get().state == "planned" and server.requests


def test_each_endpoint_of_a_run_has_its_own_pace(endpoint, plan_for, drive):
    endpoint(lambda number, body: fake.Reply("", status=429) if number < 4 else None)
    with ModelServer() as other:
        ModelRole.objects.create(
            role="client", endpoint=Endpoint.objects.create(name="other", base_url=other.url), model="m"
        )
        run = plan_for("ana", 2, concurrency=8)
        assert drive(run).made == 2
    limits = run.drives.get().limits
    assert limits["environment"]["at_once"] < 8
    assert limits["other"] == {"at_once": 8, "calls": 0, "waiting": 0, "state": "well", "why": ""}


def test_a_drive_says_who_works_at_what_since_when(endpoint, plan, drive, beside, held):
    endpoint(held)
    run = plan(4, concurrency=3)
    before = timezone.now()
    ended = beside(lambda: drive(run, patience=LONG))
    until(lambda: held.inside == 3)
    until(lambda: Drive.objects.get().in_flight == 3)
    row = Drive.objects.get()
    assert row.run == run and row.worker in set(run.instances.values_list("lease_by", flat=True))
    assert before <= row.began_at <= row.seen_at and row.ended_at is None
    assert row.limits["environment"] == {"at_once": 3, "calls": 3, "waiting": 0, "state": "well", "why": ""}
    assert list(run.drives.alive()) == [row]
    held.release()
    ended()
    row.refresh_from_db()
    assert (row.in_flight, row.why, row.ended_at is not None) == (0, "done", True)


def test_a_drive_that_was_not_seen_for_long_is_gone(endpoint, plan):
    endpoint()
    run, now = plan(), timezone.now()
    for minutes in (0, 5):
        seen = now - timedelta(minutes=minutes)
        Drive.objects.create(run=run, worker=str(minutes), began_at=seen, seen_at=seen)
    assert [row.worker for row in run.drives.alive()] == ["0"]


def test_what_wakes_workers_does_not_wait_behind_a_run():
    def queue(task):
        return app.amqp.router.route({}, task)["queue"].name

    assert queue("synthesis.work") == "synthesis"
    assert queue("synthesis.reconcile") == queue("review.sync") != queue("synthesis.work")


def test_runs_with_work_are_found_the_oldest_first_and_by_few_rows(endpoint, plan_for, drive):
    endpoint()
    runs = [plan_for("ana", 3), plan_for("amir", 3), plan_for("lena")]
    drive(runs[2])
    assert waking.runs_to_wake() == [runs[0].pk, runs[1].pk]
    assert waking.runs_with_work(but=[runs[0].pk]) == [runs[1]]
    assert waking.runs_with_work(most=1) == [runs[0]]


def alive() -> int:
    return sum(type(one) in (Instance, Call) for one in gc.get_objects())


def test_what_a_drive_holds_does_not_grow_with_the_number_of_sessions(endpoint, plan_for, monkeypatch):
    """Sessions and replies that are alive in memory, whenever some end: as many in a long run as in a short."""
    endpoint()
    peaks, finish = {}, claiming.finish
    for n in (8, 32):
        run, seen = plan_for(f"client-{n}", n, concurrency=4), []
        gc.collect()
        before = alive()

        def looking(made, *, seen=seen, worker):
            seen.append(alive())
            return finish(made, worker=worker)

        monkeypatch.setattr(claiming, "finish", looking)
        running.drive(run, patience=HASTE)
        assert run.instances.made().count() == n
        peaks[n] = max(seen) - before
    # In the making, claimed ahead, and a batch of replies that is just being stored, each perhaps not yet collected.
    assert peaks[32] <= max(peaks[8], 40), peaks
