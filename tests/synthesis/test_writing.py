"""Many who write share one commit and one statement, and still each gets what is its own."""

import asyncio
import threading

import pytest
from django.db import OperationalError, transaction

from synthesis import claiming
from synthesis.material import Material
from synthesis.models import Call, Hitch, Mark
from synthesis.writing import Writer
from tests.synthesis.test_odd_replies import a_call

pytestmark = pytest.mark.django_db(transaction=True)


def written(*jobs):
    """What each of these jobs, handed over before the thread takes the first, came to."""

    async def all_of_them():
        async with Writer() as writer:
            return await asyncio.gather(*(job(writer) for job in jobs), return_exceptions=True)

    return asyncio.run(all_of_them())


def stores(call: Call, hitch: Hitch | None = None):
    return lambda writer: writer.store(call, hitch=hitch)


def test_a_reply_that_is_new_is_the_one_that_was_handed_over():
    calls = [a_call(str(n)) for n in range(3)]
    assert all(stored is call for stored, call in zip(written(*map(stores, calls)), calls, strict=True))
    assert [call.key for call in calls] == list(Call.objects.order_by("pk").values_list("key", flat=True))


def test_of_two_replies_to_one_question_the_first_is_everybodys():
    a_call("before", text="the first").save()
    first, second = a_call("same", text="one"), a_call("same", text="two")
    hitch = Hitch(kind="malformed", endpoint="e", model="m", step="s", told="t")
    jobs = [
        stores(a_call("before", text="late"), hitch),
        stores(first),
        stores(second),
        stores(a_call("new")),
    ]
    texts = [call.text for call in written(*jobs)]
    assert texts == ["the first", "one", "one", "fine"]
    assert Call.objects.count() == 3 and not Hitch.objects.exists(), (
        "what is wrong with a lost reply is not kept"
    )


def test_a_reply_that_another_stores_just_after_we_have_looked_is_taken(monkeypatch):
    a_call("a", text="theirs").save()
    look, others = Call.objects.filter, ["b"]

    def then_another(**by):
        found = list(look(**by))
        for key in others:
            a_call(key, text="theirs").save()
        others.clear()
        return found

    monkeypatch.setattr(Call.objects, "filter", then_another)
    stored = written(*(stores(a_call(key, text="ours")) for key in "abc"))
    assert [call.text for call in stored] == ["theirs", "theirs", "ours"] and not others


def test_what_is_done_together_is_done_once_and_of_many_only_the_one_at_fault_fails():
    asked = []

    def together(keys):
        asked.append(keys)
        for key in keys:
            a_call(key).save()
            if key == "odd":
                raise ValueError(key)
        return [key.upper() for key in keys]

    each = [lambda writer, key=key: writer.each(key, together) for key in ("a", "odd", "b")]
    a, odd, b = written(*each)
    assert (a, b, str(odd)) == ("A", "B", "odd") and asked == [["a", "odd", "b"], ["a"], ["odd"], ["b"]]
    assert set(Call.objects.values_list("key", flat=True)) == {"a", "b"}
    asked.clear()
    assert written(*(lambda writer, key=key: writer.each(key, together) for key in "cd")) == ["C", "D"]
    assert asked == [["c", "d"]]


def test_many_that_are_made_are_finished_in_as_many_statements_as_one(
    endpoint, plan, django_assert_max_num_queries
):
    endpoint()
    run = plan(6)
    with transaction.atomic():
        mine = claiming.claim(run=run, worker="me", most=5, but=set())
        theirs = claiming.claim(run=run, worker="they", most=1, but=set())
        Material(run).meet([*mine, *theirs])

    def made(instance):
        return claiming.Made(instance, {"of": instance.pk}, [f"key {instance.pk}"], "d", ["I want to die."])

    with transaction.atomic(), django_assert_max_num_queries(8):
        held = claiming.finish([made(instance) for instance in (*mine, *theirs)], worker="me")
    assert held == [True] * 5 + [False]
    for instance in run.instances.filter(state="made"):
        assert (instance.content, instance.trace) == ({"of": instance.pk}, [f"key {instance.pk}"])
        assert instance.made_at and not instance.lease_by and instance.lease_until is None
        assert instance.tries == 1 and instance.profile and instance.cell, "nothing else has changed"
    assert run.instances.get(state="making").lease_by == "they"
    assert set(Mark.objects.values_list("instance", flat=True)) == {instance.pk for instance in mine}


def test_those_claimed_together_share_what_they_are_made_from(
    endpoint, plan, django_assert_num_queries, django_assert_max_num_queries
):
    endpoint()
    run = plan(6)
    with transaction.atomic():
        claimed = claiming.claim(run=run, worker="me", most=6, but=set())
        material = Material(run)
        material.meet(claimed[:3])
    assert len(claimed) == 6
    # Of those that it has met it knows the profiles and pairs already, or all but some.
    with transaction.atomic(), django_assert_max_num_queries(2):
        material.meet(claimed)
    with django_assert_num_queries(0):
        profiles = {id(one.profile) for one in claimed}
        assert {one.pair_revision.pair.key for one in claimed} and all(one.run is run for one in claimed)
    assert len(profiles) == len({one.profile_id for one in claimed})


def test_once_a_reply_cannot_be_stored_nobody_else_asks(endpoint, plan, drive, monkeypatch):
    everyone = threading.Barrier(4)

    def answered_together(number, body):
        if number < 4:
            everyone.wait(60)

    server = endpoint(answered_together)
    run = plan(10, concurrency=4)

    def gone(*_):
        raise OperationalError("the database is gone")

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr("synthesis.rows.insert", gone)
        meanwhile.setattr("django.db.models.query.QuerySet.bulk_create", gone)
        with pytest.raises(OperationalError):
            drive(run)
    # A quarter more sessions were ready to ask; what was out is all that is paid for again.
    assert len(server.requests) == 4 and not Call.objects.exists()
    assert drive(run).made == 10
