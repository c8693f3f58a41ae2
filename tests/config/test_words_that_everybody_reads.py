"""The foot of every page, the roles on the settings page, and what a demo begins with."""

import pytest
from django.urls import reverse

from config.demo import seeding
from config.pages.settings import roles_in_words
from review.rounds import close_round
from synthesis import cast, choosing, loading, planning
from synthesis.models import Endpoint, ModelRole, Profile, ProfileKind, Run
from synthesis.recipes import RECIPES, ROLES
from tests.review import factories, invented
from tests.synthesis.conftest import drive, endpoint
from tests.synthesis.excerpts_of_sessions import confirmed
from tests.synthesis.replies_to_clients import Writers
from tests.synthesis.replies_to_resistance import Agents

pytestmark = pytest.mark.django_db
__all__ = ["drive", "endpoint"]
SYNTHETIC = "Synthetic sessions. Education under qualified supervision. Not for patients."


def foot(page) -> str:
    assert page.status_code == 200
    return page.content.decode().split("<footer>")[1].split("</footer>")[0]


def test_what_is_made_by_models_is_called_synthetic(lena, log_in):
    made = factories.made_instances(1, factories.published_pairs())[0]
    for address in (reverse("home"), reverse("instance", args=[made.public_id]), reverse("runs")):
        assert foot(log_in(lena).get(address)) == SYNTHETIC


def test_what_real_people_said_is_not(lena, log_in, endpoint, drive):
    excerpt = confirmed(lena)
    endpoint(Agents())
    run = planning.plan(recipe="excerpt_reply", profiles=[excerpt])
    drive(run)
    pages = [reverse("excerpts"), reverse("excerpt", args=[excerpt.public_id]),
             reverse("instance", args=[run.instances.get().public_id]), reverse("run", args=[run.public_id])]  # fmt: skip
    for address in pages:
        said = foot(log_in(lena).get(address))
        assert "Synthetic" not in said and "From real sessions" in said and "Not for patients" in said, (
            address
        )


def test_a_reader_of_a_real_excerpt_is_told_so_where_her_work_is_shown(lena, ben, log_in):
    profile = confirmed(lena)
    round = invented.round_of("resistance_reply", 1, [ben], lena, overlap=1)
    item = round.items.get()
    made = factories.made_instances(
        1, round.pairs_version, recipe="excerpt_reply", content=invented.content("resistance_reply"), profiles=[profile]
    )  # fmt: skip
    other = factories.round_of(
        1, [ben], lena, instances=made, screen="excerpt_reply", overlap=1, pairs_version=round.pairs_version,
        rubric_version=round.rubric_version,
    )  # fmt: skip
    for one, words in ((item, "Synthetic"), (other.items.get(), "From real sessions")):
        factories.judge(one, ben, invented.says("resistance_reply"))
        close_round(round=one.round, by=lena)
        assert words in foot(log_in(lena).get(reverse("round", args=[one.round.public_id])))
        assert words in foot(log_in(ben).get(reverse("desk_mine_item", args=[one.public_id])))


# Settings.


def test_every_role_is_offered_once_and_in_words():
    usual, *groups = roles_in_words()
    offered = [usual[0], *(role for _title, roles in groups for role, _words in roles)]
    assert sorted(offered) == sorted(ROLES)
    words = [str(usual[1]), *(str(said) for _title, roles in groups for _role, said in roles)]
    assert len(set(words)) == len(words) and "every role that has no model of its own" in words
    assert "judge 1 of replies" in words and "judge-1" not in words
    assert {"Technique session", "Judged reply"} <= {str(title) for title, _roles in groups}


def test_the_settings_page_calls_a_role_by_its_words(lena, log_in, settings):
    made = Endpoint.objects.create(name="ours", base_url="http://127.0.0.1:9/v1")
    for role in ("default", "judge-1"):
        ModelRole.objects.create(role=role, endpoint=made, model="small")
    page = log_in(lena).get(reverse("settings")).content.decode()
    assert (
        "<td>every role that has no model of its own</td>" in page and "<td>judge 1 of replies</td>" in page
    )
    assert '<option value="judge-1">judge 1 of replies</option>' in page
    sent = {"role": "judge-1", "endpoint": made.pk, "model": "large", "temperature": "0"}
    assert log_in(lena).post(reverse("model_role_save"), sent).status_code == 302
    assert cast.specs(["judge-1"])["judge-1"]["model"] == "large"


# A demo.


def test_a_demo_has_something_to_start_from_for_every_recipe_but_real_excerpts(endpoint, drive, lena, log_in):
    for name in seeding.PROFILES:
        loading.load(name)
    kinds = {recipe.profile_kind for recipe in RECIPES.values()} - {ProfileKind.EXCERPT}
    assert kinds == set(Profile.objects.values_list("kind", flat=True))
    endpoint(Writers())
    leads = log_in(lena)
    form = leads.get(reverse("run_plan"), {"recipe": "reply_preference"}).context["form"]
    given = {name: form[name].value() for name in form.fields}
    sent = {name: value for name, value in given.items() if value is not None}
    sent |= {"recipe": "reply_preference", "limit": 2}
    planned = leads.post(reverse("run_plan"), sent | {"act": "plan"})
    assert planned.status_code == 302, planned.context["form"].errors
    run = Run.objects.get()
    drive(run)
    assert set(run.instances.values_list("state", flat=True)) == {"made"} and run.instances.count() == 2
    for kind in kinds:
        assert choosing.chosen_profiles(kind=kind)
