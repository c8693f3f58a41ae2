"""A session of which nothing is stored does not look before each of its calls; whatever may be stored is found."""

from collections import Counter

import pytest

from synthesis import running
from synthesis.models import Call, InstanceState
from synthesis.stored import Cells, asked
from synthesis.writing import Writer


@pytest.fixture
def looked(monkeypatch):
    """The keys that were looked for."""
    keys, find = [], Writer.find

    def finding(writer, key):
        keys.append(key)
        return find(writer, key)

    monkeypatch.setattr(Writer, "find", finding)
    return keys


def test_a_new_session_never_looks(endpoint, plan, drive, looked):
    endpoint()
    run = plan(2)
    assert drive(run).made == 2 and looked == [] and Call.objects.exists()


def test_a_session_of_which_something_is_stored_looks_and_pays_nothing_twice(endpoint, plan, drive, looked):
    server = endpoint()
    run = plan()
    drive(run)
    first = len(server.requests)
    again = plan(version=run.version, profiles=[run.instances.get().profile])
    assert asked(again.instances.all()) == {run.instances.get().cell}
    assert drive(again).replayed == first == len(looked) and len(server.requests) == first


def test_a_session_that_was_broken_off_goes_on_from_what_is_stored(endpoint, plan, drive, looked):
    server = endpoint(lambda number, body: "cut" if number >= 5 else None)
    run = plan()
    drive(run)
    assert run.instances.get().state != InstanceState.MADE and (kept := Call.objects.count()) == 5
    server.script = lambda number, body: None
    run.instances.update(state="planned")
    type(run).objects.update(state="open")
    found = drive(run)
    assert (found.made, found.replayed) == (1, kept) and len(looked) == Call.objects.count()


def test_two_runs_over_one_cell_side_by_side_pay_once(endpoint, plan, transactional_db):
    server = endpoint()
    run = plan()
    plan(version=run.version, profiles=[run.instances.get().profile])
    tally = running.drive_all()
    asked_for = Counter(str(request["messages"]) for request in server.requests)
    assert tally.made == 2 and set(asked_for.values()) == {1} and tally.replayed == len(server.requests)


def test_of_two_sessions_of_one_cell_both_look_and_the_next_one_alone_does_not():
    cells = Cells()
    first = cells.enter("a", is_asked=False)
    assert not first.may_be_stored and cells.enter("b", is_asked=True).may_be_stored
    second = cells.enter("a", is_asked=False)
    assert first.may_be_stored and second is first
    del first, second
    assert not cells.enter("a", is_asked=False).may_be_stored
