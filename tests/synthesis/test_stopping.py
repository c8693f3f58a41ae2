"""The breaker stops a run whose endpoint is gone, and the page says what happened and no more."""

import json

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.urls import reverse

from synthesis import steering, tasks
from synthesis.leaving import MustNotLeave
from synthesis.models import InstanceState, Run
from synthesis.policies import INSTANCES_IN_A_ROW
from tests.factories import client_profile
from tests.fakes import model_server as fake

UNFIT = fake.Reply("", status=422)


def said(answer) -> str:
    return " ".join(str(message) for message in answer.context["messages"])


def steer(client, run, act) -> str:
    return said(client.post(reverse("run_steer", args=[run.public_id]), {"act": act}, follow=True))


def states(run) -> dict:
    found = list(run.instances.values_list("state", flat=True))
    return {state: found.count(state) for state in set(found)}


def test_a_wrong_key_stops_the_run_at_its_first_call_and_fails_nothing(endpoint, plan):
    server = endpoint(lambda number, body: fake.DENIED)
    run = plan(20, concurrency=1)
    with pytest.raises(CommandError, match="refused the request with 401") as refusal:
        call_command("resume", str(run.public_id), "--wait")
    assert refusal.value.returncode == 3
    run.refresh_from_db()
    assert run.state == "stopped" and len(server.requests) == 1
    assert states(run) == {"planned": 20}
    server.script = lambda number, body: None
    steering.resume(run=run, by=None)
    call_command("resume", str(run.public_id), "--wait")
    assert states(run) == {"made": 20}


@pytest.mark.parametrize(
    ("status", "body"),
    [(401, {}), (403, {}), (404, {"code": "model_not_found"}), (402, {}), (429, {"code": "insufficient_quota"}),
     (400, {"message": "The model `x` does not exist."})],
)  # fmt: skip
def test_what_no_waiting_mends_stops_the_run_at_once(endpoint, plan, drive, status, body):
    error = json.dumps({"error": {"message": "no", **body}}).encode()
    server = endpoint(lambda number, body: fake.Reply("", status=status, raw=error))
    run = plan(3, concurrency=1)
    drive(run)
    run.refresh_from_db()
    assert (run.state, len(server.requests), states(run)) == ("stopped", 1, {"planned": 3})


def test_a_run_is_stopped_when_the_endpoint_takes_none_of_eight_requests_in_a_row(endpoint, plan):
    server = endpoint(lambda number, body: UNFIT)
    run = plan(20, concurrency=1)
    with pytest.raises(CommandError, match="8 instances in a row failed at the endpoint") as refusal:
        call_command("resume", str(run.public_id), "--wait")
    assert refusal.value.returncode == 3
    run.refresh_from_db()
    assert run.state == "stopped" and "422" in run.why
    assert states(run) == {"failed": INSTANCES_IN_A_ROW, "planned": 20 - INSTANCES_IN_A_ROW}
    server.script = lambda number, body: None
    steering.resume(run=run, by=None)
    steering.retry_failed(run=run, by=None)
    call_command("resume", str(run.public_id), "--wait")
    assert states(run) == {"made": 20}


def test_a_stopped_run_with_many_in_the_making_leaves_none_of_them_leased(endpoint, plan, drive):
    endpoint(lambda number, body: UNFIT)
    run = plan(40, concurrency=8)
    drive(run)
    assert set(states(run)) == {"failed", "planned"}
    assert not run.instances.exclude(lease_by="").exists()


def test_an_instance_that_is_made_begins_the_count_anew(endpoint, plan, drive):
    server = endpoint()
    most = INSTANCES_IN_A_ROW - 1
    run = plan(2 * most + 1, concurrency=1)

    def refuses_all_but_the_middle_one(number, body):
        failed, made = run.instances.filter(state="failed").count(), run.instances.made().count()
        connection.close()
        return None if failed == most and not made else UNFIT

    server.script = refuses_all_but_the_middle_one
    drive(run)
    run.refresh_from_db()
    assert run.state == "open" and states(run) == {"made": 1, "failed": 2 * most}


def test_the_page_says_how_many_are_planned_again_and_when_they_wait(client, endpoint, plan, lena):
    endpoint()
    run = plan(3)
    client.force_login(lena)
    assert "No session of this run has failed" in steer(client, run, "retry")
    run.instances.update(state=InstanceState.FAILED, failure="The endpoint was down.")
    steer(client, run, "pause")
    assert "3 failed sessions are planned again. It waits until you go on" in steer(client, run, "retry")
    assert states(run) == {"planned": 3}
    run.instances.update(state=InstanceState.FAILED)
    Run.objects.filter(pk=run.pk).update(state="cancelled")
    assert "The run is cancelled" in steer(client, run, "retry")
    assert states(run) == {"failed": 3}


def test_without_a_broker_the_page_names_the_command_that_makes_the_run(
    client, endpoint, plan, lena, settings
):
    endpoint()
    run = plan()
    assert settings.REDIS_URL == "" and tasks.wake(run) is False
    client.force_login(lena)
    steer(client, run, "pause")
    said = steer(client, run, "resume")
    ask, command = said.index("ask the person who runs"), said.index(f"resume {run.public_id} --wait")
    assert "Nothing is lost" in said and ask < command


def test_a_broker_that_takes_the_message_wakes_a_worker(endpoint, plan, settings):
    endpoint()
    run = plan()
    settings.REDIS_URL = "redis://set"  # the test's own broker is in memory and takes it
    assert tasks.wake(run) is True


def test_a_run_stops_when_its_endpoint_moved_to_where_a_client_must_not_be_sent(
    endpoint, plan, drive, settings
):
    server = endpoint()
    run = plan(2, profiles=[client_profile("here", may_leave_machine=False)])
    settings.OPENAI_BASE_URL = "https://models.example.org/v1"
    with pytest.raises(MustNotLeave, match="“here” must not be sent"):
        drive(run)
    run.refresh_from_db()
    assert run.state == "stopped" and "“here” must not be sent" in run.why
    assert states(run) == {"planned": 2} and not server.requests
    settings.OPENAI_BASE_URL = server.url
    steering.resume(run=run, by=None)
    drive(run)
    assert states(run) == {"made": 2}


def test_a_run_stops_when_a_client_of_it_was_bound_to_this_machine_after_it_was_planned(
    endpoint, plan, drive, settings
):
    server = endpoint()
    run = plan(2, profiles=[client_profile("here")])
    settings.OPENAI_BASE_URL = "https://models.example.org/v1"
    client_profile("here", n=2, may_leave_machine=False)
    with pytest.raises(MustNotLeave, match="“here” must not be sent"):
        drive(run)
    run.refresh_from_db()
    assert run.state == "stopped" and states(run) == {"planned": 2} and not server.requests
