"""The node's door over HTTP: its token and nothing else opens it, and only for the run that it holds."""

import hashlib
import json
import uuid

import pytest
from django.test import Client

from exports import nodes, places
from exports.models import Node, TrainingRun
from exports.training import launch

pytestmark = pytest.mark.django_db
CLAIM = "/api/node/claim/"
ADAPTER = b"adapter " * 500_000
SHA256 = hashlib.sha256(ADAPTER).hexdigest()


class Caller:
    """A node as it speaks: JSON and a bearer token."""

    def __init__(self, token: str, *, secure: bool = False, **environment):
        self.secure = secure
        self.http = Client(headers={"Authorization": f"Bearer {token}"} if token else {}, **environment)

    def post(self, path: str, **body):
        return self.http.post(path, json.dumps(body), content_type="application/json", secure=self.secure)

    def get(self, path: str):
        return self.http.get(path)

    def put(self, path: str, content: bytes):
        return self.http.put(path, content, content_type="application/gzip")


@pytest.fixture
def caller(node):
    return Caller(node[1])


@pytest.fixture
def run(dataset, lena):
    return launch.start(dataset=dataset, by=lena)


def at(run, door: str) -> str:
    return f"/api/node/runs/{run.public_id}/{door}"


def test_the_whole_job_over_http(caller, run):
    job = caller.post(CLAIM, run=None, worker="w").json()
    assert set(job) == {"run", "claim", "lease_seconds", "config", "dataset"}
    assert job["run"] == str(run.public_id) and job["lease_seconds"] == 60
    assert job["dataset"]["sha256"] == run.dataset.sha256
    names = {file["name"] for file in job["dataset"]["files"]}
    assert {"manifest.json", "README.md", "sft/train.jsonl"} <= names
    for file in job["dataset"]["files"]:
        assert file["url"].startswith("/")
        content = b"".join(caller.get(file["url"]).streaming_content)
        assert len(content) == file["bytes"] and hashlib.sha256(content).hexdigest() == file["sha256"]
    beat = caller.post(
        at(run, "heartbeat/"), claim=job["claim"], step=1, total=4, metrics=[{"step": 1, "loss": 2.5}]
    )
    assert beat.json() == {"cancel": False, "lease_seconds": 60}
    stored = caller.put(at(run, f"artifact/?claim={job['claim']}&sha256={SHA256}"), ADAPTER)
    assert stored.json() == {"sha256": SHA256}
    report = {"claim": job["claim"], "status": "succeeded", "metrics": {"train_loss": 2.0}, "error": None,
              "dataset_sha256": job["dataset"]["sha256"], "artifact_sha256": SHA256}  # fmt: skip
    for _ in range(2):
        assert caller.post(at(run, "finish/"), **report).status_code == 200
    run.refresh_from_db()
    assert run.state == "succeeded" and run.metrics == {"train_loss": 2.0}
    assert (places.training_folder(run) / "adapter.tar.gz").read_bytes() == ADAPTER


@pytest.mark.parametrize("token", ["", "wrong", "Bearer"])
def test_a_wrong_token_is_401_everywhere(run, token):
    caller = Caller(token)
    answers = [
        caller.post(CLAIM, worker="w"),
        caller.post(at(run, "heartbeat/"), claim="c", step=0),
        caller.get(at(run, "files/manifest.json")),
        caller.put(at(run, "artifact/?claim=c&sha256=" + SHA256), b"x"),
        caller.post(at(run, "finish/"), claim="c", status="failed"),
    ]
    assert [answer.status_code for answer in answers] == [401] * 5
    run.refresh_from_db()
    assert run.state == "queued"


def test_a_leads_session_is_no_node(log_in, lena, run):
    assert log_in(lena).post(CLAIM, "{}", content_type="application/json").status_code == 401


def test_nothing_waiting_is_204_and_a_taken_run_409(caller, run, lena):
    _, token = nodes.make_node(name="gpu-2", by=lena)
    other = Caller(token)
    caller.post(CLAIM, run=str(run.public_id), worker="w")
    assert other.post(CLAIM, run=str(run.public_id), worker="v").status_code == 409
    assert other.post(CLAIM, run=str(uuid.uuid4()), worker="v").status_code == 409
    assert other.post(CLAIM, run=None, worker="v").status_code == 204


def test_another_nodes_claim_is_409_at_every_door(caller, run, lena):
    claim = caller.post(CLAIM, worker="w").json()["claim"]
    _, token = nodes.make_node(name="gpu-2", by=lena)
    other = Caller(token)
    answers = [
        other.post(at(run, "heartbeat/"), claim=claim, step=0),
        other.get(at(run, "files/manifest.json")),
        other.put(at(run, f"artifact/?claim={claim}&sha256={SHA256}"), ADAPTER),
        other.post(at(run, "finish/"), claim=claim, status="failed"),
    ]
    assert [answer.status_code for answer in answers] == [409] * 4
    assert all(answer.json()["detail"] for answer in answers)


@pytest.mark.parametrize(
    "name",
    ["../../../db.sqlite3", "..%2f..%2fdb.sqlite3", "/etc/passwd", "sft/../../secret", "sft", "",
     "absent.jsonl", "sft/train.jsonl%00", "./manifest.json"],
)  # fmt: skip
def test_a_file_that_the_manifest_does_not_name_is_404(caller, run, artefacts, name):
    (artefacts / "datasets" / "secret").write_text("secret")
    caller.post(CLAIM, worker="w")
    answer = caller.get(at(run, "files/") + name)
    assert answer.status_code == 404


def test_files_are_not_sent_before_the_claim(caller, run):
    assert caller.get(at(run, "files/manifest.json")).status_code == 409


def test_a_wrong_hash_is_400_and_nothing_is_kept(caller, run):
    claim = caller.post(CLAIM, worker="w").json()["claim"]
    answer = caller.put(at(run, f"artifact/?claim={claim}&sha256={'0' * 64}"), ADAPTER)
    assert answer.status_code == 400 and SHA256 in answer.json()["detail"]
    assert not any(path.is_file() for path in places.training_folder(run).rglob("*"))


def test_success_with_a_wrong_dataset_hash_is_400(caller, run):
    claim = caller.post(CLAIM, worker="w").json()["claim"]
    caller.put(at(run, f"artifact/?claim={claim}&sha256={SHA256}"), ADAPTER)
    answer = caller.post(at(run, "finish/"), claim=claim, status="succeeded", metrics={},
                         dataset_sha256="0" * 64, artifact_sha256=SHA256, error=None)  # fmt: skip
    assert answer.status_code == 400 and "dataset_sha256" in answer.json()["detail"]
    run.refresh_from_db()
    assert run.state == "running"


@pytest.mark.parametrize(
    "environment",
    [
        {"REMOTE_ADDR": "192.0.2.7"},
        {"REMOTE_ADDR": ""},
        {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "192.0.2.7"},
    ],
)
def test_plain_http_is_answered_to_this_machine_only(node, run, environment):
    answer = Caller(node[1], **environment).post(CLAIM, worker="w")
    assert answer.status_code == 403 and "https" in answer.json()["detail"]
    assert Node.objects.get().seen_at is None, "the token was looked at"
    assert Caller(node[1], REMOTE_ADDR="::1").post(CLAIM, worker="w").status_code == 200


def test_https_is_answered_to_everybody(node, run):
    caller = Caller(node[1], REMOTE_ADDR="192.0.2.7", secure=True)
    assert caller.post(CLAIM, worker="w").status_code == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "worker"),
        ({"worker": "w", "run": "first"}, "run"),
        ({"worker": "w" * 81}, "worker"),
    ],
)
def test_a_claim_that_makes_no_sense_names_its_field(caller, run, body, field):
    answer = caller.post(CLAIM, **body)
    assert answer.status_code == 400 and field in answer.json()


@pytest.mark.parametrize(
    "metrics", [[{"loss": 1}], [{"step": -1}], [{"step": 1.5}], [{"step": 1, "loss": "low"}], [3]]
)
def test_a_metric_that_is_no_number_at_a_step_is_refused(caller, run, metrics):
    claim = caller.post(CLAIM, worker="w").json()["claim"]
    answer = caller.post(at(run, "heartbeat/"), claim=claim, step=1, total=2, metrics=metrics)
    assert answer.status_code == 400
    assert TrainingRun.objects.get().metric_rows.count() == 0


@pytest.mark.parametrize(
    "said",
    ['"step": 1e30', '"step": 99999999999999999999', '"step": 1, "total": 99999999999999999999',
     '"step": 1, "metrics": [{"step": 1e30}]', '"step": 1, "metrics": [{"step": 1, "a\\u0000": 1}]'],
)  # fmt: skip
def test_a_report_that_no_database_keeps_is_refused(caller, run, said):
    claim = caller.post(CLAIM, worker="w").json()["claim"]
    body = f'{{"claim": "{claim}", {said}}}'
    answer = caller.http.post(at(run, "heartbeat/"), body, content_type="application/json")
    assert answer.status_code == 400 and not TrainingRun.objects.get().metric_rows.exists()


@pytest.mark.parametrize(
    "metrics",
    ['{"loss": 1e999}', '{"note": "\\ud800"}', '{"note": "\\u0000"}', '{"a":' * 900 + "1" + "}" * 900,
     '{"a":' * 2000 + "1" + "}" * 2000, json.dumps({"note": "x" * 200_000})],
    ids=["endless", "half a character", "NUL", "deep", "deeper", "long"],
)  # fmt: skip
def test_a_last_word_that_no_database_keeps_is_refused_and_the_run_goes_on(caller, run, metrics):
    claim = caller.post(CLAIM, worker="w").json()["claim"]
    body = f'{{"claim": "{claim}", "status": "failed", "metrics": {metrics}}}'
    answer = caller.http.post(at(run, "finish/"), body, content_type="application/json")
    assert answer.status_code == 400 and TrainingRun.objects.get().state == "running"


def test_a_report_of_many_megabytes_is_refused_unread(caller, run, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    assert caller.post(CLAIM, worker="w" * 1000).status_code == 413


def test_every_call_is_seen(caller, run):
    caller.post(CLAIM, worker="w")
    assert Node.objects.get().seen_at is not None


def test_the_nodes_own_client_understands_the_app(live_server, node, run, tmp_path):
    """The real client of the node against the real app, over a socket."""
    from exports.training.claiming import App, LeaseLost
    from exports.training.fetching import fetch

    app = App(url=live_server.url, token=node[1])
    assert app.claim(run=str(uuid.uuid4()), worker="w") is None
    job = app.claim(run=None, worker="w")
    fetch(app, job.dataset, tmp_path / "data")
    assert (tmp_path / "data" / "sft" / "train.jsonl").stat().st_size > 0
    assert app.heartbeat(job, step=1, total=2, metrics=[{"step": 1, "loss": 1.0}])["cancel"] is False
    packed = tmp_path / "adapter.tar.gz"
    packed.write_bytes(ADAPTER)
    assert app.upload(job, path=packed, sha256=SHA256) == SHA256
    app.finish(job, status="succeeded", metrics={"steps": 2}, artifact_sha256=SHA256)
    app.finish(job, status="succeeded", metrics={"steps": 2}, artifact_sha256=SHA256)
    with pytest.raises(LeaseLost):
        app.heartbeat(job, step=2, total=2, metrics=[])
    run.refresh_from_db()
    assert run.state == "succeeded"
