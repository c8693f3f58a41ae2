"""What a training may be started on, and how nodes are woken."""

import json
import socket
import time

import pytest
from django.utils import timezone

from accounts.roles import Refused
from exports import leasing, reconciling
from exports.building import build, freeze, plan
from exports.models import Dataset, Node, TrainingRun
from exports.training import launch
from tests.exports import factories

pytestmark = pytest.mark.django_db


def test_a_training_keeps_its_whole_configuration(dataset, lena):
    run = launch.start(dataset=dataset, by=lena, config={"max_steps": 3, "base": "other"})
    assert run.config == launch.DEFAULTS | {"max_steps": 3, "base": "other", "rehearsal": False}
    assert run.state == "queued" and run.asked_by == lena


def test_a_dataset_that_is_not_frozen_is_not_trained_on(mixed_round, lena):
    planned = plan(name="", rounds=[mixed_round], by=lena)
    with pytest.raises(Refused, match="not frozen"):
        launch.start(dataset=planned, by=lena)


def test_a_dataset_without_approved_feedback_is_not_trained_on(artefacts, mixed_round, lena):
    no_sft = freeze(name="", rounds=[mixed_round], by=lena, formats=("unpaired",))
    round = factories.a_round()
    factories.item(round, ("reject", "reject"))
    rejected_only = freeze(name="", rounds=[factories.close(round)], by=lena)
    for dataset in (no_sft, rejected_only):
        with pytest.raises(Refused, match="no approved feedback"):
            launch.start(dataset=dataset, by=lena)
    assert not TrainingRun.objects.exists()


def test_a_training_on_a_rehearsal_is_a_rehearsal(artefacts, lena):
    round = factories.a_round(rehearsal=True)
    factories.item(round)
    run = launch.start(dataset=freeze(name="", rounds=[factories.close(round)], by=lena), by=lena)
    assert run.rehearsal and run.config["rehearsal"] is True


def test_a_broker_that_is_down_loses_nothing(dataset, lena, settings, django_capture_on_commit_callbacks):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        settings.TRAINING_BROKER_URL = f"redis://127.0.0.1:{taken.getsockname()[1]}/0"
        began = time.monotonic()
        with django_capture_on_commit_callbacks(execute=True):
            run = launch.start(dataset=dataset, by=lena)
        assert time.monotonic() - began < 20
        assert launch.announce(run) is False
    assert TrainingRun.objects.get().state == "queued"


def test_the_message_is_a_wake_up_with_the_runs_id_under_the_nodes_prefix(
    dataset, lena, settings, valkey_url, django_capture_on_commit_callbacks
):
    import redis

    settings.TRAINING_BROKER_URL, settings.TRAINING_KEY_PREFIX = f"{valkey_url}/3", "training-test:"
    with django_capture_on_commit_callbacks(execute=True):
        run = launch.start(dataset=dataset, by=lena)
    server = redis.Redis.from_url(f"{valkey_url}/3")
    keys = [key.decode() for key in server.keys("*")]
    assert keys and all(key.startswith("training-test:") for key in keys)
    (message,) = server.lrange("training-test:training", 0, -1)
    message = json.loads(message)
    assert message["headers"]["task"] == "training.train"
    assert message["headers"]["argsrepr"] == f"['{run.public_id}']"


def test_the_clock_requeues_and_announces_only_while_a_node_is_there(dataset, lena, node, settings):
    run = launch.start(dataset=dataset, by=lena)
    leasing.claim(node=node[0], worker="w")
    TrainingRun.objects.filter(pk=run.pk).update(lease_until=timezone.now() - timezone.timedelta(seconds=1))
    found = reconciling.reconcile(begin_again=lambda dataset_id: None)
    assert found == {"expired": 1, "announced": 0, "unfinished": 0}
    run.refresh_from_db()
    assert run.state == "queued"


def test_the_clock_announces_again_while_a_node_is_there(dataset, lena, node, settings, valkey_url):
    import redis

    settings.TRAINING_BROKER_URL, settings.TRAINING_KEY_PREFIX = f"{valkey_url}/4", "again:"
    launch.start(dataset=dataset, by=lena)
    Node.objects.update(seen_at=timezone.now())
    assert reconciling.reconcile(begin_again=lambda dataset_id: None)["announced"] == 1
    assert redis.Redis.from_url(f"{valkey_url}/4").llen("again:training") == 1


def test_the_clock_begins_a_build_again_that_was_left_behind(mixed_round, lena):
    planned = plan(name="", rounds=[mixed_round], by=lena)
    young = reconciling.reconcile(
        begin_again=lambda dataset_id: pytest.fail("it has only just been asked for")
    )
    assert young["unfinished"] == 0
    Dataset.objects.filter(pk=planned.pk).update(made_at=timezone.now() - timezone.timedelta(minutes=5))
    reconciling.reconcile(begin_again=lambda dataset_id: build(dataset=Dataset.objects.get(pk=dataset_id)))
    planned.refresh_from_db()
    assert planned.state == "frozen"
