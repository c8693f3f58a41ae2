from pathlib import Path

import pytest

from exports.training.child import TrainingFailed, command


def line(tmp_path, **config):
    places = {"data": Path("d"), "base": Path("b"), "out": Path("o")}
    return command(
        config,
        **places,
        config_path=Path("c.json"),
        progress=Path("p.jsonl"),
        accelerate=tmp_path / "accelerate",
    )


def test_one_process_is_plain_python(tmp_path):
    assert not any("accelerate" in part for part in line(tmp_path)[1:2])
    assert line(tmp_path)[1].endswith("train_sft.py") and "--stop-with-stdin" in line(tmp_path)


def test_several_processes_go_through_accelerate(tmp_path):
    started = line(tmp_path, processes=4)
    assert started[1:3] == ["-m", "accelerate.commands.launch"]
    assert started[started.index("--num_processes") + 1] == "4" and "--multi_gpu" in started


def test_a_named_set_up_is_taken_from_the_node(tmp_path):
    (tmp_path / "accelerate").mkdir()
    (tmp_path / "accelerate" / "fsdp.yaml").write_text("")
    started = line(tmp_path, accelerate_config="fsdp")
    assert started[started.index("--config_file") + 1] == str(tmp_path / "accelerate" / "fsdp.yaml")


@pytest.mark.parametrize("name", ["absent", "../outside"])
def test_a_set_up_that_is_not_on_the_node_is_named(tmp_path, name):
    (tmp_path / "accelerate").mkdir()
    (tmp_path / "outside.yaml").write_text("")
    with pytest.raises(TrainingFailed, match=name):
        line(tmp_path, accelerate_config=name)
