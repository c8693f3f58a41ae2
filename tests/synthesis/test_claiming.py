"""Of two who claim, each gets instances of its own."""

from threading import Event, Thread

import pytest
from django.db import connection, transaction

from synthesis import claiming


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
