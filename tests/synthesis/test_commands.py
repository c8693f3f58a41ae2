"""The commands as scripts use them: one JSON object on stdout, an exit code, everything else on stderr."""

import json
import os
import signal

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from synthesis import steering, tasks, waking
from synthesis.models import Run
from tests.factories import client_profile, published_guideline
from tests.fakes import model_server as fake


def run_command(capsys, *arguments) -> dict:
    call_command(*arguments, "--json")
    return json.loads(capsys.readouterr().out)


def test_synthesize_makes_a_run_without_broker_or_worker(endpoint, capsys):
    server = endpoint()
    published_guideline(), client_profile("a"), client_profile("b")
    result = run_command(
        capsys,
        "synthesize",
        "--recipe",
        "supervised_dialogue",
        "--limit",
        "2",
        "--model",
        "scripted",
        "--wait",
    )
    assert list(result) == ["run", "planned", "made", "failed", "calls", "replayed", "tokens", "seconds"]
    assert (result["planned"], result["made"], result["failed"], result["replayed"]) == (2, 2, 0, 0)
    assert result["calls"] == len(server.requests)
    assert result["tokens"] == 120 * result["calls"]
    again = run_command(capsys, "resume", result["run"], "--wait")
    assert (again["made"], again["calls"]) == (2, 0)


def test_failed_cells_end_with_exit_code_0_and_their_reason_and_can_be_retried(endpoint, capsys):
    bad = True
    endpoint(lambda number, body: fake.TRUNCATED if bad else None)
    published_guideline(), client_profile()
    arguments = [
        "--recipe",
        "supervised_dialogue",
        "--pairs",
        "poor-listening",
        "--set",
        "supervisor=told",
        "--wait",
    ]
    call_command("synthesize", *arguments, "--json")
    out, err = capsys.readouterr()
    assert json.loads(out)["failed"] == 1
    assert "cut off" in err
    bad = False
    result = run_command(capsys, "resume", json.loads(out)["run"], "--retry-failed", "--wait")
    assert (result["made"], result["failed"]) == (1, 0)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--recipe", "nothing"], "no recipe"),
        (["--recipe", "supervised_dialogue", "--guideline", "unknown"], "no guideline “unknown”"),
        (["--recipe", "supervised_dialogue", "--profiles", "nobody"], "nobody"),
        (["--recipe", "supervised_dialogue", "--set", "supervisor"], "NAME=VALUE"),
    ],
)
def test_bad_input_ends_with_exit_code_2_and_plans_nothing(endpoint, arguments, said):
    endpoint()
    published_guideline(), client_profile()
    with pytest.raises(CommandError, match=said) as refusal:
        call_command("synthesize", *arguments)
    assert refusal.value.returncode == 2
    assert not Run.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name", ["nonsense", "00000000-0000-0000-0000-000000000000", "7", "9" * 31, "9" * 32, "²"]
)
def test_an_unknown_run_is_refused(name):
    with pytest.raises(CommandError) as refusal:
        call_command("resume", name)
    assert refusal.value.returncode == 2


def test_a_grid_that_is_too_large_is_told_with_its_size_and_that_a_limit_makes_it_no_smaller(
    endpoint, monkeypatch
):
    endpoint()
    published_guideline(), client_profile("a"), client_profile("b")
    monkeypatch.setattr("synthesis.planning.MOST_CELLS", 1000)
    arguments = ["--pairs", "poor-listening", "--samples", "600", "--limit", "2"]
    with pytest.raises(
        CommandError, match=r"1,200 cells\. At most 1,000 are allowed, also where a limit"
    ) as refusal:
        call_command("synthesize", "--recipe", "supervised_dialogue", *arguments)
    assert refusal.value.returncode == 2 and not Run.objects.exists()


def test_a_run_is_named_by_its_number_too(endpoint, plan, capsys):
    endpoint()
    run = plan(2)
    call_command("pause", str(run.serial))
    run.refresh_from_db()
    assert run.state == "paused"
    assert run_command(capsys, "quality", str(run.serial))["run"] == str(run.public_id)


def test_a_stopped_run_ends_with_exit_code_3(endpoint, plan):
    endpoint()
    run = plan()

    def stop(number, body):
        Run.objects.filter(pk=run.pk).update(state="stopped", why="The budget is spent.")

    endpoint(stop)
    with pytest.raises(CommandError, match="The budget is spent") as refusal:
        call_command("resume", str(run.public_id), "--wait")
    assert refusal.value.returncode == 3


def test_a_run_that_somebody_paused_meanwhile_does_not_end_as_if_it_were_done(endpoint, plan):
    endpoint()
    run = plan(6, concurrency=1)

    def pauses(number, body):
        steering.pause(run=Run.objects.get(), by=None) if number == 2 else None
        connection.close()

    endpoint(pauses)
    with pytest.raises(
        CommandError, match=rf"The run is paused\. `resume {run.public_id} --wait`"
    ) as refusal:
        call_command("resume", str(run.public_id), "--wait")
    assert refusal.value.returncode == 3 and run.instances.filter(state="planned").exists()


@pytest.fixture
def ctrl_c():
    """Python's own answer to it, also where the tests run in the background, which ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield lambda: os.kill(os.getpid(), signal.SIGINT)
    signal.signal(signal.SIGINT, before)


def test_after_ctrl_c_nothing_is_held_and_the_command_says_how_to_go_on(endpoint, plan, ctrl_c):
    endpoint()
    run = plan(4, concurrency=1)
    endpoint(lambda number, body: ctrl_c() if number == 2 else None)
    with pytest.raises(CommandError, match=f"Nothing is lost: `resume {run.public_id} --wait`") as end:
        call_command("resume", str(run.public_id), "--wait")
    assert end.value.returncode == 130
    assert set(run.instances.values_list("state", flat=True)) == {"planned"}
    assert not run.drives.filter(ended_at=None).exists()
    endpoint()
    call_command("resume", str(run.public_id), "--wait")
    assert run.instances.made().count() == 4


def test_the_task_makes_the_run_and_a_second_one_at_the_same_time_does_nothing(endpoint, plan):
    endpoint()
    run = plan()
    with tasks._at_work:
        tasks.work(run.pk)
        assert not run.instances.made().exists()
    tasks.work(run.pk)
    assert run.instances.made().count() == 1
    tasks.work(run.pk)


def test_the_reconciler_wakes_runs_with_claimable_work_only(endpoint, plan):
    endpoint()
    run = plan()
    assert waking.runs_to_wake() == [run.pk]
    steering.pause(run=run, by=None)
    assert waking.runs_to_wake() == []
    steering.resume(run=run, by=None)
    tasks.work(run.pk)
    assert waking.runs_to_wake() == []


def test_the_reconciler_frees_what_a_killed_process_of_this_machine_held(endpoint, plan):
    from datetime import timedelta

    from django.utils import timezone

    from synthesis import claiming

    endpoint()
    run = plan()
    here, _pid, _born, rest = claiming.worker_name().split(":")
    dead = f"{here}:999999999:1:{rest}"
    run.instances.update(state="making", lease_by=dead, lease_until=timezone.now() + timedelta(minutes=5))
    assert waking.runs_to_wake() == [run.pk]
