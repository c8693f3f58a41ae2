"""A lead has exactly the stale sessions made again, each from its own cell, once."""

import re
from types import SimpleNamespace

import pytest
from django.urls import reverse

from accounts.models import TrailEvent
from accounts.roles import Refused
from guidelines.publishing import open_draft
from review.models import Round
from synthesis import cast, remaking
from synthesis.identity import cell_digest
from synthesis.models import Endpoint, Instance, PromptText, Run, Shown
from synthesis.planning import NotPlanned
from tests.config.stale.graph import (
    A,
    B,
    C,
    a_run,
    instance,
    read_again,
    remake,
    stale_page,
    waiting,
)
from tests.guidelines.conftest import revision_in
from tests.review.factories import client_profile

pytestmark = pytest.mark.django_db


def test_made_again_are_exactly_the_dependents_that_can_be_from_their_own_cells(graph, second, lena):
    done = remake(second, lena)
    new = Instance.objects.filter(run__in=done.runs)
    assert set(new.values_list("parent", flat=True)) == graph.of(A) and done.planned == len(new) == 5
    assert sum(done.left_out.values()) == len(graph.of(C))
    [run] = done.runs
    assert (run.version, run.seed, run.parameters) == (second, graph.run.seed, graph.run.parameters)
    event = TrailEvent.objects.get(verb="synthesis.remake")
    assert (event.by, event.name, event.after["cells"]) == (lena, str(run.public_id), 5)
    for one in new.select_related("parent__profile"):
        assert (one.profile, one.sample, one.factors) == (
            one.parent.profile, one.parent.sample, one.parent.factors,
        )  # fmt: skip
        assert (one.state, one.version, one.pair_revision) == ("planned", second, revision_in(second, A))
        assert one.cell == cell_digest(
            recipe=one.recipe, prompts=run.prompts, revision=str(one.pair_revision.public_id),
            profile=str(one.profile.public_id), factors=one.factors, sample=one.sample,
        )  # fmt: skip


def test_what_is_made_again_is_bounded_as_it_was(graph, second, lena):
    Run.objects.filter(pk=graph.run.pk).update(budget={"tokens": 200_000})
    [run] = remake(second, lena).runs
    assert run.budget == {"tokens": 200_000}


@pytest.mark.parametrize("is_allowed", [True, False])
def test_a_session_made_again_is_shown_the_same_examples_as_far_as_they_may_still_be_shown(
    graph, second, lena, monkeypatch, is_allowed
):
    edited = graph.sessions[B, "made"]
    monkeypatch.setattr(
        cast, "_examples", lambda version, of: [SimpleNamespace(of=n) for n in of if is_allowed]
    )
    text = PromptText.objects.create(digest="e" * 64, name="example", text="First written: … Reworded: …")
    Shown.objects.create(instance=graph.sessions[A, "made"], position=1, of=edited, text=text)
    remake(second, lena)
    found = Shown.objects.filter(instance__parent=graph.sessions[A, "made"])
    told = [(again.position, again.of, again.text) for again in found]
    assert told == ([(1, edited, text)] if is_allowed else [])
    assert not Instance.objects.get(parent=graph.sessions[A, "planned"]).shown.exists()


def test_what_waits_to_be_made_by_the_old_words_is_given_up_and_what_is_made_stays(graph, second, lena):
    done = remake(second, lena)
    states = {
        stage: Instance.objects.get(pk=graph.sessions[A, stage].pk).state for stage in ("planned", "made")
    }
    assert states == {"planned": "cancelled", "made": "made"} and done.given_up == 1
    assert Instance.objects.get(pk=graph.sessions[B, "planned"].pk).state == "planned"


def test_doing_it_twice_plans_nothing_more(graph, second, lena):
    remake(second, lena)
    again = remake(second, lena)
    assert (again.runs, again.planned) == ([], 0) and Run.objects.count() == 2
    assert waiting(second) == graph.of(C)


def test_a_remade_session_that_was_given_up_leaves_the_old_one_waiting(graph, second, lena):
    [run] = remake(second, lena).runs
    Instance.objects.filter(run=run).update(state="cancelled")
    assert waiting(second) == graph.of(A, stages=("making", "made", "out", "settled")) | graph.of(C)


def test_sessions_of_two_runs_are_made_again_in_two(graph, second, lena):
    other = a_run(graph.first, serial=2)
    more = instance(other, A, "made", 99)
    done = remake(second, lena)
    assert len(done.runs) == 2 and done.planned == 6
    assert Instance.objects.get(parent=more).run == done.runs[1]


def test_only_those_chosen_are_made_again_and_never_one_that_stands(graph, second, lena):
    chosen = Instance.objects.filter(pk__in=[graph.sessions[A, "made"].pk, graph.sessions[B, "made"].pk])
    done = remaking.remake(instances=chosen, version=second, by=lena)
    assert [one.parent_id for one in done.runs[0].instances.all()] == [graph.sessions[A, "made"].pk]


def test_only_a_lead_and_only_by_a_published_version(graph, second, lena, ana, ben):
    with pytest.raises(Refused):
        remake(second, ana)
    with pytest.raises(Refused):
        read_again(graph, second, ben, [ben])
    draft = open_draft(guideline=second.guideline, by=ana)
    with pytest.raises(Refused, match="published"):
        remake(draft, lena)
    assert Run.objects.count() == 1 and Round.objects.count() == 2


def test_a_client_who_must_not_leave_stops_it_and_nothing_is_planned(graph, second, lena):

    Endpoint.objects.create(name="far", base_url="https://models.example.org/v1")
    specs = {"supervisor": {"endpoint": "far", "model": "m", "sampling": {}}}
    run = Run.objects.create(serial=9, recipe="supervised_dialogue", version=graph.first, model_specs=specs)

    bound = client_profile("bound", may_leave_machine=False)
    Instance.objects.create(
        run=run, recipe="supervised_dialogue", version=graph.first, profile=bound, cell="f" * 64,
        pair_revision=revision_in(graph.first, A),
    )  # fmt: skip
    with pytest.raises(NotPlanned, match="must not be sent"):
        remake(second, lena)
    assert not Run.objects.filter(version=second).exists()


def test_the_lead_makes_exactly_what_the_list_shows_again(graph, second, log_in, lena):
    client = log_in(lena)
    url = reverse("guideline_stale_remake", args=["novice-mistakes"])
    refused = client.post(f"{url}?pair={A}", {"n": "4", "models": "then"}, follow=True)
    assert "the list has changed since" in refused.content.decode() and Run.objects.count() == 1
    done = client.post(f"{url}?pair={A}&stage=settled", {"n": "1", "models": "then"}, follow=True)
    assert "1 session is planned again" in done.content.decode()
    assert set(Instance.objects.replacing().values_list("parent", flat=True)) == graph.of(
        A, stages=("settled",)
    )
    assert str(graph.sessions[A, "settled"].public_id) in stale_page(client, show="again")


def test_a_lead_without_a_terminal_is_told_whom_to_ask_and_the_operator_every_run(
    graph, second, log_in, lena
):
    instance(a_run(graph.first, serial=2), A, "made", 99)
    url = reverse("guideline_stale_remake", args=["novice-mistakes"])
    client = log_in(lena)
    shown = re.search(r'name="n" value="(\d+)"', stale_page(client))[1]
    said = client.post(url, {"n": shown, "models": "then"}, follow=True).content.decode()
    ask = said.index("ask the person who runs this installation")
    made = Run.objects.filter(version=second)
    assert made.count() == 2 and all(said.index(f"resume {run.public_id} --wait") > ask for run in made)
