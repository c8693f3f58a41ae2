"""What a lead sees of datasets and trainings, and that nobody else does."""

import hashlib
import io
import re
import zipfile

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from exports import artefacts as receiving
from exports import leasing, places
from exports.building import freeze
from exports.models import Dataset, TrainingMetric, TrainingRun
from exports.training import launch
from synthesis.models import Mark
from tests.exports import factories

pytestmark = pytest.mark.django_db


def text_of(answer) -> str:
    return answer.content.decode()


@pytest.fixture
def page(log_in, lena):
    return log_in(lena)


def test_a_lead_sees_what_a_release_would_hold_before_she_freezes_it(page, mixed_round):
    answer = page.get(reverse("datasets"), {"rounds": mixed_round.public_id, "formats": "sft", "seed": 0})
    shown = text_of(answer)
    assert "6 items of 6 clients may leave" in shown
    assert "left out: in dispute when the round was closed" in shown
    assert not Dataset.objects.exists()


def test_a_lead_names_the_tiers_that_may_leave(page, artefacts):
    round = factories.a_round()
    factories.item(round, client=factories.profile("at-risk", tier="ideation"))
    factories.item(round)
    factories.close(round)
    asked = {"rounds": [round.public_id], "formats": ["sft"], "seed": 0}
    assert "left out: risk tier ideation" in text_of(page.get(reverse("datasets"), asked))
    named = asked | {"tiers": ["ideation"]}
    assert "risk tier ideation:" not in text_of(page.get(reverse("datasets"), named))
    page.post(reverse("dataset_freeze"), named)
    assert Dataset.objects.get().manifest["items"] == 2
    refused = page.post(reverse("dataset_freeze"), asked | {"tiers": ["everything"]})
    assert refused.status_code == 400 and Dataset.objects.count() == 1


def test_a_session_of_two_risks_stays_until_both_are_named(page, artefacts):
    round = factories.a_round()
    both = factories.item(round, client=factories.profile("at-risk", tier="abuse"))
    Mark.objects.create(
        instance=both.instance, kind="tier", tier="self-harm-or-suicide", by_machine="rule", reason="A word."
    )
    factories.item(round)
    factories.close(round)
    asked = {"rounds": [round.public_id], "formats": ["sft"], "seed": 0}
    for named, missing in (
        ([], "abuse and self-harm-or-suicide"),
        (["self-harm-or-suicide"], "abuse"),
        (["abuse"], "self-harm-or-suicide"),
    ):
        said = text_of(page.get(reverse("datasets"), asked | {"tiers": named}))
        assert f"left out: risk tier {missing}: leaves only" in said and "1 items of 1 clients" in said
    page.post(reverse("dataset_freeze"), asked | {"tiers": ["abuse", "self-harm-or-suicide"]})
    made = Dataset.objects.get()
    assert made.manifest["items"] == 2
    card = (places.dataset_folder(made) / "README.md").read_text()
    assert "1 of tier abuse, 1 of tier none, 1 of tier self-harm-or-suicide" in card


def test_the_page_of_a_dataset_that_is_built_keeps_what_it_said_until_it_is_there(page, dataset):
    address = reverse("dataset", args=[dataset.public_id])
    asked = page.get(address, headers={"HX-Request": "true"})
    assert asked.headers["HX-Refresh"] == "true" and not asked.content
    building = Dataset.objects.create(serial=99, name="later", selection=dataset.selection)
    address = reverse("dataset", args=[building.public_id])
    assert "HX-Refresh" not in page.get(address, headers={"HX-Request": "true"}).headers
    assert 'hx-swap="none"' in text_of(page.get(address))


def test_the_preview_says_why_rounds_cannot_be_frozen_together(page, mixed_round):
    rehearsal = factories.close(factories.a_round(rehearsal=True))
    asked = {"rounds": [mixed_round.public_id, rehearsal.public_id], "formats": "sft", "seed": 0}
    assert "never mixed with human rounds" in text_of(page.get(reverse("datasets"), asked))
    refused = page.post(reverse("dataset_freeze"), asked)
    assert refused.status_code == 400 and "never mixed with human rounds" in text_of(refused)
    assert not Dataset.objects.exists()


def test_a_lead_freezes_looks_and_downloads(page, mixed_round):
    asked = {"name": "Winter", "rounds": [mixed_round.public_id], "formats": ["sft", "unpaired"], "seed": 3}
    answer = page.post(reverse("dataset_freeze"), asked, follow=True)
    shown = text_of(answer)
    made = Dataset.objects.get()
    assert (
        made.state == "frozen"
        and made.manifest["seed"] == 3
        and set(made.manifest["rows"]) == {"sft", "unpaired"}
    )
    assert made.sha256 in shown and "sft/train.jsonl" in shown and "not recorded" in shown
    assert "read without the draft: findings only" in shown
    packed = page.get(reverse("dataset_download", args=[made.public_id]))
    archive = zipfile.ZipFile(io.BytesIO(b"".join(packed.streaming_content)))
    assert archive.testzip() is None
    folder = places.dataset_folder(made)
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }
    assert {name.removeprefix("dataset-1/"): archive.read(name) for name in archive.namelist()} == files


def test_a_round_of_which_nothing_may_leave_fails_with_its_reason_on_the_page(page, artefacts):
    round = factories.a_round()
    factories.item(round, ("accept",), state="open")
    factories.close(round)
    asked = {"rounds": [round.public_id], "formats": ["sft"], "seed": 0}
    shown = text_of(page.post(reverse("dataset_freeze"), asked, follow=True))
    assert "Nothing was released" in shown and "open when the round was closed" in shown


def test_an_open_round_is_not_offered(page, artefacts):
    round = factories.a_round(name="Still open")
    answer = page.post(
        reverse("dataset_freeze"), {"rounds": [round.public_id], "formats": ["sft"], "seed": 0}
    )
    assert answer.status_code == 400 and not Dataset.objects.exists()


def test_a_lead_starts_watches_and_cancels_a_training(page, dataset, node):
    asked = {"base": "smollm2-135m-instruct", "max_steps": 8, "learning_rate": 0.001, "batch": 1,
             "max_length": 512, "rank": 8, "seed": 0}  # fmt: skip
    answer = page.post(reverse("training_start", args=[dataset.public_id]), asked, follow=True)
    run = TrainingRun.objects.get()
    assert run.config["max_steps"] == 8 and run.config["lora"] == {"r": 8, "alpha": 16, "dropout": 0.05}
    assert "Waiting for a node" in text_of(answer) and "No loss was reported yet" in text_of(answer)
    _, token = leasing.claim(node=node[0], worker="w")
    metrics = [{"step": n, "loss": 3.0 / n} for n in range(1, 7)] + [{"step": 7, "eval_loss": 1.0}]
    leasing.heartbeat(run_id=run.public_id, node=node[0], token=token, step=7, total=8, metrics=metrics)
    shown = text_of(page.get(reverse("training_run", args=[run.public_id])))
    assert "<svg" in shown and "currentColor" in shown and "#010203" not in shown
    assert "Loss up to step 6: 3.000 at step 1, 0.500 at step 6" in shown
    assert re.search(r">3[.]0000<", shown)
    shown = text_of(page.post(reverse("training_cancel", args=[run.public_id]), follow=True))
    assert "the node stops at its next report" in shown
    assert "gpu-1" in text_of(page.get(reverse("training")))


def test_a_wrong_setting_is_said_beside_its_field_and_starts_nothing(page, dataset):
    asked = {
        "base": "x",
        "max_steps": 0,
        "learning_rate": 1,
        "batch": 1,
        "max_length": 512,
        "rank": 8,
        "seed": 0,
    }
    answer = page.post(reverse("training_start", args=[dataset.public_id]), asked)
    assert answer.status_code == 400 and "greater than or equal to 1" in text_of(answer)
    assert not TrainingRun.objects.exists()


def test_a_rehearsal_is_called_one_on_every_page(page, artefacts, lena):
    round = factories.a_round(rehearsal=True)
    factories.item(round)
    asked = {"rounds": [factories.close(round).public_id], "formats": ["sft"], "seed": 0}
    assert "not for use" in text_of(page.post(reverse("dataset_freeze"), asked, follow=True))
    run = launch.start(dataset=Dataset.objects.get(), by=lena)
    assert "This model is not for use" in text_of(page.get(reverse("training_run", args=[run.public_id])))
    for name in ("datasets", "training"):
        assert "rehearsal" in text_of(page.get(reverse(name)))


def test_eve_is_refused_everywhere_with_the_reason(log_in, eve, dataset, lena, node):
    run = launch.start(dataset=dataset, by=lena)
    visitor = log_in(eve)
    on_dataset, on_run = [dataset.public_id], [run.public_id]
    answers = [
        visitor.get(reverse("datasets")),
        visitor.post(reverse("dataset_freeze")),
        visitor.get(reverse("dataset", args=on_dataset)),
        visitor.get(reverse("dataset_download", args=on_dataset)),
        visitor.post(reverse("training_start", args=on_dataset)),
        visitor.get(reverse("training")),
        visitor.get(reverse("training_run", args=on_run)),
        visitor.post(reverse("training_cancel", args=on_run)),
        visitor.get(reverse("training_artifact", args=on_run)),
    ]
    for answer in answers:
        assert answer.status_code == 403 and "Only a lead may do this." in text_of(answer)
    run.refresh_from_db()
    assert run.state == "queued"


def test_the_adapter_is_there_for_a_lead_when_it_succeeded(page, dataset, node, lena, artefacts):
    run = launch.start(dataset=dataset, by=lena)
    assert page.get(reverse("training_artifact", args=[run.public_id])).status_code == 404
    _, token = leasing.claim(node=node[0], worker="w")
    digest = hashlib.sha256(b"adapter").hexdigest()
    receiving.receive(run_id=run.public_id, node=node[0], token=token, sha256=digest, pieces=[b"adapter"])
    leasing.finish(run_id=run.public_id, node=node[0], token=token, status="succeeded", metrics={"steps": 1},
                   dataset_sha256=dataset.sha256, artifact_sha256=digest, error="")  # fmt: skip
    answer = page.get(reverse("training_artifact", args=[run.public_id]))
    assert b"".join(answer.streaming_content) == b"adapter"
    assert "Download the adapter" in text_of(page.get(reverse("training_run", args=[run.public_id])))


def test_lists_ask_as_many_questions_for_many_rows_as_for_one(page, dataset, mixed_round, lena):
    launch.start(dataset=dataset, by=lena)
    counts = {}
    for turn in ("one", "many"):
        for name in ("datasets", "training"):
            page.get(reverse(name))
            with CaptureQueriesContext(connection) as asked:
                page.get(reverse(name))
            counts[turn, name] = len(asked)
        for _ in range(3):
            launch.start(dataset=freeze(name="", rounds=[mixed_round], by=lena), by=lena)
    assert counts["one", "datasets"] == counts["many", "datasets"]
    assert counts["one", "training"] == counts["many", "training"]


def test_a_long_training_is_drawn_with_few_points(page, dataset, lena):
    run = launch.start(dataset=dataset, by=lena)
    TrainingMetric.objects.bulk_create(
        TrainingMetric(run=run, step=n, values={"loss": 1 / n}) for n in range(1, 5001)
    )
    answer = page.get(reverse("training_run", args=[run.public_id]))
    assert len(answer.content) < 250_000
    assert "Loss up to step 5000" in text_of(answer)
