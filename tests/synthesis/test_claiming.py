"""Of two who claim, each gets instances of its own."""

import contextlib
import time
from datetime import timedelta
from threading import Event, Thread

import pytest
from django.db import connection, transaction
from django.utils import timezone

from synthesis import claiming
from synthesis.material import Material
from synthesis.models import Call


@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="SQLite lets one transaction write at a time")
def test_a_claimer_passes_over_what_another_is_just_taking(endpoint, plan):
    endpoint()
    run = plan(4)
    taken, done = Event(), Event()
    first: list = []

    def takes_its_time():
        try:
            with transaction.atomic():
                first.extend(claiming.claim(run=run, worker="one", most=2, but=set()))
                taken.set()
                done.wait(20)
        finally:
            connection.close()

    other = Thread(target=takes_its_time)
    other.start()
    assert taken.wait(20)
    with transaction.atomic():
        second = claiming.claim(run=run, worker="two", most=2, but=set())
    done.set()
    other.join()
    assert len(first) == len(second) == 2
    assert {instance.pk for instance in (*first, *second)} == set(run.instances.values_list("pk", flat=True))


def test_what_is_claimed_is_claimed_by_one(endpoint, plan):
    endpoint()
    run = plan(3)
    with transaction.atomic():
        first = claiming.claim(run=run, worker="one", most=2, but=set())
        second = claiming.claim(run=run, worker="two", most=9, but=set())
    assert (len(first), len(second)) == (2, 1)
    assert claiming.renew(worker="one", ids={instance.pk for instance in second}) == {second[0].pk}


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_lease_holds_whatever_the_clock_of_a_workers_machine_says(endpoint, plan, monkeypatch, hours):
    endpoint()
    run = plan(2)
    wrong = timezone.now() + timedelta(hours=hours)

    @contextlib.contextmanager
    def elsewhere():
        with transaction.atomic(), monkeypatch.context() as there:
            there.setattr("django.utils.timezone.now", lambda: wrong)
            yield

    def taken_by(worker):
        return [one.pk for one in claiming.claim(run=run, worker=worker, most=9, but=set())]

    with elsewhere():
        (mine,) = claiming.claim(run=run, worker="one", most=1, but=set())
    with transaction.atomic():
        (other,) = taken_by("two")
        assert other != mine.pk and not taken_by("three")
    with elsewhere():
        assert claiming.renew(worker="one", ids={mine.pk}) == set()
        assert not taken_by("four"), "its own clock takes nobody's session, however late it thinks it is"
    with transaction.atomic():
        assert not taken_by("three")
    run.instances.filter(pk=mine.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    with elsewhere():
        assert taken_by("four") == [mine.pk], "nor does it leave one that has run out"


def test_a_session_that_cannot_be_made_ready_fails_alone_and_says_so(endpoint, plan, drive, monkeypatch):
    endpoint()
    run = plan(3)
    odd = run.instances.order_by("pk")[1]
    cell = Material.cell

    def without_the_odd(material, instance):
        if instance.pk == odd.pk:
            raise LookupError("no such words")
        return cell(material, instance)

    monkeypatch.setattr(Material, "cell", without_the_odd)
    tally = drive(run)
    odd.refresh_from_db()
    assert (tally.made, tally.failed) == (2, 1)
    assert odd.state == "failed" and "LookupError" in odd.failure


def test_one_that_is_made_gives_its_place_to_the_next_before_it_is_written(
    endpoint, plan, drive, monkeypatch
):
    server = endpoint()
    run = plan(4, concurrency=1)
    waited, finish = [], claiming.finish

    def late(made, *, worker):
        # What was asked and not stored is the next one's: everything of this one is stored.
        stored, deadline = Call.objects.count(), time.monotonic() + 5
        while len(server.requests) == stored and time.monotonic() < deadline and not waited:
            time.sleep(0.01)
        waited.append(len(server.requests) > stored)
        return finish(made, worker=worker)

    monkeypatch.setattr(claiming, "finish", late)
    assert drive(run).made == 4
    assert waited[0], "the next one asks its first question while the outcome of the first is written"
