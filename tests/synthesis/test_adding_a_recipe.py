"""What CONTRIBUTING says of adding a recipe is true: one more entry in the dictionary, and all that asks for recipes
knows it.
"""

import json
from pathlib import Path

import pytest
from django.core.management import call_command
from django.urls import reverse

from accounts.models import Role
from synthesis import quality
from synthesis.models import Run
from synthesis.recipes import RECIPES
from synthesis.replaying import replay
from tests.conftest import person
from tests.factories import client_profile
from tests.synthesis import example_recipe

CONTRIBUTING = Path(__file__).resolve().parents[2] / "CONTRIBUTING.md"


@pytest.fixture
def first_words():
    RECIPES["first_words"] = example_recipe.RECIPE
    yield "first_words"
    del RECIPES["first_words"]


def test_the_example_is_as_short_as_it_is_said_to_be():
    lines = Path(example_recipe.__file__).read_text(encoding="utf-8").splitlines()
    written = [line for line in lines if line.strip() and not line.startswith(("import ", "from ", '"""'))]
    assert len(written) <= 40 and "tests/synthesis/example_recipe.py" in CONTRIBUTING.read_text(
        encoding="utf-8"
    )


def test_a_recipe_that_is_added_is_planned_made_replayed_shown_and_measured(
    first_words, endpoint, log_in, capsys
):
    server = endpoint()
    client_profile()
    words = ["--recipe", first_words, "--factor", "greeting=warm,brief", "--wait", "--json"]
    call_command("synthesize", *words)
    assert json.loads(capsys.readouterr().out)["made"] == 2 == len(server.requests)
    run = Run.objects.get()
    assert [one.why for one in replay(run.instances.all())] == ["", ""]
    assert quality.report(run)["own"]["letters"]["found"]["n"] == 2
    lena = log_in(person("lena@example.org", Role.LEAD))
    one = run.instances.get(factors__greeting="brief")
    page = lena.get(reverse("instance", args=[one.public_id])).content.decode()
    assert (
        "The greeting" in page and "Please sit down." in page and "First words" not in page.split("<h1>")[0]
    )
    for address in (
        reverse("run", args=[run.public_id]),
        reverse("run_quality", args=[run.public_id]),
        reverse("runs"),
    ):
        assert lena.get(address).status_code == 200
    planned = lena.get(reverse("run_plan") + f"?recipe={first_words}").content.decode()
    assert "What a client answers to a greeting." in planned and 'name="greeting"' in planned


def test_what_has_no_screen_is_not_put_before_reviewers_and_it_is_said(
    first_words, endpoint, drive, lena, ben
):
    from review.raters import rater_for
    from review.rounds import CannotMakeRound, make_round
    from synthesis import planning
    from tests.review.factories import published_pairs, published_rubric

    endpoint()
    run = planning.plan(recipe=first_words, profiles=[client_profile()])
    drive(run)
    with pytest.raises(CannotMakeRound, match="no screen for what the recipe 'first_words' makes"):
        make_round(
            name="N", instances=list(run.instances.all()), raters=[rater_for(ben)], by=lena, screen=first_words,
            pairs_version=published_pairs(), rubric_version=published_rubric(),
        )  # fmt: skip


def test_with_a_screen_it_goes_to_reviewers_and_what_they_rate_leaves(
    first_words, endpoint, drive, lena, ben, monkeypatch, settings, tmp_path
):
    from exports import places
    from exports.building import freeze
    from review.label_studio.screens.recipes import SCREENS, Screen
    from review.label_studio.sending import send
    from review.label_studio.syncing import sync_all
    from review.rounds import close_round
    from synthesis import planning
    from tests.fakes.label_studio import FakeLabelStudio
    from tests.review import factories, invented
    from tests.review.studio import desk, submit

    # One entry; a form of its own would be one more XML file beside the others.
    monkeypatch.setitem(
        SCREENS, first_words, Screen(1, {"rated": "technique_session.xml"}, rubric="alliance")
    )
    settings.ARTEFACTS = tmp_path / "artefacts"
    endpoint()
    run = planning.plan(recipe=first_words, profiles=[client_profile()], holds="report")
    drive(run)
    round = factories.round_of(
        1, [ben], lena, instances=list(run.instances.all()), screen=first_words, overlap=1, unaided_share=0,
        rubric_version=invented.rubric("technique_session"),
    )  # fmt: skip
    studio = FakeLabelStudio()
    send(round, studio)
    submit(desk(studio, ben), round.items.get(), ben, invented.says("technique_session"))
    assert sync_all(studio).decided == 1
    dataset = freeze(name="", rounds=[close_round(round=round, by=lena)], by=lena)
    written = places.dataset_folder(dataset) / "rating" / "train.jsonl"
    (row,) = [json.loads(line) for line in written.read_text().splitlines()]
    assert row["recipe"] == first_words and row["ratings"] == {"specific": 1.0, "supportive": 1.0}
    assert row["messages"][-2]["content"] == "Hello, how good that you came."
