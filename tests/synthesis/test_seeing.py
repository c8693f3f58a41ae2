"""What each agent may see: a unique marker in every field, searched in every request that the server
received.
"""

import re

import pytest

from synthesis.factors import LANGUAGES, MISTAKES, RESISTANCE, STYLES
from synthesis.models import Call, Instance
from synthesis.prompting import FOLDER, Hidden, render, shipped
from synthesis.recipes import RECIPES
from tests.factories import approved_translation, client_profile, published_guideline

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
OF_THE_CLIENT = {f"mark-profile-{field}" for field in CONTENT if field not in ("core_beliefs", "emotions")}
OF_THE_CLIENT |= {"mark-profile-belief", "mark-profile-emotion", "Mark-profile-name"}
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

    def made(pair: str = "meant", *, pairs=PAIRS, translated=(), **parameters) -> dict[str, str]:
        server = endpoint(_refuses_once())
        version = published_guideline(pairs=pairs)
        for key in translated:
            said = {"name": f"said-{key}-name", "shows": f"said-{key}-shows"}
            approved_translation(version, key, "de", **said, corrections=[f"said-{key}-corrections"])
        client = client_profile("mark-record-key", name="Mark-profile-name", content=CONTENT, **OF_THE_RECORD)
        run = plan(version=version, profiles=[client], pairs=pair, parameters=parameters)
        assert drive(run).made == 1, run.instances.get().failure
        by_seed = dict(Call.objects.values_list("seed", "role"))
        assert {request["seed"] for request in server.requests} == set(by_seed)
        texts: dict[str, str] = {}
        for request in server.requests:
            role = by_seed[request["seed"]]
            texts[role] = texts.get(role, "") + str(request)
        assert set(texts) == set(run.model_specs)
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
        f"mark-{pair['key']}-{field}" for pair in MORE for field in ("name", "shows", *PAIR_FIELDS, *LISTS)
    }
    every |= {f"mark-profile-{field}" for field in (*CONTENT, "belief", "emotion")}
    every |= {*OF_THE_RECORD.values(), "mark-record-key", "Mark-profile-name"}
    return {mark for mark in every if mark in text}


def catalogue() -> set[str]:
    return {f"mark-{key}-{field}" for key in ("meant", "other-one") for field in ("name", "shows")}


def test_the_counsellor_sees_the_name_and_the_look_of_its_mistake_and_nothing_else(seen):
    assert marks(seen()["counsellor"]) == {"mark-meant-name", "mark-meant-shows"}


def test_the_client_sees_its_own_profile_and_nothing_else(seen):
    assert marks(seen()["client"]) == OF_THE_CLIENT


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


NOT_THE_CLIENT = ("counsellor", "supervisor", "refiner", "validator")


def words_of(prompt: str, level: str) -> str:
    lines = dict(line.split(": ", 1) for line in shipped([prompt])[prompt].splitlines())
    return re.split("[.,']", lines[level])[0]


@pytest.mark.parametrize(("name", "prompt", "level"), [
    ("style", "styles", "hostile"), ("style", "styles", "tangential"), ("resistance", "resistances", "none"),
    ("resistance", "resistances", "minimum-talk"), ("resistance", "resistances", "unwillingness-to-change"),
])  # fmt: skip
def test_how_the_client_is_to_be_is_told_the_client_alone(seen, name, prompt, level):
    texts = seen(**{name: level})
    assert words_of(prompt, level) in texts["client"]
    for role in NOT_THE_CLIENT:
        assert words_of(prompt, level) not in texts[role]
        assert level == "none" or level not in texts[role]
    assert marks(texts["client"]) == OF_THE_CLIENT


def test_a_style_of_the_run_takes_the_place_of_the_clients_own(seen):
    client = seen(style="verbose")["client"]
    assert words_of("styles", "verbose") in client and words_of("styles", "guarded") not in client


def test_of_a_clients_own_resistance_nobody_says_a_word(seen):
    texts = seen(resistance="own")
    how = shipped(["resistance"])["resistance"].split(":")[0]
    assert not any(how in text for text in texts.values())


MORE = (*PAIRS, marked_pair("third"), marked_pair("fourth"))


@pytest.mark.parametrize(("level", "n"), [("two", 2), ("three", 3)])
@pytest.mark.parametrize("supervisor", ["untold", "told"])
def test_several_mistakes_are_told_the_counsellor_and_stand_out_for_nobody_else(seen, level, n, supervisor):
    texts = seen(pairs=MORE, mistakes=level, supervisor=supervisor)
    keys = [one.pair.key for one in Instance.objects.get().intended()]
    assert len(keys) == n and keys[0] == "meant" and "well-done" not in keys
    assert marks(texts["counsellor"]) == {
        f"mark-{key}-{field}" for key in keys for field in ("name", "shows")
    }
    assert marks(texts["client"]) == OF_THE_CLIENT
    assert marks(texts["validator"]) == set()
    everything = {f"mark-{p['key']}-{f}" for p in MORE if "positive" not in p for f in ("name", "shows")}
    for role in ("supervisor", "refiner"):
        told = {f"mark-{key}-corrections" for key in keys} if supervisor == "told" else set()
        assert marks(texts[role]) == everything | told
        names = {p["key"]: texts[role].count(f"mark-{p['key']}-name") for p in MORE if "positive" not in p}
        often = {key for key in names if names[key] > min(names.values())}
        assert often == (set(keys) if supervisor == "told" else set())


def test_with_no_mistake_intended_the_counsellor_is_told_of_none(seen):
    texts = seen(mistakes="none")
    assert marks(texts["counsellor"]) == set() and "simply works well" in texts["counsellor"]
    assert marks(texts["supervisor"]) == catalogue() and "asked to" not in texts["supervisor"]
    assert Instance.objects.get().pair_revision is None


def test_a_supervisor_who_is_told_hears_that_nothing_was_intended(seen):
    texts = seen(mistakes="none", supervisor="told")
    assert "asked to work well and to show no mistake" in texts["supervisor"]
    assert marks(texts["supervisor"]) == catalogue()


def test_whoever_writes_what_is_read_is_told_the_sessions_language_in_the_guidelines_words(seen):
    texts = seen(language="de", translated=["meant"], supervisor="told")
    told = "This session is held in German"
    assert all(told in texts[role] for role in ("counsellor", "client", "supervisor", "refiner"))
    # The validator's reasons go to the refiner and to nobody who reads the session.
    assert told not in texts["validator"]
    assert "said-meant-shows" in texts["counsellor"] and "mark-meant" not in texts["counsellor"]
    for role in ("supervisor", "refiner"):
        # The translation where there is one, otherwise the source.
        assert all(f"said-meant-{field}" in texts[role] for field in ("name", "shows", "corrections"))
        assert marks(texts[role]) == {"mark-other-one-name", "mark-other-one-shows"}
    assert marks(texts["client"]) == OF_THE_CLIENT
    assert "said-" not in texts["client"] and "said-" not in texts["validator"]


def test_in_the_guidelines_own_language_no_language_is_mentioned(seen):
    texts = seen(language="en")
    assert not any("This session is held in" in text for text in texts.values())


def test_every_level_of_every_factor_has_its_words():
    styles, resistances = shipped(["styles", "resistances"]).values()
    assert {line.split(": ")[0] for line in styles.splitlines()} == {*STYLES} - {"own"}
    assert [line.split(": ")[0] for line in resistances.splitlines()] == [*RESISTANCE][1:]
    assert len(RESISTANCE) == 1 + 1 + 13
    assert (MISTAKES[0], LANGUAGES[0], STYLES[0], RESISTANCE[0]) == ("one", "en", "own", "own")


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
    used = {name for recipe in RECIPES.values() for name in (*recipe.prompts, *recipe.more_prompts)}
    assert used == {path.stem for path in FOLDER.glob("*.md")}
    assert all(shipped(used).values())


@pytest.mark.parametrize("name", [
    "counsellor", "counsellor_well", "counsellor_several", "counsellor_free", "client", "supervisor"
])  # fmt: skip
def test_whoever_speaks_is_told_to_leave_out_method_detail(name):
    text = shipped([name])[name]
    assert "how a person could harm themselves or others" in text
