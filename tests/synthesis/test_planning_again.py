"""Planning the same twice makes nothing new; what changed since plans what depends on it, and nothing else."""

import json

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from guidelines.models import Entry, PairRevision, Version
from synthesis import planning, prompting, steering
from synthesis.identity import digest, text_digest
from synthesis.models import Instance, ModelRole, Run
from tests.factories import approved_translation, client_profile, published_guideline

pytestmark = pytest.mark.django_db

FACTORS = {
    "supervisor": ["untold", "told"],
    "mistakes": ["one", "two", "none"],
    "resistance": ["own", "blaming"],
}
PAIRS = (
    {"key": "forcing", "name": "Forcing change", "shows": "Argues.", "corrections": ["Ask."]},
    {"key": "listening", "name": "Poor listening", "shows": "Interrupts.", "corrections": ["Wait."]},
    {"key": "good", "name": "Good practice", "shows": "Listens.", "corrections": [], "positive": True},
)
SYNTHESIZE = (
    "synthesize",
    "--recipe",
    "supervised_dialogue",
    "--pairs",
    "forcing",
    "--json",
    "--only-missing",
)


@pytest.fixture
def version(settings):
    settings.OPENAI_BASE_URL, settings.OPENAI_MODEL = "http://127.0.0.1:1/v1", "some-model"
    return published_guideline(pairs=PAIRS)


@pytest.fixture
def clients(db):
    return [client_profile(f"client-{i}") for i in range(2)]


def plan(version, **options) -> Run:
    options = {"factors": FACTORS, "only_new": True, "pairs": "all", **options}
    return planning.plan(recipe="supervised_dialogue", version=version, profiles="all", **options)


def nothing_new(version, **options) -> int:
    before = Run.objects.count(), Instance.objects.count()
    with pytest.raises(planning.NothingNew) as answer:
        plan(version, **options)
    assert (Run.objects.count(), Instance.objects.count()) == before
    return answer.value.standing


# One mistake: 3 pairs, two: 2 pairs, none: 1, each with 2 supervisors, 2 resistances, 2 clients.
ALL = (3 + 2 + 1) * 2 * 2 * 2


def test_the_same_grid_again_makes_nothing_new(version, clients):
    run = plan(version)
    assert (run.instances.count(), run.standing) == (ALL, 0)
    assert nothing_new(version) == ALL
    assert nothing_new(version, limit=10, seed=4) == 10
    # Unless that is what is wanted: another run over the same cells makes its own sessions from stored replies.
    assert plan(version, only_new=False).instances.count() == ALL


def test_what_failed_or_was_given_up_is_planned_again_and_what_waits_is_not(version, clients):
    run = plan(version)
    failed, *_rest = run.instances.all()
    Instance.objects.filter(pk=failed.pk).update(state="failed", failure="The endpoint was down.")
    again = plan(version)
    assert [one.cell for one in again.instances.all()] == [failed.cell] and again.standing == ALL - 1
    steering.pause(run=run, by=None)
    assert nothing_new(version) == ALL
    steering.cancel(run=run, by=None)
    assert plan(version).instances.count() == ALL - 1


def test_a_larger_grid_plans_what_is_larger(version, clients):
    plan(version, factors=FACTORS | {"resistance": ["own"]})
    more = plan(version)
    assert (more.instances.count(), more.standing) == (ALL // 2, ALL // 2)
    assert {one.factors["resistance"] for one in more.instances.all()} == {"blaming"}
    client_profile("client-new")
    assert plan(version).instances.count() == ALL // 2


def reworded(*names: str) -> dict[str, str]:
    return {name: text + "One more sentence.\n" for name, text in prompting.shipped(names).items()}


def told(one: Instance) -> bool:
    return one.factors["supervisor"] == "told"


def several(one: Instance) -> bool:
    return one.factors["mistakes"] == "two"


def none(one: Instance) -> bool:
    return one.factors["mistakes"] == "none"


def positive(one: Instance) -> bool:
    return bool(one.pair_revision and one.pair_revision.positive)


@pytest.mark.parametrize(
    ("prompt", "uses_it"),
    [
        ("told", lambda one: told(one) and not none(one)),
        ("told_none", lambda one: told(one) and none(one)),
        ("counsellor", lambda one: not (several(one) or none(one) or positive(one))),
        ("counsellor_well", positive),
        ("counsellor_several", several),
        ("counsellor_free", none),
        ("resistances", lambda one: one.factors["resistance"] != "own"),
        ("client", lambda one: True),
        ("supervisor", lambda one: True),
        ("refine", lambda one: True),
    ],
)
def test_a_changed_prompt_plans_the_sessions_that_are_made_with_it(version, clients, prompt, uses_it):
    before = plan(version)
    wanted = {key(one) for one in before.instances.select_related("pair_revision") if uses_it(one)}
    assert wanted
    after = plan(version, prompts=reworded(prompt))
    assert {key(one) for one in after.instances.all()} == wanted
    assert after.standing == ALL - len(wanted)
    assert {name for name in after.prompts if after.prompts[name] != before.prompts[name]} == {prompt}
    # Both ways of saying it stand now.
    assert nothing_new(version) == nothing_new(version, prompts=reworded(prompt)) == ALL


def key(one: Instance) -> tuple:
    return one.profile_id, one.pair_revision_id, tuple(sorted(one.factors.items())), one.sample


def test_a_prompt_that_no_cell_of_the_grid_uses_plans_nothing(version, clients):
    grid = {"factors": {"supervisor": ["untold"]}, "parameters": {"refinements": "0"}}
    plan(version, **grid)
    unused = ("told", "told_none", "refine", "compare", "language", "resistance", "counsellor_several")
    assert nothing_new(version, prompts=reworded(*unused), **grid) == 6


@pytest.mark.parametrize(
    ("prompts", "said"),
    [
        ({"lecturer": "Speak."}, "no prompt “lecturer”"),
        ({"client": "You are $client_name: $mistake_name."}, "asks for \\$mistake_name"),
        ({"supervise": "$transcript costs 5 $."}, "names no field"),
        ({"client": "  "}, "is empty"),
    ],
)
def test_a_prompt_of_ones_own_asks_for_nothing_that_its_role_is_not_shown(version, clients, prompts, said):
    with pytest.raises(planning.NotPlanned, match=said):
        plan(version, prompts=prompts)
    assert not Run.objects.exists()


def test_the_command_takes_prompts_of_ones_own_from_a_folder(version, clients, tmp_path, capsys):
    (tmp_path / "told.md").write_text(reworded("told")["told"])
    for own in ([], ["--prompts", str(tmp_path)]):
        call_command(*SYNTHESIZE, "--factor", "supervisor=told,untold", *own)
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert (first["planned"], second["planned"], second["standing"]) == (4, 2, 2)
    with pytest.raises(CommandError, match=r"no \.md file"):
        call_command(*SYNTHESIZE, "--prompts", str(tmp_path / "nowhere"))


def test_a_changed_pair_plans_the_sessions_that_are_to_show_it_first_or_beside_another(version, clients):
    before = plan(version)
    later = Version.objects.create(guideline=version.guideline, serial=2)
    changed = version.entries.get(pair_revision__pair__key="listening").pair_revision
    revision = PairRevision.objects.create(
        pair=changed.pair, n=2, name=changed.name, shows="Talks over the client.", corrections=["Wait."],
        digest=digest("listening 2"),
    )  # fmt: skip
    for entry in version.entries.select_related("pair_revision"):
        mine = revision if entry.pair_revision_id == changed.pk else entry.pair_revision
        Entry.objects.create(version=later, position=entry.position, pair_revision=mine)
    Version.objects.filter(pk=later.pk).update(
        state="published", number=2, published_at=timezone.now(), digest=digest("later"), imported=True
    )
    later.refresh_from_db()
    after = plan(later)
    # Alone in a quarter of those with one mistake; with only two mistakes in the guideline, in all that show two.
    assert {tuple(sorted(r.pair.key for r in one.intended())) for one in after.instances.all()} == {
        ("listening",), ("forcing", "listening"),
    }  # fmt: skip
    assert after.instances.count() == (1 + 2) * 8 and after.standing == ALL - 24
    untouched = set(before.instances.values_list("depends", flat=True)) - set(
        after.instances.values_list("depends", flat=True)
    )
    assert len(untouched) == ALL


def test_an_approved_translation_plans_the_sessions_in_that_language(version, clients):
    factors = {"language": ["en", "de", "fr"]}
    plan(version, factors=factors)
    approved_translation(version, "forcing", "de", name="Drängen")
    again = plan(version, factors=factors)
    assert {(o.pair_revision.pair.key, o.factors["language"]) for o in again.instances.all()} == {
        ("forcing", "de")
    }
    assert (again.instances.count(), again.standing) == (2, 3 * 3 * 2 - 2)


def test_another_model_for_a_role_plans_the_sessions_that_need_the_role(version, clients):
    run = plan(version, parameters={"refinements": "0"})
    endpoint = planning.Endpoint.objects.get(name=run.model_specs["refiner"]["endpoint"])
    role = ModelRole.objects.create(role="refiner", endpoint=endpoint, model="another")
    assert nothing_new(version, parameters={"refinements": "0"}) == ALL  # nothing is refined there
    ModelRole.objects.filter(pk=role.pk).update(role="client")
    assert plan(version, parameters={"refinements": "0"}).instances.count() == ALL


def test_the_command_says_what_stands_and_ends_well(version, clients, capsys):
    call_command(*SYNTHESIZE, "--factor", "style=own,hostile", "--factor", "supervisor=told")
    first = json.loads(capsys.readouterr().out)
    assert first["planned"] == 4 and "standing" not in first
    call_command(*SYNTHESIZE, "--factor", "style=own, hostile,plain", "--factor", "supervisor=told")
    more = json.loads(capsys.readouterr().out)
    assert (more["planned"], more["standing"]) == (2, 4)
    call_command(*SYNTHESIZE, "--factor", "style=own", "--factor", "supervisor=told")
    said = capsys.readouterr()
    assert json.loads(said.out) == {"run": None, "planned": 0, "standing": 2}
    assert "All 2 sessions are made already, or planned in another run" in said.err


def test_prompts_are_compared_by_what_they_say(version, clients):
    run = plan(version)
    assert run.prompts["told"] == text_digest(prompting.shipped(["told"])["told"])
