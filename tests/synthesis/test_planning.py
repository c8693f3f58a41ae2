"""Planning is rows first: the whole grid, in one transaction, from published words and known clients."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.roles import Refused
from guidelines.models import Guideline, Version
from synthesis import planning
from synthesis.faults import NoEndpoint
from synthesis.models import Instance, ModelRole, PromptText, Run
from tests.factories import client_profile, published_guideline

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(settings):
    settings.OPENAI_BASE_URL, settings.OPENAI_MODEL = "http://127.0.0.1:1/v1", "some-model"
    return published_guideline()


@pytest.fixture
def clients(db):
    return [client_profile(f"client-{i}") for i in range(4)]


def plan(version, profiles="all", pairs="all", **options) -> Run:
    options = {"recipe": "supervised_dialogue", "samples": 1, **options}
    return planning.plan(version=version, profiles=profiles, pairs=pairs, **options)


def test_a_run_is_profiles_times_pairs_times_samples(version, clients):
    run = plan(version, samples=2)
    assert run.instances.count() == 4 * 3 * 2
    assert set(run.instances.values_list("state", flat=True)) == {"planned"}
    assert len(set(run.instances.values_list("cell", flat=True))) == 24
    assert len(set(run.instances.values_list("public_id", flat=True))) == 24


def test_planning_costs_the_same_queries_for_any_number_of_cells(version, clients):
    def queries(**options):
        with CaptureQueriesContext(connection) as captured:
            plan(version, **options)
        return len(captured)

    queries()
    # SQLite takes at most so many values at once: bulk_create cuts by size, which may add a few statements.
    assert queries(samples=20) <= queries(samples=1) + 15


def test_a_limit_is_a_seeded_sample_that_spreads_over_clients(version, clients):
    def drawn(seed):
        return [(i.profile_id, i.pair_revision_id) for i in plan(version, limit=4, seed=seed).instances.all()]

    assert len({profile for profile, _ in drawn(1)}) == 4
    assert drawn(1) == drawn(1)
    assert len({tuple(drawn(seed)) for seed in range(6)}) > 1


def test_prompts_are_stored_by_digest_once_and_named_by_the_run(version, clients):
    first, second = plan(version, limit=1), plan(version, limit=1)
    assert first.prompts == second.prompts
    assert PromptText.objects.count() == len(set(first.prompts.values()))


def test_the_models_of_a_run_are_fixed_when_it_is_planned(version, clients, settings):
    run = plan(version, limit=1)
    settings.OPENAI_MODEL = "another"
    run.refresh_from_db()
    assert {spec["model"] for spec in run.model_specs.values()} == {"some-model"}
    assert {spec["endpoint"] for spec in run.model_specs.values()} == {"environment"}


def test_a_roles_own_row_comes_before_the_default_and_a_named_model_before_both(version, clients):
    run = plan(version, limit=1)
    endpoint = planning.Endpoint.objects.get(name=run.model_specs["client"]["endpoint"])
    ModelRole.objects.create(role="default", endpoint=endpoint, model="big")
    ModelRole.objects.create(role="client", endpoint=endpoint, model="small", sampling={"temperature": 1.0})
    specs = plan(version, limit=1).model_specs
    assert (specs["client"]["model"], specs["client"]["sampling"]) == ("small", {"temperature": 1.0})
    assert specs["supervisor"]["model"] == "big"
    assert {s["model"] for s in plan(version, limit=1, model="one").model_specs.values()} == {"one"}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"recipe": "none"}, "no recipe"),
        ({"profiles": "nobody"}, "no client profile “nobody”"),
        ({"pairs": "nothing"}, "“nothing” is not in this version"),
        ({"parameters": {"colour": "red"}}, "no parameter “colour”"),
        ({"parameters": {"supervisor": "half"}}, "none of untold, told"),
        ({"samples": 0}, "at least 1"),
        ({"samples": 10**6}, "at most"),
        ({"concurrency": 0}, "concurrency"),
    ],
)
def test_a_run_that_cannot_be_planned_is_refused_and_stores_nothing(version, clients, options, said):
    with pytest.raises(planning.NotPlanned, match=said):
        plan(version, **options)
    assert not Run.objects.exists() and not Instance.objects.exists()


def test_a_draft_is_not_used_for_runs(version, clients):
    draft = Version.objects.create(guideline=Guideline.objects.get(), serial=2)
    with pytest.raises(planning.NotPlanned, match="published"):
        plan(draft, pairs="all")


def test_without_an_endpoint_the_refusal_says_what_to_set(version, clients, settings):
    settings.OPENAI_BASE_URL = ""
    with pytest.raises(NoEndpoint, match="OPENAI_BASE_URL"):
        plan(version)


def test_a_profile_that_must_stay_here_is_not_sent_elsewhere(version, settings):
    client_profile("here", may_leave_machine=False)
    assert plan(version, profiles="here").instances.exists()
    settings.OPENAI_BASE_URL = "https://models.example.org/v1"
    with pytest.raises(planning.NotPlanned, match="“here” must not be sent"):
        plan(version, profiles="here")


def test_only_a_lead_plans(version, clients, lena, eve, ana):
    assert plan(version, limit=1, by=lena).planned_by == lena
    for person in (eve, ana):
        with pytest.raises(Refused):
            plan(version, limit=1, by=person)
