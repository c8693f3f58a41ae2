"""The worker as a process of its own, in a folder that holds nothing of the app but exports/training."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import redis
from celery import Celery

from .conftest import FAKE_TRAINER
from .stub_app import TOKEN
from .test_performing import is_alive

CODE = Path(__file__).resolve().parents[3] / "exports" / "training"
FIRST, SECOND = "0b6b7f0e-8f5a-5c55-9d5c-3f8a2f9a1c01", "5a2ce5b5-2a6f-5b8d-8a53-0a5b8e8f7d02"


@pytest.fixture
def node(stub, place, tmp_path):
    """Starts workers and kills those left; without DATABASE_URL, and with the fake trainer in place of the
    real.
    """
    code = tmp_path / "code"
    shutil.copytree(CODE, code / "training", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(FAKE_TRAINER, code / "training" / "train_sft.py")
    started = []

    def start(**environment):
        settings = {
            "PATH": os.environ["PATH"],
            "APP_URL": stub.url,
            "NODE_TOKEN": TOKEN,
            "NODE_HOME": str(place.home),
            "NODE_MODELS": str(place.models),
            "NODE_POLL_SECONDS": "0.2",
            "NODE_HEARTBEAT_SECONDS": "0.1",
        }
        worker = subprocess.Popen(
            [sys.executable, "-m", "training.worker"],
            cwd=code,
            env=settings | environment,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(worker)
        return worker

    yield start
    for worker in started:
        worker.kill()
        worker.communicate()


@pytest.fixture
def broker(valkey_url):
    """What the app would send to, and the address of a user who may touch the training keys only."""
    owner = redis.Redis.from_url(valkey_url)
    owner.execute_command(
        "ACL",
        "SETUSER",
        "node",
        "reset",
        "on",
        ">word",
        "~training:*",
        "&training:*",
        "+@all",
        "-@admin",
        "-@dangerous",
    )
    celery = Celery("training", broker=valkey_url, set_as_current=False)
    celery.conf.broker_transport_options = {"global_keyprefix": "training:"}
    celery.url_of_node = valkey_url.replace("redis://", "redis://node:word@")
    yield celery
    celery.close()
    owner.execute_command("ACL", "DELUSER", "node")
    owner.close()


def wake(broker, run):
    broker.send_task("training.train", args=[run], queue="training", ignore_result=True)


def test_without_a_broker_the_clock_is_enough(stub, node):
    node()
    stub.wait_for(lambda: stub.requests)
    stub.queue(FIRST, base="tiny", steps=2)
    assert stub.wait_for_report()["status"] == "succeeded"


def test_a_message_wakes_the_node_and_its_repetition_trains_nothing(stub, node, broker):
    for _ in range(3):
        wake(broker, FIRST)
    wake(broker, SECOND)
    stub.queue(FIRST, base="tiny", steps=2)
    node(TRAINING_BROKER_URL=broker.url_of_node, NODE_POLL_SECONDS="3600")
    stub.wait_for(lambda: [body["run"] for verb, body in stub.requests if verb == "claim"].count(SECOND) == 1)
    asked = [body["run"] for verb, body in stub.requests if verb == "claim"]
    assert asked.count(FIRST) == 3
    assert stub.claims_granted == len(stub.reports) == 1


def test_a_message_is_answered_long_before_the_clock(stub, node, broker):
    node(TRAINING_BROKER_URL=broker.url_of_node, NODE_POLL_SECONDS="3600")
    stub.wait_for(lambda: stub.requests)
    stub.queue(SECOND, base="tiny", steps=2)
    wake(broker, SECOND)
    assert stub.wait_for_report()["status"] == "succeeded"


def test_a_broker_that_is_down_stops_nothing(stub, node):
    stub.queue(FIRST, base="tiny", steps=2)
    worker = node(TRAINING_BROKER_URL="redis://127.0.0.1:1/0")
    assert stub.wait_for_report()["status"] == "succeeded"
    assert worker.poll() is None


def test_one_training_at_a_time(stub, node, broker):
    stub.queue(FIRST, base="tiny", steps=4, pause=0.1)
    stub.queue(SECOND, base="tiny", steps=4, pause=0.1)
    node(TRAINING_BROKER_URL=broker.url_of_node)
    wake(broker, SECOND)
    stub.wait_for(lambda: len(stub.reports) == 2)
    order = [body["claim"] for verb, body in stub.requests if verb in ("heartbeat", "finish")]
    assert order == sorted(order)


def test_a_killed_node_leaves_no_training_behind_and_the_next_goes_on(node, stub, place):
    stub.lease_seconds = 2.0
    stub.queue(FIRST, base="tiny", steps=40, pause=0.1)
    first = node()
    stub.wait_for(lambda: stub.beats and stub.beats[-1]["step"] >= 3)
    training = (place.home / "runs" / FIRST / "pids").read_text().split()[0]
    first.send_signal(signal.SIGKILL)
    first.wait()
    gone_at = len(stub.requests)
    node()
    report = stub.wait_for_report(60)
    assert not is_alive(training)
    assert report["status"] == "succeeded" and report["claim"] == "claim-2"
    assert 3 <= report["metrics"]["started_at"] < 40
    assert len(stub.requests) > gone_at and len(stub.reports) == 1


def test_a_node_told_to_stop_ends_its_training_first(node, stub, place, broker):
    stub.queue(FIRST, base="tiny", steps=6000, pause=0.1)
    worker = node(TRAINING_BROKER_URL=broker.url_of_node)
    stub.wait_for(lambda: stub.beats and stub.beats[-1]["step"])
    worker.terminate()
    assert worker.wait(30) == 0
    assert not is_alive((place.home / "runs" / FIRST / "pids").read_text().split()[0])
    assert stub.reports == []


def test_a_second_worker_in_the_same_folder_is_refused(node, stub):
    node()
    stub.wait_for(lambda: stub.requests)
    second = node()
    assert "already running" in second.communicate(timeout=30)[1]
    assert second.returncode == 1


@pytest.mark.parametrize(
    ("environment", "reason"),
    [
        ({"APP_URL": "http://mirror.example.org"}, "loopback only"),
        ({"NODE_TOKEN": ""}, "NODE_TOKEN or NODE_TOKEN_FILE"),
    ],
)
def test_a_node_that_cannot_work_safely_does_not_start(node, environment, reason):
    worker = node(**environment)
    assert reason in worker.communicate(timeout=30)[1]
    assert worker.returncode == 1
