"""What is stale on a graph whose dependents are known, and what is built on it."""

import pytest
from django.urls import reverse

from config.pages import dependents
from exports import built_on
from exports.models import Dataset, DatasetItem
from guidelines.publishing import open_draft, save_entry
from synthesis.models import Run
from tests.config.stale.graph import (
    LONGER,
    A,
    B,
    C,
    D,
    read_again,
    second_version,
    waiting,
)
from tests.guidelines.conftest import change, pair_texts
from tests.review.factories import made_instances

pytestmark = pytest.mark.django_db


def test_stale_are_exactly_the_sessions_of_pairs_that_changed_their_meaning_or_were_dropped(graph, second):
    assert waiting(second) == graph.of(A, C)
    assert waiting(graph.first) == set()


def test_before_it_is_published_each_pair_says_how_far_its_sessions_are_and_what_is_built_on_them(
    graph, second, lena
):
    found = dependents.of(graph.first, second, lena)
    assert [(one.key, one.why) for one in found.stale] == [(A, "meaning"), (C, "dropped")]
    for one in found.stale:
        assert (one.planned, one.made, one.out, one.settled) == (2, 1, 1, 1)
        assert (one.datasets, one.trainings) == (1, 1)
    assert [(one.key, one.sessions) for one in found.reworded] == [(B, 5)]
    # B was dropped from nothing, but another list of mistakes stands before the supervisor now.
    assert (found.touched, found.rounds, found.sessions) == (0, 2, 10)


def test_sessions_of_a_pair_that_stands_are_touched_by_another_pairs_words_and_not_stale(graph, ana, lena):
    draft = open_draft(guideline=graph.first.guideline, by=ana)
    change(draft, ana, A, shows=LONGER)
    found = dependents.of(graph.first, draft, lena)
    assert [(one.key, one.sessions) for one in found.stale] == [(A, 5)]
    assert found.touched == len(graph.of(B, C)) and not found.reworded and found.of_a_draft


def test_a_preview_is_neither_stale_nor_touched_nor_reworded(graph, second, ana, lena):
    def counted(version):
        found = dependents.of(graph.first, version, lena)
        return [
            [(one.key, one.sessions) for one in part] for part in (found.stale, found.reworded)
        ], found.touched

    draft = open_draft(guideline=graph.first.guideline, by=ana)
    change(draft, ana, A, shows=LONGER)
    before = counted(second), counted(draft)
    preview = Run.objects.create(
        serial=99, recipe="supervised_dialogue", version=graph.first, purpose="preview"
    )
    for entry in graph.first.entries.filter(pair_revision__isnull=False):
        made_instances(1, graph.first, run=preview, origin="run", pair_revision=entry.pair_revision)
    assert (counted(second), counted(draft)) == before


def test_a_pair_that_is_added_makes_nothing_stale(graph, ana, lena):

    draft = open_draft(guideline=graph.first.guideline, by=ana)
    save_entry(version=draft, key=D, texts=pair_texts("Lectures the client"), by=ana, base=None)
    found = dependents.of(graph.first, draft, lena)
    assert not found.stale and not found.reworded and found.touched == len(graph.of(A, B, C))


def test_a_dataset_says_how_many_of_its_sessions_no_longer_stand(graph, lena):
    assert built_on.stale_in(graph.dataset, lena) == []
    version = second_version()
    [found] = built_on.stale_in(graph.dataset, lena)
    assert (found.n, found.version) == (2, version.number)


def test_a_release_of_what_was_judged_by_the_new_words_stands(graph, second, lena, ben, chloe):

    round, _left_out = read_again(graph, second, lena, [ben, chloe])
    later = Dataset.objects.create(serial=2, selection={"rounds": []})
    for item in round.items.all():
        DatasetItem.objects.create(dataset=later, item=item, split="train")
    assert built_on.stale_in(later, lena) == []


def test_the_pages_of_dataset_and_model_warn(graph, second, log_in, lena):
    client = log_in(lena)
    for page in (
        reverse("dataset", args=[graph.dataset.public_id]),
        reverse("training_run", args=[graph.training.public_id]),
    ):
        shown = client.get(page).content.decode()
        assert "Built on 2 sessions whose pair has changed since" in shown
        assert reverse("guideline_stale", args=["novice-mistakes"]) in shown
