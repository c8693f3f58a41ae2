import json

import pytest

from exports.training.fetching import DatasetDiffers, fetch

from .stub_app import dataset_of, sha256


def test_a_dataset_arrives_whole_and_is_not_fetched_twice(stub, app, tmp_path):
    fetch(app, stub.dataset(), tmp_path)
    fetch(app, stub.dataset(), tmp_path)
    assert {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()} == set(
        stub.files
    )
    assert all((tmp_path / name).read_bytes() == content for name, content in stub.files.items())
    assert [verb for verb, _ in stub.requests] == ["file", "file"]


@pytest.mark.parametrize(
    "change", [lambda sent: sent[:-1] + b"x", lambda sent: sent[:-1], lambda sent: sent + b"x"]
)
def test_a_changed_file_is_refused_and_never_in_place(stub, app, tmp_path, change):
    stub.sent_instead["sft/train.jsonl"] = change(stub.files["sft/train.jsonl"])
    with pytest.raises(DatasetDiffers, match="sft/train.jsonl"):
        fetch(app, stub.dataset(), tmp_path)
    assert not (tmp_path / "sft" / "train.jsonl").exists()


def test_a_file_that_changed_on_the_node_is_fetched_again(stub, app, tmp_path):
    fetch(app, stub.dataset(), tmp_path)
    (tmp_path / "sft" / "train.jsonl").write_text("something else")
    fetch(app, stub.dataset(), tmp_path)
    assert (tmp_path / "sft" / "train.jsonl").read_bytes() == stub.files["sft/train.jsonl"]


def test_another_manifest_than_the_runs_is_refused(stub, app, tmp_path):
    dataset = {**stub.dataset(), "sha256": sha256(b"another release")}
    with pytest.raises(DatasetDiffers, match="the run names"):
        fetch(app, dataset, tmp_path)


def test_a_file_that_the_manifest_lists_with_another_hash_is_refused(stub, app, tmp_path):
    stub.files["sft/train.jsonl"] = dataset_of([])["sft/train.jsonl"] + b"\n"
    with pytest.raises(DatasetDiffers, match="the manifest lists"):
        fetch(app, stub.dataset(), tmp_path)


def test_a_file_that_the_manifest_does_not_list_is_refused(stub, app, tmp_path):
    stub.files["manifest.json"] = json.dumps({"files": []}).encode()
    with pytest.raises(DatasetDiffers, match="the manifest lists None"):
        fetch(app, stub.dataset(), tmp_path)


@pytest.mark.parametrize("name", ["../outside", "/etc/outside", "a/../../outside", "a\\outside", ""])
def test_a_file_name_cannot_leave_the_folder(stub, app, tmp_path, name):
    dataset = stub.dataset()
    dataset["files"][0]["name"] = name
    with pytest.raises(DatasetDiffers, match="not a file name"):
        fetch(app, dataset, tmp_path / "data")
    assert not (tmp_path / "outside").exists()
