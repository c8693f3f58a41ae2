"""A training run is lent to one node at a time, by a lease."""

import hashlib
import threading

import pytest
from django.db import connection
from django.utils import timezone

from accounts.roles import Refused
from exports import artefacts as receiving
from exports import leasing, nodes
from exports.models import TrainingMetric, TrainingRun
from exports.training import launch

ADAPTER = b"an adapter" * 1000
ADAPTER_SHA256 = hashlib.sha256(ADAPTER).hexdigest()


@pytest.fixture
def run(dataset, lena):
    return launch.start(dataset=dataset, by=lena)


@pytest.fixture
def gpu(node):
    return node[0]


def expire(run):
    TrainingRun.objects.filter(pk=run.pk).update(lease_until=timezone.now() - timezone.timedelta(seconds=1))


def upload(run, gpu, token, content=ADAPTER, sha256=ADAPTER_SHA256):
    return receiving.receive(run_id=run.public_id, node=gpu, token=token, sha256=sha256, pieces=[content])


def finish(run, gpu, token, **report):
    report = {"status": "succeeded", "metrics": {"train_loss": 1.5}, "dataset_sha256": run.dataset.sha256,
              "artifact_sha256": ADAPTER_SHA256, "error": ""} | report  # fmt: skip
    return leasing.finish(run_id=run.public_id, node=gpu, token=token, **report)


def test_a_run_goes_from_the_queue_to_its_adapter(run, gpu, artefacts):
    taken, token = leasing.claim(node=gpu, worker="w")
    assert taken == run and taken.state == "running"
    leasing.heartbeat(
        run_id=run.public_id, node=gpu, token=token, step=2, total=9, metrics=[{"step": 2, "loss": 3.0}]
    )
    upload(run, gpu, token)
    ended = finish(run, gpu, token)
    assert (ended.state, ended.step, ended.total) == ("succeeded", 2, 9)
    assert receiving.path_of(ended).read_bytes() == ADAPTER
    assert [path.name for path in receiving.path_of(ended).parent.iterdir()] == ["adapter.tar.gz"]
    assert leasing.claim(node=gpu, worker="w") is None


def test_the_token_of_a_claim_is_not_in_the_database(run, gpu):
    _, token = leasing.claim(node=gpu, worker="w")
    stored = TrainingRun.objects.values().get()
    assert token not in str(stored) and hashlib.sha256(token.encode()).hexdigest() == stored["claim_digest"]


def test_a_worker_that_asks_again_gets_the_same_job(run, gpu, lena, dataset):
    launch.start(dataset=dataset, by=lena)
    first = leasing.claim(node=gpu, worker="w")
    again = leasing.claim(node=gpu, worker="w")
    assert again == first and again[0].claims == 1
    other = leasing.claim(node=gpu, worker="another")
    assert other[0] != first[0]


def test_a_named_run_that_somebody_has_is_not_claimable(run, gpu, lena):
    second, _ = nodes.make_node(name="gpu-2", by=lena)
    leasing.claim(node=gpu, worker="w", run_id=run.public_id)
    with pytest.raises(leasing.NotClaimable, match="running"):
        leasing.claim(node=second, worker="v", run_id=run.public_id)
    assert leasing.claim(node=second, worker="v") is None


@pytest.mark.django_db(transaction=True)
def test_of_two_nodes_that_claim_at_once_one_wins(run, lena):
    workers = [nodes.make_node(name=f"gpu-{n}", by=lena)[0] for n in range(6)]
    start, won, trouble = threading.Barrier(len(workers)), [], []

    def ask(gpu):
        try:
            start.wait()
            if found := leasing.claim(node=gpu, worker="w"):
                won.append((gpu, found))
        except Exception as error:
            trouble.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=ask, args=(gpu,)) for gpu in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not trouble
    assert len(won) == 1
    run.refresh_from_db()
    assert (run.node, run.claims, run.state) == (won[0][0], 1, "running")


def test_an_expired_lease_goes_back_to_the_queue_and_the_old_claim_is_lost(run, gpu):
    _, old = leasing.claim(node=gpu, worker="w")
    expire(run)
    taken, new = leasing.claim(node=gpu, worker="v")
    assert taken == run and taken.claims == 2 and new != old
    with pytest.raises(leasing.LeaseLost):
        leasing.heartbeat(run_id=run.public_id, node=gpu, token=old, step=1, total=1, metrics=[])
    with pytest.raises(leasing.LeaseLost):
        upload(run, gpu, old)
    with pytest.raises(leasing.LeaseLost):
        finish(run, gpu, old, status="failed")


def test_a_late_heartbeat_keeps_a_run_that_nobody_took(run, gpu):
    _, token = leasing.claim(node=gpu, worker="w")
    expire(run)
    leasing.heartbeat(run_id=run.public_id, node=gpu, token=token, step=1, total=1, metrics=[])
    assert leasing.expire() == 0


def test_another_nodes_claim_is_worth_nothing(run, gpu, lena):
    other, _ = nodes.make_node(name="gpu-2", by=lena)
    _, token = leasing.claim(node=gpu, worker="w")
    with pytest.raises(leasing.LeaseLost):
        leasing.heartbeat(run_id=run.public_id, node=other, token=token, step=1, total=1, metrics=[])


def test_a_repeated_report_of_a_step_changes_nothing(run, gpu):
    _, token = leasing.claim(node=gpu, worker="w")
    for loss in (2.0, 9.0):
        leasing.heartbeat(
            run_id=run.public_id, node=gpu, token=token, step=1, total=4, metrics=[{"step": 1, "loss": loss}]
        )
    assert [row.values for row in TrainingMetric.objects.all()] == [{"loss": 2.0}]


def test_an_adapter_that_is_not_what_was_announced_is_refused(run, gpu, artefacts):
    _, token = leasing.claim(node=gpu, worker="w")
    with pytest.raises(receiving.WrongHash):
        upload(run, gpu, token, content=ADAPTER + b"!")
    run.refresh_from_db()
    assert run.artifact == "" and not any(path.is_file() for path in (artefacts / "training").rglob("*"))


def test_an_adapter_over_the_limit_is_refused(run, gpu, artefacts, settings):
    settings.TRAINING_ARTIFACT_MAX_BYTES = len(ADAPTER) - 1
    _, token = leasing.claim(node=gpu, worker="w")
    with pytest.raises(receiving.TooLarge):
        upload(run, gpu, token)
    assert not any(path.is_file() for path in (artefacts / "training").rglob("*"))


@pytest.mark.parametrize(
    ("report", "reason"),
    [
        ({"dataset_sha256": "0" * 64}, "dataset_sha256"),
        ({"dataset_sha256": ""}, "dataset_sha256"),
        ({"artifact_sha256": "0" * 64}, "artifact_sha256"),
        ({"artifact_sha256": ""}, "artifact_sha256"),
        ({"status": "excellent"}, "status"),
    ],
)
def test_a_report_that_contradicts_what_is_here_never_succeeds(run, gpu, report, reason):
    _, token = leasing.claim(node=gpu, worker="w")
    upload(run, gpu, token)
    with pytest.raises(leasing.ReportRefused, match=reason):
        finish(run, gpu, token, **report)
    run.refresh_from_db()
    assert run.state == "running"


def test_success_without_an_uploaded_adapter_is_refused(run, gpu):
    _, token = leasing.claim(node=gpu, worker="w")
    with pytest.raises(leasing.ReportRefused, match="artifact_sha256"):
        finish(run, gpu, token)


def test_a_report_sent_twice_is_heard_once(run, gpu):
    _, token = leasing.claim(node=gpu, worker="w")
    first = finish(run, gpu, token, status="failed", error="out of memory")
    second = finish(run, gpu, token, status="failed", error="something else")
    assert (second.state, second.error, second.ended_at) == ("failed", "out of memory", first.ended_at)


def test_a_waiting_run_is_cancelled_at_once_and_a_running_one_at_its_next_report(run, gpu, lena, dataset):
    assert launch.cancel(run=run, by=lena).state == "cancelled"
    running = launch.start(dataset=dataset, by=lena)
    _, token = leasing.claim(node=gpu, worker="w")
    assert launch.cancel(run=running, by=lena).state == "running"
    told = leasing.heartbeat(run_id=running.public_id, node=gpu, token=token, step=1, total=1, metrics=[])
    assert told.cancel_asked
    assert finish(running, gpu, token, status="cancelled").state == "cancelled"
    with pytest.raises(Refused, match="ended already"):
        launch.cancel(run=TrainingRun.objects.get(pk=running.pk), by=lena)


def test_a_cancelled_run_whose_node_is_gone_ends_when_its_lease_does(run, gpu, lena):
    leasing.claim(node=gpu, worker="w")
    launch.cancel(run=run, by=lena)
    expire(run)
    assert leasing.expire() == 1
    run.refresh_from_db()
    assert run.state == "cancelled" and run.ended_at


def test_a_run_that_kills_every_node_is_given_up(run, gpu):
    for n in range(leasing.MOST_CLAIMS):
        assert leasing.claim(node=gpu, worker=f"w{n}")
        expire(run)
    assert leasing.claim(node=gpu, worker="last") is None
    run.refresh_from_db()
    assert run.state == "failed" and "Given up" in run.error


def test_a_retired_nodes_token_opens_nothing(node, lena):
    gpu, token = node
    assert nodes.by_token(token) == gpu
    assert gpu.token_digest != token and nodes.by_token(gpu.token_digest) is None
    nodes.retire(node=gpu, by=lena)
    assert nodes.by_token(token) is None


def test_only_a_lead_makes_nodes_and_starts_trainings(dataset, eve, ana):
    for person in (eve, ana):
        with pytest.raises(Refused, match="Only a lead"):
            nodes.make_node(name="mine", by=person)
        with pytest.raises(Refused, match="Only a lead"):
            launch.start(dataset=dataset, by=person)
    assert not TrainingRun.objects.exists()
