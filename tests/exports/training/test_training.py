"""Real trainings: SmolLM2-135M on the CPU, in the training environment, through bin/node."""

import io
import json
import os
import subprocess
import tarfile
from pathlib import Path

import pytest

from config.demo.processes import PartFailed
from tests.parts.fixtures import had

from .stub_app import ROW, TOKEN, dataset_of, sha256

pytestmark = pytest.mark.training
ROOT = Path(__file__).resolve().parents[3]
RUN = "0b6b7f0e-8f5a-5c55-9d5c-3f8a2f9a1c01"
BASE = "smollm2-135m-instruct"
CONFIG = {
    "base": BASE,
    "max_steps": 2,
    "batch": 2,
    "max_length": 256,
    "seed": 7,
    "save_steps": 1,
    "lora": {"r": 4, "alpha": 8, "dropout": 0.05},
}
SECOND_TURN = [
    {"role": "user", "content": "Client: It is the nights."},
    {"role": "assistant", "content": "Stay there."},
]
PREPARE = """
source bin/lib/environment.sh
training="$(training_environment)"
base="$CACHE/models/smollm2-135m-instruct"
gguf="$("$(find_python)" bin/lib/weights.py smollm2)"
"$training/bin/python" exports/training/materialise.py "$gguf" "$base" >&2
echo "$training/bin/python"; echo "$base"
"""


@pytest.fixture(scope="module")
def prepared():
    """(Python of the training environment, folder of the base model), made on first use."""

    def make():
        done = subprocess.run(["bash", "-c", PREPARE], cwd=ROOT, capture_output=True, text=True)
        if done.returncode:
            raise PartFailed(done.stderr.strip().splitlines()[-1])
        python, base = done.stdout.splitlines()
        return Path(python), Path(base)

    return had("the training environment or its base model", make)


def rows():
    """Four invented conversations, each with words of its own; the second half has two turns."""
    for number in range(4):
        messages = [{**message, "content": f"{message['content']} ({number})"} for message in ROW["messages"]]
        yield {"messages": messages + (SECOND_TURN if number > 1 else []), "id": f"row-{number}"}


def test_a_node_trains_for_real_and_the_app_gets_the_adapter(stub, prepared, tmp_path):
    stub.files = dataset_of(rows())
    stub.queue(RUN, **CONFIG)
    environment = {
        name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "NODE_MODELS")
    }
    node = subprocess.Popen(
        [ROOT / "bin" / "node"],
        cwd=tmp_path,
        stderr=open(tmp_path / "log", "w"),  # noqa: SIM115
        env=environment | {"APP_URL": stub.url, "NODE_TOKEN": TOKEN, "NODE_HOME": str(tmp_path / "home")},
    )
    try:
        report = stub.wait_for_report(400)
    finally:
        node.terminate()
        node.wait(60)
    assert report["status"] == "succeeded", report["error"]
    assert report["dataset_sha256"] == sha256(stub.files["manifest.json"])
    assert report["artifact_sha256"] == sha256(stub.runs[RUN]["artifact"])
    assert report["metrics"]["steps"] == 2 and report["metrics"]["rows"] == 4
    assert [line["step"] for beat in stub.beats for line in beat["metrics"]] == [1, 2]
    with tarfile.open(fileobj=io.BytesIO(stub.runs[RUN]["artifact"])) as archive:
        names = set(archive.getnames())
        made_from = json.load(archive.extractfile("training.json"))
        template = archive.extractfile("chat_template.jinja").read()
    assert {"adapter_model.safetensors", "adapter_config.json", "tokenizer.json"} <= names
    assert not any(name.endswith((".bin", ".pt", ".pkl")) for name in names)
    assert made_from["dataset_sha256"] == report["dataset_sha256"] and made_from["seed"] == 7
    assert template == (prepared[1] / "chat_template.jinja").read_bytes()


def lay_out(folder: Path, config: dict) -> None:
    for name, content in dataset_of(rows()).items():
        target = folder / "data" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    (folder / "config.json").write_text(json.dumps(config))


def test_where_no_example_fits_the_log_ends_with_a_sentence(prepared, tmp_path):
    python, base = prepared
    lay_out(tmp_path, CONFIG | {"max_length": 16})
    done = subprocess.run(
        [python, ROOT / "exports" / "training" / "train_sft.py", "--data", tmp_path / "data", "--base", base,
         "--out", tmp_path / "out", "--config", tmp_path / "config.json", "--progress", tmp_path / "progress"],
        capture_output=True, text=True, env={"PATH": os.environ["PATH"], "HF_HUB_OFFLINE": "1"},
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("None of the 4 examples has words to learn from within 16")


def test_only_the_assistants_words_are_learnt_and_a_seed_gives_the_same_adapter(prepared, tmp_path):
    python, base = prepared
    lay_out(tmp_path, CONFIG)
    script = Path(__file__).with_name("trained_twice.py")
    done = subprocess.run(
        [python, script, ROOT / "exports" / "training", tmp_path / "data", base, tmp_path],
        capture_output=True,
        text=True,
        env={"PATH": os.environ["PATH"], "HF_HUB_OFFLINE": "1"},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    answer = json.loads(done.stdout.splitlines()[-1])

    assert len(answer["learnt"]) == 2
    replies = set()
    for row in rows():
        said = [message["content"] for message in row["messages"] if message["role"] == "assistant"]
        replies.add(tuple(f"{content}<|im_end|>" for content in said))
    for row in answer["learnt"]:
        assert tuple(row["yes"]) in replies
        assert "You supervise a counsellor" in row["no"][0]
        assert row["no"][0].endswith("<|im_start|>assistant\n")

    # Gone on from a checkpoint, a later one torn by a kill: the very same adapter as trained straight.
    assert answer["resumed_from"] == "checkpoint-1"
    assert answer["resumed"] == answer["straight"]


def test_a_base_model_made_from_the_same_file_is_not_made_again(prepared):
    python, base = prepared
    before = (base / "model.safetensors").stat().st_mtime_ns
    subprocess.run(["bash", "-c", PREPARE], cwd=ROOT, check=True, capture_output=True)
    assert (base / "model.safetensors").stat().st_mtime_ns == before
