"""A frozen dataset is bound by hashes, split by client, and there whole or not at all."""

import gc
import hashlib
import json
import tracemalloc

import pytest
from django.db import DatabaseError, transaction

from accounts.models import ReviewerRecord
from accounts.roles import Refused
from exports import building, places
from exports.building import NotFrozen, build, freeze, plan
from exports.models import Dataset
from guidelines.models import PairRevision
from synthesis.models import Instance
from tests.exports import factories

pytestmark = pytest.mark.django_db


def content(dataset) -> dict[str, bytes]:
    folder = places.dataset_folder(dataset)
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def test_the_manifest_binds_every_file_by_its_hash(dataset):
    files = content(dataset)
    assert hashlib.sha256(files["manifest.json"]).hexdigest() == dataset.sha256
    listed = {file["name"]: file for file in json.loads(files.pop("manifest.json"))["files"]}
    assert set(listed) == set(files)
    for name, text in files.items():
        assert listed[name]["sha256"] == hashlib.sha256(text).hexdigest()
        assert listed[name]["bytes"] == len(text)


def test_the_same_dataset_gives_the_same_bytes(dataset, mixed_round, lena):
    again = freeze(name="Another name, another day", rounds=[mixed_round], by=lena)
    assert again.pk != dataset.pk
    assert again.sha256 == dataset.sha256
    assert content(again) == content(dataset)


def test_another_seed_gives_another_hash(dataset, mixed_round, lena):
    assert freeze(name="", rounds=[mixed_round], by=lena, seed=1).sha256 != dataset.sha256


def test_a_frozen_dataset_does_not_change(dataset):
    dataset.name = "Renamed"
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        dataset.save()


def groups_by_split(dataset) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for name, text in content(dataset).items():
        if name.endswith(".jsonl"):
            split = name.split("/")[1].removesuffix(".jsonl")
            found.setdefault(split, set()).update(json.loads(line)["group"] for line in text.splitlines())
    return found


def test_no_client_is_on_two_sides_of_the_split(artefacts, lena):
    round = factories.a_round(readers=1)
    factories.many_items(round, 150, clients=30)
    made = freeze(name="", rounds=[factories.close(round)], by=lena)
    sides = groups_by_split(made)
    assert set(sides) == {"train", "validation", "test"}
    assert len(set.union(*sides.values())) == 30 == sum(len(side) for side in sides.values())
    assert made.manifest["rows"]["sft"] == 150
    assert "30 groups, split by group" in made.manifest["split"]


def test_a_case_and_its_edited_child_stay_on_one_side(artefacts, lena):
    round = factories.a_round(readers=1)
    for n in range(12):
        parent = factories.instance(factories.profile(f"adult-{n}", base_case=f"case-{n}"))
        other = factories.profile(f"adult-{n}-hostile", base_case=f"case-{n}")
        # A child without a profile of the same case hangs on its parent alone.
        child = factories.instance(factories.profile(f"third-{n}"), origin="edit", parent=parent, run=None)
        for session in (parent, child, factories.instance(other)):
            factories.item(round, ("accept",), of=session)
    made = freeze(name="", rounds=[factories.close(round)], by=lena)
    assert made.manifest["groups"] == 12 and made.manifest["items"] == 36
    sides = groups_by_split(made)
    assert sum(len(side) for side in sides.values()) == 12
    assert Instance.objects.count() == 36


def test_too_few_clients_for_a_split_all_go_to_train_and_the_manifest_says_so(artefacts, lena):
    round = factories.a_round()
    for n in range(4):
        factories.item(round, client=factories.profile(f"client-{n}"))
    made = freeze(name="", rounds=[factories.close(round)], by=lena)
    assert set(groups_by_split(made)) == {"train"}
    assert "too few" in made.manifest["split"]


def test_a_build_that_fails_leaves_no_folder_and_says_why(mixed_round, lena, artefacts):
    planned = plan(name="", rounds=[mixed_round], by=lena)

    def full(done, total):
        raise OSError("No space left on device")

    with pytest.raises(OSError, match="No space left"):
        build(dataset=planned, told=full)
    planned.refresh_from_db()
    assert planned.state == "failed" and "No space left on device" in planned.failure
    assert list((artefacts / "datasets").iterdir()) == []


def test_a_killed_build_begins_again_and_a_second_message_does_no_harm(mixed_round, lena, artefacts):
    planned = plan(name="", rounds=[mixed_round], by=lena)
    folder = places.dataset_folder(planned)
    for leftover in (folder, folder.with_suffix(".building")):
        (leftover / "sft").mkdir(parents=True)
        (leftover / "sft" / "half.jsonl").write_text("{")
    first = build(dataset=planned)
    second = build(dataset=planned)
    assert first.sha256 == second.sha256 and second.state == "frozen"
    assert "sft/half.jsonl" not in content(first)
    assert [path.name for path in (artefacts / "datasets").iterdir()] == [str(planned.public_id)]


def test_two_builders_of_one_dataset_do_not_meet(mixed_round, lena):
    planned = plan(name="", rounds=[mixed_round], by=lena)
    with places.alone(f"dataset-{planned.public_id}"), pytest.raises(places.Taken):
        build(dataset=planned)
    assert build(dataset=planned).state == "frozen"


def test_only_a_lead_freezes_and_only_closed_rounds(artefacts, lena, eve, ana):
    round = factories.a_round()
    factories.item(round)
    with pytest.raises(Refused, match="Close these rounds first: Round 1"):
        freeze(name="", rounds=[round], by=lena)
    factories.close(round)
    for person in (eve, ana):
        with pytest.raises(Refused, match="Only a lead"):
            freeze(name="", rounds=[round], by=person)
    with pytest.raises(Refused, match="at least one"):
        freeze(name="", rounds=[], by=lena)
    assert not Dataset.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"formats": ("sft", "parquet")}, "parquet"),
        ({"formats": ()}, "at least one format"),
        ({"seed": -1}, "seed"),
    ],
)
def test_a_wrong_order_is_refused_before_anything_is_stored(mixed_round, lena, wrong, message):
    with pytest.raises(NotFrozen, match=message):
        freeze(name="", rounds=[mixed_round], by=lena, **wrong)
    assert not Dataset.objects.exists()


def test_the_card_has_every_field_and_says_what_was_not_recorded(dataset):
    card = content(dataset)["README.md"].decode()
    for field in (
        "Raters", "Reviewers' qualifications", "Sampling", "Planned n and why", "Independence and blinding",
        "Replicates", "Uncertainty", "Guideline versions", "Manifestation rate", "Anchoring effect",
        "Verdicts of the readers",
        "Machine share", "pay and consent", "Ethics approval", "Risk tiers", "Culture and language gaps",
        "Intended use", "Prohibited use",
    ):  # fmt: skip
        assert field in card
    assert "| Ethics approval or exemption | not recorded |" in card
    assert "Not for patients." in card
    assert "accept 7 of 15" in card


def card_of(dataset) -> dict[str, str]:
    lines = content(dataset)["README.md"].decode().splitlines()
    cells = [
        line.strip("| ").split(" | ", 1) for line in lines if line.startswith("| ") and "---" not in line
    ]
    return {cell[0]: cell[1] for cell in cells if len(cell) == 2}


def test_the_card_fills_what_is_known(dataset):
    card = card_of(dataset)
    assert card["Planned n and why"].startswith(
        "9 sessions put before readers, 8 with the draft and 1 without"
    )
    assert "run 1, seed 7" in card["Sampling"] and "put before readers 1;" in card["Sampling"]
    assert card["Replicates"] == "none: no reader read a session twice"
    assert card["Risk tiers"] == "only tier none; released: 6 of tier none"
    assert "languages of the clients: en 9" in card["Culture and language gaps"]
    assert card["Manifestation rate"].startswith("not recorded: no session meant to show a mistake")
    assert card["Anchoring effect"].startswith("not recorded")


def intended(round, outcome: list[str], client: str):
    """A session that was to show advice too soon, settled without the draft with these findings."""
    revision = PairRevision.objects.get(pair__key="advice-too-soon")
    of = factories.instance(factories.profile(client), pair_revision=revision)
    made = factories.item(round, ("", ""), arm="unaided", of=of, found=outcome)
    return made


def test_the_card_tells_how_often_the_intended_mistake_was_found_without_the_draft(artefacts, lena):
    round = factories.a_round()
    factories.item(round, client=factories.profile("accepted"))
    for n, found in enumerate((["advice-too-soon"], ["other", "advice-too-soon"], ["other"])):
        intended(round, found, f"client-{n}")
    dataset = freeze(name="", rounds=[factories.close(round)], by=lena)
    rate = card_of(dataset)["Manifestation rate"]
    assert rate == (
        "readers without the draft named it in 67 % of 3 sessions (4 of 6 readings; mean over sessions); "
        "by pair: advice-too-soon 67 % of 3 sessions"
    )


def test_a_later_reviewer_record_changes_nothing_of_a_release(artefacts, lena):
    round = factories.a_round(readers=3)
    records = [
        ReviewerRecord.objects.create(
            user=seat.rater.user, n=1, profession="nurse | midwife", terms_version="T1"
        )
        for seat in round.seats.order_by("pk")
    ]
    factories.item(round, ("accept",) * 3, records=records)
    first = freeze(name="", rounds=[factories.close(round)], by=lena)
    card = card_of(first)
    assert card["Reviewers' qualifications"] == "3 × nurse \\| midwife"
    assert (
        "participation terms accepted: T1: 3 readers; pay: not recorded" in card["Reviewers' pay and consent"]
    )
    later = {"profession": "retired", "terms_version": "T2"}
    ReviewerRecord.objects.create(user=records[0].user, n=2, **later)
    assert freeze(name="", rounds=[round], by=lena).sha256 == first.sha256


def test_two_thousand_items_stream(artefacts, lena):
    """Once under way, what is held does not grow with what is written.

    Counted are the objects that are alive: the size of the process also tells of the tests before this one,
    and of garbage that waits for its collector.
    """
    round = factories.a_round(readers=1)
    factories.many_items(round, 2000)
    planned = plan(name="", rounds=[factories.close(round)], by=lena)

    held = []

    def told(done, total):
        if done == 500:
            gc.collect()
            tracemalloc.start()
        if done == total:
            gc.collect()
            held.append(tracemalloc.get_traced_memory()[0])

    try:
        made = build(dataset=planned, told=told)
    finally:
        tracemalloc.stop()
    size = sum(path.stat().st_size for path in places.dataset_folder(made).rglob("*.jsonl"))
    assert made.manifest["rows"] == {
        "sft": 2000,
        "preference": 0,
        "unpaired": 2000,
        "turn_preference": 0,
        "rating": 0,
        "reply": 0,
    }
    assert size > 25_000_000
    assert 0 < held[0] < 5_000_000, (
        f"{held[0] / 1e6:.1f} MB more while {size * 0.75 / 1e6:.0f} MB were written"
    )


def test_freezing_is_planning_and_building(mixed_round, lena):
    planned = plan(name="", rounds=[mixed_round], by=lena)
    assert planned.state == "building" and planned.name == f"dataset {planned.serial}"
    assert building.build(dataset=planned).state == "frozen"
