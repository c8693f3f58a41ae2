import hashlib
import io
import json
import uuid

import pytest
from django.core.management import CommandError, call_command

from exports.models import Dataset
from tests.exports import factories

pytestmark = pytest.mark.django_db


def export(round, out, *more) -> dict:
    said = io.StringIO()
    call_command("export_dataset", f"--round={round}", f"--out={out}", "--json", *more, stdout=said)
    return json.loads(said.getvalue())


def test_the_command_prints_the_contract_and_copies_the_release(mixed_round, tmp_path):
    out = tmp_path / "release"
    found = export(mixed_round.public_id, out)
    assert set(found) == {"dataset", "path", "sha256", "rows", "left_out"}
    assert found["path"] == str(out)
    assert found["sha256"] == hashlib.sha256((out / "manifest.json").read_bytes()).hexdigest()
    assert found["rows"] == {
        "sft": 4, "preference": 1, "turn_preference": 0, "unpaired": 8, "rating": 0, "reply": 0,
    }  # fmt: skip
    assert sum(found["left_out"].values()) == 3
    for kind, n in found["rows"].items():
        assert sum(len(path.read_text().splitlines()) for path in (out / kind).glob("*.jsonl")) == n
    assert str(Dataset.objects.frozen().get().public_id) == found["dataset"]


def test_a_tier_that_is_named_leaves_too(artefacts, tmp_path):
    round = factories.a_round()
    factories.item(round, client=factories.profile("at-risk", tier="ideation"))
    factories.item(round)
    factories.close(round)
    assert export(round.public_id, tmp_path / "calm")["rows"]["sft"] == 1
    assert export(round.public_id, tmp_path / "all", "--tier=ideation")["rows"]["sft"] == 2
    with pytest.raises(CommandError, match="invalid choice"):
        export(round.public_id, tmp_path / "none", "--tier=everything")


def test_a_tier_that_is_named_leaves_only_where_two_have_read_it(artefacts, tmp_path):
    """Whether in one round or in two (methods.md §4)."""
    round = factories.a_round()
    once = factories.item(round, ["accept"], client=factories.profile("at-risk", tier="ideation"))
    factories.item(round, ["accept"])
    factories.close(round)
    assert export(round.public_id, tmp_path / "one", "--tier=ideation")["rows"]["sft"] == 1
    later = factories.a_round()
    factories.item(later, ["accept", "accept"], of=once.instance)
    factories.close(later)
    assert export(later.public_id, tmp_path / "two", "--tier=ideation")["rows"]["sft"] == 1


@pytest.mark.parametrize("name", [str(uuid.UUID(int=5)), "the-first"])
def test_an_unknown_round_is_bad_input(artefacts, tmp_path, db, name):
    with pytest.raises(CommandError, match=f"There is no round {name}") as refusal:
        export(name, tmp_path / "release")
    assert refusal.value.returncode == 2


def test_a_round_that_is_open_is_bad_input(artefacts, tmp_path):
    round = factories.a_round()
    factories.item(round)
    with pytest.raises(CommandError, match="Close these rounds first") as refusal:
        export(round.public_id, tmp_path / "release")
    assert refusal.value.returncode == 2
    assert not Dataset.objects.exists() and not (tmp_path / "release").exists()


def test_a_folder_that_holds_something_is_left_alone(mixed_round, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(CommandError, match="not empty") as refusal:
        export(mixed_round.public_id, tmp_path)
    assert refusal.value.returncode == 2
    assert not Dataset.objects.exists() and [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_a_folder_that_cannot_be_made_is_refused_before_anything_is_frozen(mixed_round, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(CommandError, match="cannot be made in .*notes.txt") as refusal:
        export(mixed_round.public_id, tmp_path / "notes.txt" / "release")
    assert refusal.value.returncode == 2 and not Dataset.objects.exists()


def test_a_round_of_which_nothing_may_leave_is_refused_with_the_reason(artefacts, tmp_path):
    round = factories.a_round()
    factories.item(round, ("accept",), state="open")
    with pytest.raises(CommandError, match="1 × open when the round was closed") as refusal:
        export(factories.close(round).public_id, tmp_path / "release")
    assert refusal.value.returncode == 1
