import io
import json
import os
import tarfile
import threading

import pytest

from exports.training.claiming import Job
from exports.training.heart import Heart, Progress
from exports.training.performing import pack, perform, sayable, sweep

from .conftest import FAKE_TRAINER
from .stub_app import sha256

RUN = "0b6b7f0e-8f5a-5c55-9d5c-3f8a2f9a1c01"


@pytest.fixture
def performed(stub, app, place, stopping):
    """Claims and performs the run with the fake trainer; returns the status."""

    def go(during=None, **config):
        stub.queue(RUN, base="tiny", **config)
        job = app.claim(run=RUN, worker="w")
        if during:
            threading.Thread(target=during, daemon=True).start()
        return perform(job, app=app, place=place, stopping=stopping, script=FAKE_TRAINER)

    return go


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_run_is_trained_uploaded_and_reported(stub, performed, place):
    assert performed(steps=3) == "succeeded"
    report, artifact = stub.reports[0], stub.runs[RUN]["artifact"]
    assert report == {
        "claim": "claim-1",
        "status": "succeeded",
        "dataset_sha256": sha256(stub.files["manifest.json"]),
        "artifact_sha256": sha256(artifact),
        "error": None,
        "metrics": {"train_loss": 1 / 3, "steps": 3, "seconds": 0.1, "rows": 4, "started_at": 0},
    }
    with tarfile.open(fileobj=io.BytesIO(artifact)) as archive:
        assert archive.getnames() == ["weights"]
    assert not (place.home / "runs" / RUN).exists()


def test_every_step_is_reported_once_before_the_end(stub, performed):
    performed(steps=700)
    steps = [line["step"] for beat in stub.beats for line in beat["metrics"]]
    assert steps == list(range(1, 701))
    assert stub.beats[-1]["step"] == stub.beats[-1]["total"] == 700
    assert max(len(beat["metrics"]) for beat in stub.beats) <= 500
    assert stub.requests[-1][0] == "finish"


def test_a_wrong_hash_refuses_to_train(stub, performed, place):
    stub.sent_instead["sft/train.jsonl"] = stub.files["sft/train.jsonl"].replace(b"rest", b"work")
    assert performed(steps=3) == "failed"
    assert "SHA-256" in stub.reports[0]["error"]
    assert stub.runs[RUN]["artifact"] is None
    assert all(beat["step"] == 0 for beat in stub.beats)


def test_a_cancelled_run_ends_its_whole_process_group(stub, performed, place):
    pids = []

    def cancel():
        stub.wait_for(lambda: stub.beats and stub.beats[-1]["step"])
        pids.extend((place.home / "runs" / RUN / "pids").read_text().split())
        stub.runs[RUN]["cancel"] = True

    assert performed(during=cancel, steps=6000, pause=0.1, with_a_child=True) == "cancelled"
    assert stub.reports[0]["status"] == "cancelled"
    assert len(set(pids)) == 2 and not any(is_alive(pid) for pid in pids)


def test_a_lost_lease_stops_the_training_and_reports_nothing(stub, performed, place):
    def take_away():
        stub.wait_for(lambda: stub.beats and stub.beats[-1]["step"])
        stub.runs[RUN]["claim"] = "somebody else's"

    assert performed(during=take_away, steps=6000, pause=0.1) is None
    folder = place.home / "runs" / RUN
    assert not is_alive((folder / "pids").read_text().split()[0])
    assert stub.reports == [] and not (folder / "data").exists()


def test_a_stopping_node_leaves_the_run_for_a_later_claim(stub, app, performed, place, stopping):
    def stop():
        stub.wait_for(lambda: stub.beats and stub.beats[-1]["step"] >= 2)
        stopping.set()

    assert performed(during=stop, steps=60, pause=0.05) is None
    assert stub.reports == []
    again = app.claim(run=RUN, worker="w")
    assert (
        perform(again, app=app, place=place, stopping=threading.Event(), script=FAKE_TRAINER) == "succeeded"
    )
    assert stub.reports[0]["metrics"]["started_at"] >= 2


def test_a_failed_training_reports_the_end_of_its_log(stub, performed):
    assert performed(steps=2, fail=True) == "failed"
    lines = stub.reports[0]["error"].splitlines()
    assert len(lines) == 40 and lines[-1] == "out of memory" and lines[0] == "line 61"
    assert stub.reports[0]["metrics"] == {"steps": 2}


def test_a_base_model_that_is_not_here_is_named(stub, app, place, stopping):
    stub.queue(RUN, base="../elsewhere", steps=1)
    job = app.claim(run=RUN, worker="w")
    assert perform(job, app=app, place=place, stopping=stopping, script=FAKE_TRAINER) == "failed"
    assert "'../elsewhere' is not on this node; there are: tiny" in stub.reports[0]["error"]


def test_lost_answers_are_asked_for_again(stub, performed):
    stub.lose |= {"artifact", "finish", "heartbeat"}
    assert performed(steps=2) == "succeeded"
    assert len(stub.reports) == 1
    assert [verb for verb, _ in stub.requests].count("finish") == 2


def test_a_run_trained_before_its_node_died_is_not_trained_again(stub, app, performed, place, stopping):
    folder = place.home / "runs" / RUN
    (folder / "out" / "adapter").mkdir(parents=True)
    (folder / "out" / "adapter" / "weights").write_text("trained before")
    (folder / "result.json").write_text(json.dumps({"steps": 9}))
    assert performed(steps=3) == "succeeded"
    assert stub.reports[0]["metrics"] == {"steps": 9}


def test_the_training_process_is_told_no_secret(stub, performed, place, monkeypatch):
    for name in ("NODE_TOKEN", "NODE_TOKEN_FILE", "TRAINING_BROKER_URL", "DATABASE_URL", "OPENAI_API_KEY"):
        monkeypatch.setenv(name, "a-secret")
    seen = {}

    def look():
        stub.wait_for(lambda: stub.beats and stub.beats[-1]["step"])
        seen.update(json.loads((place.home / "runs" / RUN / "environment.json").read_text()))

    performed(during=look, steps=30, pause=0.05)
    assert seen["HF_HUB_OFFLINE"] == "1" and "PATH" in seen
    assert "a-secret" not in seen.values()


def test_a_torn_mark_does_not_stop_the_node(stub, performed, place):
    folder = place.home / "runs" / RUN
    folder.mkdir(parents=True)
    (folder / "progress.sent").write_text("")  # killed between emptying and writing it
    (folder / "progress.jsonl").write_text('{"step": 3, "loss": 0.5}\n')
    assert performed(steps=1) == "succeeded"
    assert [line["step"] for beat in stub.beats for line in beat["metrics"]] == [3, 1]


def test_a_disk_too_full_for_the_mark_does_not_stop_the_heart(tmp_path):
    path = tmp_path / "progress.jsonl"
    path.write_text('{"step": 1, "loss": 1.0}\n')
    progress = Progress(path)
    assert len(progress.unsent()) == 1
    progress.mark.mkdir()  # as good as a full disk: it cannot be written
    progress.acknowledge()
    assert progress.unsent() == []


def test_a_heart_that_stumbled_beats_on(tmp_path, stopping):
    """Otherwise the lease runs out unheard, and a second node takes what this one still trains."""
    said = [{"cancel": True}, RuntimeError("nobody foresaw this")]

    class Odd:
        def heartbeat(self, job, **beat):
            answer = said.pop() if len(said) > 1 else said[0]
            if isinstance(answer, Exception):
                raise answer
            return answer

    job = Job(run=RUN, claim="c", lease_seconds=60, config={}, dataset={})
    heart = Heart(app=Odd(), job=job, progress=tmp_path / "progress.jsonl", seconds=0.01, stopping=stopping)
    heart.start()
    assert heart.cancelled.wait(10)
    heart.still.set()


def test_what_the_app_could_not_store_is_not_in_the_report():
    assert sayable("half \ud800, nul \0, " + "x" * 20_000).count("x") == 8000
    assert sayable("half \ud800, nul \0") == "half ?, nul \ufffd"


def test_the_same_files_pack_to_the_same_bytes(tmp_path):
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "b").write_text("b")
        (folder / "a").write_text("a")
        os.utime(folder / "a", (hash(name) % 1000, 0))
    assert pack(tmp_path / "one", tmp_path / "1.gz") == pack(tmp_path / "two", tmp_path / "2.gz")


def test_what_never_came_back_is_swept_away_after_a_week(place):
    old, new = (place.home / "runs" / name for name in ("old", "new"))
    for folder in (old, new):
        folder.mkdir(parents=True)
        (folder / "progress.jsonl").write_text("")
    for path in (old / "progress.jsonl", old):
        os.utime(path, (0, 0))
    sweep(place)
    assert not old.exists() and new.exists()


def test_a_line_torn_by_a_kill_holds_no_later_line_back(tmp_path):
    path = tmp_path / "progress.jsonl"
    path.write_text('{"step": 1, "total": 9, "loss": 2.0}\n{"step": 2, "lo')
    progress = Progress(path)
    assert [line["step"] for line in progress.unsent()] == [1]
    progress.acknowledge()
    with open(path, "a") as file:
        file.write('{"step": 2, "loss": 1.5}\n{"step": 3, "total": 9, "loss": 1.2}\n')
    assert progress.unsent() == [{"step": 3, "loss": 1.2}]
    progress.acknowledge()
    assert progress.unsent() == [] and (progress.step, progress.total) == (3, 9)
