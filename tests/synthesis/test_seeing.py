"""What each agent may see: a unique marker in every field, searched in every request that the server
received.
"""

import pytest

from synthesis.cast import SEES
from synthesis.models import Call
from synthesis.prompting import FOLDER, Hidden, render, shipped
from synthesis.recipes import RECIPES
from tests.factories import client_profile, published_guideline

PAIR_FIELDS = ("harms", "not_a_mistake")
LISTS = ("corrections", "confused_with", "may_co_occur_with", "examples", "references", "tags")


def marked_pair(key: str, **more) -> dict:
    texts = {field: f"mark-{key}-{field}" for field in ("name", "shows", *PAIR_FIELDS)}
    return {"key": key, **texts, **{field: [f"mark-{key}-{field}"] for field in LISTS}, **more}


PAIRS = (marked_pair("meant"), marked_pair("other-one"), marked_pair("well-done", positive=True))
CONTENT = {
    field: f"mark-profile-{field}"
    for field in ("gender", "culture", "history", "intermediate_beliefs", "coping_strategies", "situation",
                  "automatic_thought", "behaviour", "presenting")
}  # fmt: skip
CONTENT |= {"core_beliefs": {"helpless": ["mark-profile-belief"]}, "emotions": ["mark-profile-emotion"]}
# Never shown to anybody: where the record came from, and what it is held to be.
OF_THE_RECORD = {
    "origin": "mark-record-origin",
    "licence": "mark-record-licence",
    "consent": "mark-record-consent",
    "base_case": "mark-record-base",
}


@pytest.fixture
def seen(endpoint, plan, drive):
    """Make one instance and return {role: everything its requests held}, as the server received it."""

    def made(pair: str = "meant", **parameters) -> dict[str, str]:
        server = endpoint(_refuses_once())
        version = published_guideline(pairs=PAIRS)
        client = client_profile("mark-record-key", name="Mark-profile-name", content=CONTENT, **OF_THE_RECORD)
        run = plan(version=version, profiles=[client], pairs=pair, parameters=parameters)
        assert drive(run).made == 1, run.instances.get().failure
        by_seed = dict(Call.objects.values_list("seed", "role"))
        assert {request["seed"] for request in server.requests} == set(by_seed)
        texts: dict[str, str] = {}
        for request in server.requests:
            role = by_seed[request["seed"]]
            texts[role] = texts.get(role, "") + str(request)
        assert set(texts) == set(SEES)
        return texts

    return made


def _refuses_once():
    """A validator that objects to the original, so that the refiner is asked too."""
    asked = 0

    def script(number, body):
        nonlocal asked
        if "stepwise" not in body["response_format"]["json_schema"]["schema"]["properties"]:
            return None
        from tests.fakes.model_server import Reply, json

        asked += 1
        check = {"reason": "Because.", "ok": asked > 1}
        return Reply(json.dumps(dict.fromkeys(("stepwise", "specific", "ethical", "supportive"), check)))

    return script


def marks(text: str) -> set[str]:
    every = {
        f"mark-{pair['key']}-{field}" for pair in PAIRS for field in ("name", "shows", *PAIR_FIELDS, *LISTS)
    }
    every |= {f"mark-profile-{field}" for field in (*CONTENT, "belief", "emotion")}
    every |= {*OF_THE_RECORD.values(), "mark-record-key", "Mark-profile-name"}
    return {mark for mark in every if mark in text}


def catalogue() -> set[str]:
    return {f"mark-{key}-{field}" for key in ("meant", "other-one") for field in ("name", "shows")}


def test_the_counsellor_sees_the_name_and_the_look_of_its_mistake_and_nothing_else(seen):
    assert marks(seen()["counsellor"]) == {"mark-meant-name", "mark-meant-shows"}


def test_the_client_sees_its_own_profile_and_nothing_else(seen):
    found = marks(seen()["client"])
    assert found == {f"mark-profile-{f}" for f in CONTENT if f not in ("core_beliefs", "emotions")} | {
        "mark-profile-belief", "mark-profile-emotion", "Mark-profile-name",
    }  # fmt: skip


def test_the_clients_style_is_passed(seen):
    assert "You say little, answer vaguely" in seen()["client"]


def test_an_untold_supervisor_sees_names_and_looks_of_the_whole_guideline_and_not_what_was_meant(seen):
    texts = seen(supervisor="untold")
    for role in ("supervisor", "refiner"):
        assert marks(texts[role]) == catalogue()
        assert "asked to show" not in texts[role]
        # The intended mistake stands out nowhere: it is mentioned as often as the other one.
        assert texts[role].count("mark-meant-name") == texts[role].count("mark-other-one-name")


def test_a_told_supervisor_also_sees_the_intended_mistake_with_its_corrections(seen):
    texts = seen(supervisor="told")
    for role in ("supervisor", "refiner"):
        assert marks(texts[role]) == catalogue() | {"mark-meant-corrections"}
        assert texts[role].count("mark-meant-name") > texts[role].count("mark-other-one-name")


def test_a_validator_sees_the_session_and_the_feedback_and_no_guideline(seen):
    assert marks(seen(supervisor="told")["validator"]) == set()


def test_in_a_session_of_good_practice_the_counsellor_is_told_to_work_well(seen):
    texts = seen(pair="well-done")
    assert marks(texts["counsellor"]) == {"mark-well-done-name", "mark-well-done-shows"}
    assert "one weakness" not in texts["counsellor"]
    assert marks(texts["supervisor"]) == catalogue()


def test_a_prompt_that_asks_for_more_than_its_role_may_see_cannot_be_rendered():
    with pytest.raises(Hidden, match="counsellor must not see guideline"):
        render("Here: $guideline", role="counsellor", fields={"guideline": "all of it"})


def test_every_shipped_prompt_belongs_to_a_recipe_and_every_recipes_prompt_is_shipped():
    used = {name for recipe in RECIPES.values() for name in recipe.prompts}
    assert used == {path.stem for path in FOLDER.glob("*.md")}
    assert all(shipped(used).values())


@pytest.mark.parametrize("name", ["counsellor", "counsellor_well", "client", "supervisor"])
def test_whoever_speaks_is_told_to_leave_out_method_detail(name):
    text = shipped([name])[name]
    assert "how a person could harm themselves or others" in text
