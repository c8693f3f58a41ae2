"""Planning is rows first: the whole grid, in one transaction, from published words and known clients."""

from collections import Counter

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.roles import Refused
from guidelines.models import Guideline, Version
from synthesis import planning
from synthesis.faults import NoEndpoint
from synthesis.material import Material
from synthesis.models import Instance, Intended, ModelRole, PromptText, Run, Style
from tests.factories import approved_translation, client_profile, published_guideline

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
        ({"factors": {"weather": ["rain"]}}, "no factor “weather”; it has supervisor, refinements, style"),
        ({"factors": {"style": ["own", "loud"]}}, "style: “loud” is none of own, plain"),
        ({"factors": {"language": ["en", "xx"]}}, "language: there is no “xx”"),
        ({"factors": {"style": []}}, "no level"),
        ({"factors": {"style": "hostile"}}, "no level"),
        ({"factors": {"style": ["own"]}, "parameters": {"style": "plain"}}, "one of the two"),
        ({"factors": {"mistakes": ["one", "three"]}}, "with 3 mistakes .* this version has 2"),
        ({"pairs": "good-practice", "parameters": {"mistakes": "two"}}, "at least one client and one pair"),
        ({"samples": 0}, "at least 1"),
        ({"samples": 10**6}, "At most"),
        ({"concurrency": 0}, "concurrency"),
    ],
)
def test_a_run_that_cannot_be_planned_is_refused_and_stores_nothing(version, clients, options, said):
    with pytest.raises(planning.NotPlanned, match=said):
        plan(version, **options)
    assert not Run.objects.exists() and not Instance.objects.exists()
    if "concurrency" not in options:
        with pytest.raises(planning.NotPlanned, match=said):
            count(version, **options)


def count(version, profiles="all", pairs="all", **options) -> planning.Count:
    return planning.count(
        **{
            "recipe": "supervised_dialogue",
            "version": version,
            "profiles": profiles,
            "pairs": pairs,
            **options,
        }
    )


GRIDS = (
    {},
    {"samples": 3, "factors": {"style": ["own", "hostile"], "supervisor": ["told", "untold"]}},
    {"factors": {"mistakes": ["one", "two", "none"], "resistance": ["own", "blaming"]}},
    {"pairs": "good-practice,forcing-change", "profiles": "client-1,client-3", "parameters": {"mistakes": "two"}},
    {"factors": {"mistakes": ["none"]}, "samples": 2, "limit": 5},
    {"limit": 100, "factors": {"language": ["en", "de", "fa"]}},
)  # fmt: skip


@pytest.mark.parametrize("grid", GRIDS)
def test_a_grid_is_counted_before_it_is_planned_in_two_queries_and_nothing_is_stored(
    version, clients, grid, django_assert_num_queries
):
    with django_assert_num_queries(2):
        counted = count(version, **grid)
    assert not Run.objects.exists()
    assert plan(version, **grid).instances.count() == counted.planned
    assert counted.planned == min(counted.cells, grid.get("limit", counted.cells))


def test_a_grid_that_is_too_large_is_counted_and_refused_before_a_cell_of_it_is_built(version, clients):
    styles = {"style": list(Style.values), "supervisor": ["told", "untold"]}
    for refused in (plan, count):
        with pytest.raises(planning.NotPlanned, match="At most 200,000 are allowed"):
            refused(version, samples=1400, factors=styles)
    assert count(version, samples=1300, factors=styles).cells == 4 * 3 * 1300 * 12


def test_each_instance_holds_the_runs_parameters_and_its_own_levels(version, clients):
    factors = {"style": ["own", "hostile"], "supervisor": ["untold", "told"]}
    run = plan(version, profiles="client-0", pairs="forcing-change", factors=factors)
    assert (run.parameters, run.factors) == ({"refinements": "3"}, factors)
    found = [(i.factors["style"], i.factors["supervisor"]) for i in run.instances.all()]
    assert sorted(found) == [("hostile", "told"), ("hostile", "untold"), ("own", "told"), ("own", "untold")]
    assert {i.factors["refinements"] for i in run.instances.all()} == {"3"}


def test_a_level_that_is_the_default_is_the_cell_that_it_always_was(version, clients):
    plain = plan(version)
    crossed = plan(version, factors={
        "style": ["own", "hostile"], "mistakes": ["one", "none"], "resistance": ["own"], "language": ["en", "de"],
    })  # fmt: skip
    cells = set(crossed.instances.values_list("cell", flat=True))
    assert len(cells) == crossed.instances.count()
    assert set(plain.instances.values_list("cell", flat=True)) < cells


def test_several_mistakes_are_planned_in_order_and_frozen_with_their_session(version, clients):
    run = plan(version, parameters={"mistakes": "two"})
    assert run.instances.count() == 4 * 2 and Intended.objects.count() == 8
    for instance in run.instances.select_related("pair_revision"):
        keys = [revision.pair.key for revision in instance.intended()]
        assert set(keys) == {"forcing-change", "poor-listening"}
        assert keys[0] == instance.pair_revision.pair.key
    row = Intended.objects.first()
    for refused in (
        lambda: Intended.objects.filter(pk=row.pk).update(position=3),
        lambda: Intended.objects.filter(pk=row.pk).delete(),
    ):
        with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
            refused()
    Instance.objects.filter(pk=row.instance_id).update(
        state="making", lease_by="a worker", lease_until=timezone.now()
    )
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        Intended.objects.create(instance=row.instance, pair_revision=row.instance.pair_revision, position=3)


def test_with_no_mistake_one_cell_is_planned_for_each_client_and_sample(version, clients):
    run = plan(version, samples=2, parameters={"mistakes": "none"})
    assert run.instances.count() == 8 and not run.instances.exclude(pair_revision=None).exists()
    assert not Intended.objects.exists()


def test_a_limit_is_even_over_factors_and_clients(version, clients):
    run = plan(version, limit=8, factors={"style": ["own", "hostile"], "mistakes": ["one", "none"]})
    planned = list(run.instances.all())
    for name in ("style", "mistakes"):
        assert set(Counter(one.factors[name] for one in planned).values()) == {4}
    assert set(Counter(one.profile_id for one in planned).values()) == {2}


def test_what_a_session_is_told_in_is_settled_when_its_run_is_planned(version, clients):
    said = approved_translation(version, "forcing-change", "de", name="Drängen")
    run = plan(version, factors={"language": ["en", "de"]})
    approved_translation(version, "forcing-change", "de", name="Zum Ändern drängen")
    run.refresh_from_db()
    assert run.translations == {"de": [said.pk]}
    intended = run.instances.filter(profile=clients[0], pair_revision__pair__key="forcing-change")
    for instance in intended.select_related("profile", "pair_revision__pair"):
        is_german = instance.factors["language"] == "de"
        name = Material(run).cell(instance).intended[0]["name"]
        assert name == ("Drängen" if is_german else "Forcing change")
    # Other words of the same pair are another cell; the source's is what it was.
    later = plan(version, factors={"language": ["en", "de"]})
    changed = {
        (pair, language)
        for pair, language, cell in later.instances.values_list(
            "pair_revision__pair__key", "factors__language", "cell"
        )
        if not run.instances.filter(cell=cell).exists()
    }
    assert changed == {("forcing-change", "de")}


def test_a_draft_is_not_used_for_runs(version, clients):
    draft = Version.objects.create(guideline=Guideline.objects.get(), serial=2)
    with pytest.raises(planning.NotPlanned, match="published"):
        plan(draft, pairs="all")


def test_without_an_endpoint_the_refusal_says_what_to_set(version, clients, settings):
    settings.OPENAI_BASE_URL = ""
    with pytest.raises(NoEndpoint, match="OPENAI_BASE_URL"):
        plan(version)


def test_a_model_whose_name_no_reply_could_be_stored_under_is_refused(version, clients):
    with pytest.raises(NoEndpoint, match="200 characters at most"):
        plan(version, model="m" * 201)


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
