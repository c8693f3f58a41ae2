"""What people want of a run reaches the worker that is at it within a second or so."""

import json

import pytest
from django.core.management import CommandError, call_command

from synthesis import steering
from synthesis.models import Call, Drive
from tests.fakes import model_server as fake
from tests.synthesis.patience import LONG, until


def states(run) -> dict:
    found = list(run.instances.values_list("state", flat=True))
    return {state: found.count(state) for state in sorted(set(found))}


def steer(verb: str, run, *arguments) -> None:
    call_command(verb, str(run.public_id), *arguments)


def test_a_paused_run_finishes_what_is_in_the_making_and_begins_nothing(endpoint, plan, drive, beside, held):
    endpoint(held)
    run = plan(6, concurrency=2)
    ended = beside(lambda: drive(run, patience=LONG))
    until(lambda: len(held.came) == 2 and states(run) == {"making": 4, "planned": 2})
    steer("pause", run)
    # What was claimed ahead is given back; the two whose requests are out are kept.
    until(lambda: states(run) == {"making": 2, "planned": 4})
    held.release()
    assert ended().made == 2
    assert states(run) == {"made": 2, "planned": 4}
    assert Drive.objects.get().why == "paused"


def test_a_paused_run_that_is_resumed_meanwhile_goes_on_in_the_same_drive(
    endpoint, plan, drive, beside, held
):
    endpoint(held)
    run = plan(5, concurrency=1)
    ended = beside(lambda: drive(run, patience=LONG))
    until(lambda: held.came)
    steer("pause", run)
    until(lambda: states(run) == {"making": 1, "planned": 4})
    steer("resume", run)
    until(lambda: states(run) == {"making": 2, "planned": 3})  # it claims ahead again
    held.release()
    assert ended().made == 5


def test_a_cancelled_run_ends_though_its_endpoint_does_not_answer(endpoint, plan, drive, beside, held):
    endpoint(held)
    run = plan(6, concurrency=3)
    ended = beside(lambda: drive(run, patience=LONG))
    until(lambda: len(held.came) == 3)
    steer("cancel", run)
    tally = ended()
    assert held.inside == 3, "the endpoint had answered"
    assert (tally.made, tally.lost) == (0, 3)
    assert states(run) == {"cancelled": 6}
    assert Drive.objects.get().why == "cancelled"


def test_more_at_once_begins_more_at_once(endpoint, plan, drive, beside, held):
    endpoint(held)
    run = plan(6, concurrency=1)
    ended = beside(lambda: drive(run, patience=LONG))
    until(lambda: len(held.came) == 1)
    steer("set_concurrency", run, "4")
    until(lambda: held.inside == 4)
    held.release()
    assert ended().made == 6
    assert held.most <= 4


def test_fewer_at_once_lets_fewer_ask_at_once_also_of_those_in_the_making(
    endpoint, plan, drive, beside, held
):
    endpoint(held)
    run = plan(6, concurrency=4)
    ended = beside(lambda: drive(run, patience=LONG))
    until(lambda: held.inside == 4)
    steer("set_concurrency", run, "1")

    def at_once():
        return [drive.limits.get("environment", {}).get("at_once") for drive in run.drives.all()]

    until(lambda: at_once() == [1])
    came = len(held.came)
    held.release()
    assert ended().made == 6
    assert len(held.came) > came
    assert held.most <= 4 and held.most_later <= 1


def test_failed_sessions_that_are_planned_again_meanwhile_are_made_in_the_same_drive(
    endpoint, plan, drive, beside, held
):
    server = endpoint()
    run = plan(2, concurrency=2)
    one, other = run.instances.all()
    type(one).objects.filter(pk=one.pk).update(state="failed", failure="It was refused.")
    server.script = held
    ended = beside(lambda: drive(run, patience=LONG))
    until(lambda: held.came)
    assert steering.retry_failed(run=run, by=None) == 1
    until(lambda: held.inside == 2)
    held.release()
    assert ended().made == 2 and states(run) == {"made": 2}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["pause", "nonsense"], "There is no run nonsense"),
        (["set_concurrency", "RUN", "0"], "Between 1 and 256"),
        (["set_budget", "RUN", "money"], "NAME=VALUE"),
        (["set_budget", "RUN", "money=5"], "set its price first"),
        (["set_budget", "RUN", "tokens=-1"], "above 0"),
        (["set_price", "nowhere", "1", "2", "EUR"], "no endpoint “nowhere”"),
        (["set_price", "environment", "1", "2", "€"], "three capital letters"),
        (["set_price", "environment", "nan", "2", "EUR"], "0 or more"),
    ],
)
def test_what_cannot_be_done_ends_with_code_2_and_the_reason(endpoint, plan, arguments, said):
    endpoint()
    run = plan()
    with pytest.raises(CommandError, match=said) as refusal:
        call_command(*(str(run.public_id) if one == "RUN" else one for one in arguments))
    assert refusal.value.returncode == 2
    run.refresh_from_db()
    assert (run.state, run.concurrency, run.budget) == ("open", 8, {})


def test_a_cancelled_run_is_not_paused(endpoint, plan):
    endpoint()
    run = plan()
    steer("cancel", run)
    with pytest.raises(CommandError, match="The run is cancelled"):
        steer("pause", run)


def test_bounds_and_prices_are_set_from_the_command_line(endpoint, plan):
    endpoint()
    run = plan()
    call_command("set_price", "environment", "0.15", "0.6", "eur")
    steer("set_budget", run, "money=2.5", "seconds=60")
    run.refresh_from_db()
    assert run.budget == {"money": 2.5, "currency": "EUR", "seconds": 60}
    steer("set_budget", run, "none")
    run.refresh_from_db()
    assert run.budget == {}


def test_a_run_is_planned_with_its_bounds(endpoint, plan, capsys):
    server = endpoint()
    profiles = [instance.profile for instance in plan().instances.all()]
    said = r"The budget of 100 tokens is spent\. `set_budget .+ NAME=VALUE` allows it more; then `resume .+ --wait` goes"
    with pytest.raises(CommandError, match=said) as end:
        call_command(
            "synthesize", "--recipe", "supervised_dialogue", "--pairs", "poor-listening", "--profiles",
            profiles[0].key, "--budget", "tokens=100", "--wait", "--json",
        )  # fmt: skip
    assert end.value.returncode == 3
    assert len(server.requests) == Call.objects.count() == 1
    assert json.loads(capsys.readouterr().out)["calls"] == 1


def test_a_transport_that_fails_while_a_run_is_paused_is_still_asked_again(
    endpoint, plan, drive, beside, held
):
    server = endpoint(held)
    run = plan(1)
    ended = beside(lambda: drive(run, patience=LONG))
    until(lambda: held.came)
    steer("pause", run)
    until(lambda: run.instances.filter(state="making").exists())
    server.script = lambda number, body: fake.BROKEN if number == 3 else None
    held.release()
    assert ended().made == 1
