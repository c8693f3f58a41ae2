"""A recipe says by itself all that planning, pages and reports ask of it: checked for every recipe there is."""

import itertools

import pytest
from django.urls import reverse

from accounts.models import Role
from review.label_studio.screens.recipes import SCREENS
from synthesis import choice_words, counting, loading, planning
from synthesis.choosing import NotPlanned
from synthesis.models import Instance, Profile, ProfileKind
from synthesis.prompting import shipped
from synthesis.recipes import RECIPES, ROLES
from tests.conftest import person
from tests.factories import client_profile, published_guideline
from tests.synthesis.sessions_of_techniques import Agents, intake

EVERY = sorted(RECIPES)


def ways(recipe, most=200):
    """Each level once with every level of the recipe's arm, and many ways of crossing them."""
    names = list(recipe.levels)
    crossed = itertools.product(*(recipe.levels[name][:3] for name in names))
    yield from (dict(zip(names, one, strict=True)) for one in itertools.islice(crossed, most))
    for name in names:
        for level in recipe.levels[name]:
            yield {other: levels[0] for other, levels in recipe.levels.items()} | {name: level}


@pytest.mark.parametrize("name", EVERY)
def test_what_a_cell_uses_is_declared(name):
    recipe = RECIPES[name]
    for levels in ways(recipe):
        used = recipe.uses(levels, False)
        assert used.prompts <= {*recipe.prompts, *recipe.more_prompts}
        assert used.roles <= set(recipe.sees) & set(ROLES)
        least, most = recipe.calls(levels)
        assert 0 < least <= most
    assert set(recipe.sampling) == set(recipe.sees)


@pytest.mark.parametrize("name", EVERY)
def test_a_recipe_has_its_words_its_kind_of_profile_and_its_screen(name):
    recipe = RECIPES[name]
    assert recipe.profile_kind in ProfileKind.values
    assert choice_words.recipe(name) and choice_words.about(name)
    assert name in SCREENS, "what it makes cannot be put before reviewers"
    for role in recipe.sees:
        assert choice_words.ROLES[role]
    for setting, levels in recipe.levels.items():
        assert setting in choice_words.SETTINGS
        assert len({choice_words.choice(setting, level) for level in levels}) == len(levels)


@pytest.mark.parametrize("name", EVERY)
def test_a_prompt_asks_for_nothing_that_nobody_may_see(name):
    from string import Template

    recipe = RECIPES[name]
    anybody = frozenset().union(*recipe.sees.values()) | {"schema"}
    for text in shipped((*recipe.prompts, *recipe.more_prompts)).values():
        assert set(Template(text).get_identifiers()) <= anybody


def test_two_recipes_that_share_a_setting_share_its_words():
    for one, other in itertools.combinations(RECIPES.values(), 2):
        assert not set(one.words) & set(other.words) or all(
            one.words[name] == other.words[name] for name in set(one.words) & set(other.words)
        )


@pytest.mark.django_db
def test_a_recipe_that_plays_no_mistakes_takes_no_guideline_and_no_pairs(settings):
    settings.OPENAI_BASE_URL, settings.OPENAI_MODEL = "http://127.0.0.1:9/v1", "nobody"
    intake()
    with pytest.raises(NotPlanned, match="plays no mistakes: it takes no guideline"):
        planning.plan(recipe="technique_session", version=published_guideline())
    with pytest.raises(NotPlanned, match="plays no mistakes"):
        planning.plan(recipe="technique_session", pairs="forcing-change")
    with pytest.raises(NotPlanned, match="choose a published version"):
        planning.plan(recipe="supervised_dialogue", profiles=[client_profile()])
    assert not Instance.objects.exists()
    run = planning.plan(recipe="technique_session")
    one = run.instances.get()
    assert (run.version, one.version, one.pair_revision) == (None, None, None)


@pytest.mark.django_db
def test_a_recipe_starts_from_profiles_of_its_own_kind():
    form, client = intake(), client_profile()
    with pytest.raises(NotPlanned, match="“Joana” is of the kind “cognitive conceptualisation”"):
        planning.count(recipe="technique_session", profiles=[client])
    with pytest.raises(NotPlanned, match="There is no profile “joana” of the kind “intake form”"):
        planning.count(recipe="technique_session", profiles="joana")
    with pytest.raises(NotPlanned, match="There is no client profile “renske”"):
        planning.count(recipe="supervised_dialogue", version=published_guideline(), profiles="renske")
    found = planning.count(recipe="technique_session", factors={"agents": ["all", "single"]}, samples=3)
    assert (found.cells, found.profiles, found.pairs) == (6, 1, 0)
    assert form.kind == "intake"


@pytest.mark.django_db
def test_without_any_profile_of_the_kind_it_says_how_to_load_some(settings):
    settings.OPENAI_BASE_URL, settings.OPENAI_MODEL = "http://127.0.0.1:9/v1", "nobody"
    client_profile()
    with pytest.raises(NotPlanned, match="load_profiles shipped-intakes"):
        planning.plan(recipe="technique_session")


@pytest.mark.django_db
def test_what_it_costs_is_told_before_anything_is_stored_by_what_the_recipe_says(settings):
    settings.OPENAI_BASE_URL, settings.OPENAI_MODEL = "http://127.0.0.1:9/v1", "nobody"
    intake()
    told = counting.counted(
        recipe="technique_session", concurrency=8, parameters={"exchanges": "20"},
        factors={"agents": ["all", "single"]},
    )  # fmt: skip
    # Alone and gone at once, to all of them for 42 messages; two sessions.
    assert (told.sessions, told.calls.low, told.calls.high) == (2, 2 * 3, 2 * 156)
    assert told.tokens is None and told.unknown
    assert {one.role for one in told.roles} == {*RECIPES["technique_session"].roles, "counsellor"}


@pytest.mark.django_db
def test_six_intake_forms_are_shipped_and_read_as_forms(log_in):
    assert len(loading.load("shipped-intakes").new) == 6
    assert loading.load("shipped-intakes").unchanged == 6
    assert set(Profile.objects.values_list("kind", "tier")) == {("intake", "none")}
    lena = person("lena@example.org", Role.LEAD)
    ilse = Profile.objects.get(key="ilse-after-the-move")
    page = log_in(lena).get(reverse("profile", args=[ilse.public_id])).content.decode()
    assert "Presenting problem" in page and "Why counselling now" in page and "Everyday life" in page


def test_the_plan_page_asks_what_this_recipe_needs(endpoint, log_in):
    endpoint(Agents())
    published_guideline()
    form, client = intake(), client_profile()
    lena = log_in(person("lena@example.org", Role.LEAD))
    page = lena.get(reverse("run_plan") + "?recipe=technique_session").content.decode()
    assert str(form.public_id) in page and str(client.public_id) not in page
    assert 'name="agents"' in page and "without the planner" in page and 'name="version"' not in page
    sent = {
        "recipe": "technique_session",
        "samples": 1,
        "agents": ["all", "single"],
        "exchanges": "4",
        "act": "plan",
    }
    answer = lena.post(reverse("run_plan"), sent, follow=True)
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "Technique session" in page and "Intended mistake" not in page and "How it is made" in page
    made = Instance.objects.filter(recipe="technique_session")
    assert {one.factors["agents"] for one in made} == {"all", "single"}
    other = lena.get(reverse("run_plan")).content.decode()
    assert 'name="version"' in other and str(client.public_id) in other and str(form.public_id) not in other


def test_a_lead_reads_the_plan_what_was_suggested_and_how_it_ended(endpoint, drive, log_in):
    endpoint(Agents(goes_on=1, ends="leave"))
    run = planning.plan(recipe="technique_session", profiles=[intake()], parameters={"exchanges": "12"})
    drive(run)
    lena = log_in(person("lena@example.org", Role.LEAD))
    page = lena.get(reverse("instance", args=[run.instances.get().public_id])).content.decode()
    assert "The plan" in page and "She checks so as not to worry." in page
    assert "Behind this turn: five suggestions; chosen: reflecting, questioning" in page
    assert "She is not heard yet." in page and "✓ Reflecting:" in page
    assert "The client did not want to go on, after 2 of at most 12 exchanges." in page
    assert "before there was any work" in page, "why it is held back"
    assert "What the supervisor agent said" not in page and "How the feedback came about" not in page
    assert "reflection 2" in page and "select 2" in page and "Beside the turns" in page
    for name in ("run", "run_quality"):
        assert lena.get(reverse(name, args=[run.public_id])).status_code == 200
    assert lena.get(reverse("runs")).status_code == 200
    assert lena.get(reverse("runs_compare") + f"?a={run.public_id}&b={run.public_id}").status_code == 200


def test_a_lead_reads_on_the_run_why_sessions_failed(endpoint, drive, log_in):
    endpoint(
        Agents(
            plan=lambda body: {"understanding": "U.", "technique": "hypnosis", "steps": ["A.", "B.", "C."]}
        )
    )
    run = planning.plan(recipe="technique_session", profiles=[intake()], parameters={"exchanges": "4"})
    drive(run)
    lena = log_in(person("lena@example.org", Role.LEAD))
    page = lena.get(reverse("run", args=[run.public_id])).content.decode()
    assert "“hypnosis” is none of the techniques offered" in page and "Why sessions failed" in page
    page = lena.get(reverse("instance", args=[run.instances.get().public_id])).content.decode()
    assert "It failed:" in page and "“hypnosis” is none of the techniques offered" in page
