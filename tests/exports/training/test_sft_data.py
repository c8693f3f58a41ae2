import json

import pytest

from exports.training.sft_data import BadInput, read_config, read_conversations

SPOKEN = [
    {"role": "user", "content": "Private words."},
    {"role": "assistant", "content": "Other private words."},
]


def config(tmp_path, **fields):
    path = tmp_path / "config.json"
    path.write_text(json.dumps({"base": "tiny", "max_steps": 2, **fields}))
    return read_config(path)


def test_what_is_not_said_has_a_default(tmp_path):
    read = config(tmp_path, lora={"r": 4})
    assert read["lora"] == {"r": 4, "alpha": 32, "dropout": 0.05}
    assert (read["learning_rate"], read["batch"], read["seed"]) == (2e-4, 4, 0)


def test_full_fine_tuning_has_no_adapter(tmp_path):
    assert config(tmp_path, full=True, lora=None)["lora"] is None


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"max_step": 3}, "unknown field max_step"),
        ({"epochs": 1}, "either max_steps or epochs"),
        ({"max_steps": None}, "either max_steps or epochs"),
        ({"max_steps": 0}, "max_steps must be"),
        ({"max_steps": True}, "max_steps must be"),
        ({"batch": "2"}, "batch must be"),
        ({"batch": None}, "batch must be"),
        ({"learning_rate": -1}, "learning_rate must be"),
        ({"lora": {"rank": 4}}, "lora.rank"),
        ({"lora": {"dropout": 1}}, "lora.dropout must be"),
        ({"full": True, "lora": {"r": 4}}, "exclude each other"),
        ({"method": "dpo"}, "method 'dpo'"),
        ({"base": None}, "base must name"),
    ],
)
def test_a_configuration_that_cannot_be_trained_with_names_its_field(tmp_path, fields, named):
    with pytest.raises(BadInput, match=named):
        config(tmp_path, **fields)


def test_only_roles_and_words_are_read(tmp_path):
    path = tmp_path / "train.jsonl"
    path.write_text(json.dumps({"messages": SPOKEN, "id": "a"}) + "\n")
    assert read_conversations(path) == [SPOKEN]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (b'{"messages": [{"role": "user"', "not valid JSON"),
        (b'{"messages": "Private \xff words."}', "not valid JSON in UTF-8"),
        (json.dumps({"text": "Private words."}).encode(), "messages must be a list"),
        (json.dumps({"messages": SPOKEN[:1]}).encode(), "the last message must be the assistant's"),
        (
            json.dumps({"messages": [{"role": "client", "content": "Private words."}]}).encode(),
            r"messages\[1\].role",
        ),
        (
            json.dumps({"messages": [SPOKEN[0], {"role": "assistant", "content": " "}]}).encode(),
            r"messages\[2\].content",
        ),
    ],
)
def test_a_row_that_cannot_be_learnt_from_names_its_line_and_never_its_words(tmp_path, row, reason):
    path = tmp_path / "train.jsonl"
    path.write_bytes(json.dumps({"messages": SPOKEN}).encode() + b"\n" + row + b"\n")
    with pytest.raises(BadInput, match=f"train.jsonl, line 2: .*{reason}") as refused:
        read_conversations(path)
    assert "Private" not in str(refused.value)


def test_no_rows_at_all_are_refused(tmp_path):
    (tmp_path / "train.jsonl").write_text("")
    with pytest.raises(BadInput, match="no rows"):
        read_conversations(tmp_path / "train.jsonl")
