"""A killed process loses at most the calls in flight, and whoever goes on pays for no stored one again."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from django.conf import settings as django_settings
from django.db import connection

from synthesis.models import Call, Instance, Run

ROOT = django_settings.ROOT


def command(*arguments: str, url: str) -> list:
    # The child works on the tests' own database, named as the server knows it.
    code = (
        "import sys, django\n"
        "from django.conf import settings\n"
        "django.setup()\n"
        "from django.db import connection\n"
        f"connection.settings_dict['NAME'] = {str(connection.settings_dict['NAME'])!r}\n"
        "from django.core.management import call_command\n"
        f"settings.OPENAI_BASE_URL = {url!r}\n"
        f"call_command(*{arguments!r}, skip_checks=True)\n"
    )
    return [sys.executable, "-c", code]


def start(*arguments, url: str) -> subprocess.Popen:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.test"}
    return subprocess.Popen(
        command(*arguments, url=url),
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def until(condition, seconds: float = 60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.01)


def test_a_run_killed_while_calls_are_coming_in_is_finished_without_repeating_a_stored_one(endpoint, plan):
    server = endpoint(delay=0.03)
    run = plan(6, clients=2, concurrency=4)
    child = start("resume", str(run.public_id), "--wait", "--json", url=server.url)
    until(lambda: Call.objects.count() >= 20)
    seen = Call.objects.count()
    until(lambda: Call.objects.count() > seen)  # still moving
    child.send_signal(signal.SIGKILL)
    child.communicate()
    stored = set(Call.objects.values_list("key", "seed"))
    assert run.instances.exclude(state="made").exists(), "the kill came too late to prove anything"
    assert run.instances.filter(state="making").exists()
    asked_before = len(server.requests)

    child = start("resume", str(run.public_id), "--wait", "--json", url=server.url)
    out, err = child.communicate(timeout=120)
    assert child.returncode == 0, err.decode()
    result = json.loads(out.decode().splitlines()[-1])
    assert (result["planned"], result["made"], result["failed"]) == (12, 12, 0)
    again = {request["seed"] for request in server.requests[asked_before:]} & {seed for _, seed in stored}
    assert not again, "a stored call was paid for twice"
    assert result["replayed"] > 0
    repeated = len(server.requests) - Call.objects.count()
    assert 0 <= repeated <= run.concurrency, "more than the calls in flight were repeated"
    assert Call.objects.count() == len(set(Call.objects.values_list("key", flat=True)))
    used = {key for trace in Instance.objects.values_list("trace", flat=True) for key in trace}
    assert used == set(Call.objects.values_list("key", flat=True))
    assert Run.objects.get(pk=run.pk).state == "open"


def test_two_processes_on_one_run_make_each_instance_once(endpoint, plan):
    server = endpoint(delay=0.01)
    run = plan(8, concurrency=3)
    children = [start("resume", str(run.public_id), "--wait", "--json", url=server.url) for _ in range(2)]
    for child in children:
        _, err = child.communicate(timeout=120)
        assert child.returncode == 0, err.decode()
    assert run.instances.made().count() == 8
    assert set(run.instances.values_list("tries", flat=True)) == {1}
    assert len(server.requests) == Call.objects.count()


@pytest.mark.parametrize("lease", ["expired", "running"])
def test_a_lease_of_another_machine_is_taken_over_only_when_it_ran_out(endpoint, plan, drive, lease):
    from datetime import timedelta

    from django.utils import timezone

    endpoint()
    run = plan()
    until_when = timezone.now() + timedelta(minutes=-1 if lease == "expired" else 1)
    run.instances.update(state="making", lease_by="elsewhere:1:1:abc", lease_until=until_when)
    assert drive(run).made == (1 if lease == "expired" else 0)
