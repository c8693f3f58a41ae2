"""What an erasure names: the releases that held it, and what was trained on them."""

from exports.erased import went_into
from exports.training import launch


def test_the_dataset_that_held_it_and_the_training_on_that_are_named(dataset, lena, settings):
    settings.OPENAI_BASE_URL = "https://models.example/v1"
    inside = list(dataset.dataset_items.values_list("item__instance", flat=True))
    assert went_into(inside[:1]) == [f"dataset {dataset.public_id}"]
    run = launch.start(dataset=dataset, by=lena)
    assert went_into(inside[:1]) == [f"dataset {dataset.public_id}", f"training {run.public_id}"]


def test_what_never_went_out_is_named_nowhere(dataset, mixed_round):
    out = mixed_round.items.exclude(pk__in=dataset.dataset_items.values("item")).values_list(
        "instance", flat=True
    )
    assert list(out) and went_into(list(out)) == []
