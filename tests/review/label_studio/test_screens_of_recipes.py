"""One screen for each recipe: what it asks, and that what was asked before can still be read."""

from pathlib import Path

import pytest

from guidelines.loading import SHIPPED, read
from review.label_studio.client import config_hash
from review.label_studio.screens.build import UnfitForScreen, build, controls, misfit, task_data
from review.label_studio.screens.controls import fields_of
from review.label_studio.screens.recipes import SCREENS
from review.label_studio.sending import send
from review.label_studio.syncing import sync_all
from review.models import Decision, Reading, SeatProject
from tests.fakes.label_studio import FakeLabelStudio
from tests.review import factories
from tests.review.studio import desk, result_of

from .sample import DIALOGUE, DIMENSIONS, PAIRS

FIRST_VERSION, SECOND_VERSION = (
    (Path(__file__).parent / f"supervised_dialogue.{n}.aided.xml").read_text(encoding="utf-8").strip()
    for n in (1, 2)
)
COMPARED = [{**dimension, "scale": "pairwise", "levels": []} for dimension in DIMENSIONS]
OWN_READING = {"any_mistake", "mistake", "severity", "note", "believable", "unsafe", "comment"}
AIDED = OWN_READING | {"own_reading", "verdict", "edited_feedback", "reject_reasons", "rationale"}
RESISTANCE = {"evidence", "note", "rationale", "own_reading", "exemplar_verdict", "edited_exemplar", "better_reply",
              "unsafe", "comment"}  # fmt: skip
# By recipe and version. Whoever changes one of these raises the version beside it.
ASKED = {
    ("supervised_dialogue", 3): {"aided": AIDED, "unaided": OWN_READING},
    ("technique_session", 1): {"rated": {"evidence", "note", "rationale", "unsafe", "comment"}},
    ("reply_preference", 1): {"pair": {"preferred", "unsafe_texts", "rationale", "unsafe", "comment"}},
    ("judged_reply", 2): {
        "rated": {"evidence", "note", "rationale", "better_reply", "unsafe", "comment"},
        "revised": {"evidence", "note", "own_reading", "verdict", "edited_feedback", "reject_reasons", "rationale",
                    "unsafe", "comment"},
    },
    ("resistance_reply", 2): {"rated": RESISTANCE},
    ("excerpt_reply", 2): {"rated": RESISTANCE},
}  # fmt: skip


def of(recipe):
    return {
        "recipe": recipe,
        "pairs": PAIRS,
        "dimensions": COMPARED if recipe == "reply_preference" else DIMENSIONS,
    }


@pytest.mark.parametrize("recipe", SCREENS)
def test_what_a_screen_asks_changes_only_with_its_version(recipe):
    screen = SCREENS[recipe]
    forms = ASKED[recipe, screen.version]
    assert set(screen.forms) == set(forms)
    for form, asked in forms.items():
        rated = set() if form == "unaided" else {f"rating_{dimension['key']}" for dimension in DIMENSIONS}
        assert set(controls(form, **of(recipe))) == asked | rated


@pytest.mark.parametrize("recipe", SCREENS)
def test_every_mark_can_have_a_note_and_the_reasons_are_free_text(recipe):
    known = controls(SCREENS[recipe].usual, **of(recipe))
    assert known["rationale"].values is None and not known["rationale"].per_mark
    if any(control.marks for control in known.values()):
        assert known["note"].per_mark and known["note"].values is None


def test_a_grid_shows_what_each_level_stands_for():
    config = build("rated", **of("judged_reply"))
    for dimension in DIMENSIONS:
        assert f'value="{dimension["definition"]}"' in config
    assert config.count("Level 3: &quot;so &amp; so&quot;") == 2 * len(DIMENSIONS), (
        "as a hint, and in plain sight"
    )


def test_a_comparison_without_levels_of_its_own_offers_a_tie():
    known = controls("pair", **of("reply_preference"))
    assert known["rating_clear"].values == ("first", "no difference", "second")
    assert known["preferred"].values == ("first", "tie", "second")
    five = [{"value": word, "anchor": word} for word in ("much", "more", "same", "less", "little")]
    known = controls("pair", **of("reply_preference") | {"dimensions": [{**COMPARED[0], "levels": five}]})
    assert known["rating_objective"].values == ("much", "more", "same", "less", "little")


@pytest.mark.parametrize(
    ("recipe", "dimension", "reason"),
    [
        ("reply_preference", DIMENSIONS[0], "rates one text; these sessions show two"),
        ("reply_preference", {**COMPARED[0], "levels": DIMENSIONS[0]["levels"][:2]}, "no level in the middle"),
        ("judged_reply", COMPARED[0], "compares two texts; these sessions show one"),
        ("judged_reply", {**DIMENSIONS[0], "definition": "$reply"}, "dollar sign"),
        ("judged_reply", {**DIMENSIONS[0], "levels": [{"value": "x" * n, "anchor": ""} for n in (1, 61)]}, "too long"),
        ("puppetry", DIMENSIONS[0], "no screen for"),
    ],
)  # fmt: skip
def test_a_rubric_that_a_screen_cannot_ask_is_refused_with_the_reason(recipe, dimension, reason):
    form = SCREENS[recipe].usual if recipe in SCREENS else "rated"
    with pytest.raises(UnfitForScreen, match=reason):
        build(form, pairs=PAIRS, dimensions=[dimension], recipe=recipe)
    assert reason.split("; ")[0] in misfit([dimension], [recipe])


def test_a_rubric_fits_where_one_of_the_recipes_can_be_judged_by_it():
    assert misfit(COMPARED, ["supervised_dialogue"]) and not misfit(
        COMPARED, ["supervised_dialogue", "reply_preference"]
    )


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_shipped_rubric_has_a_screen_that_can_ask_it(path):
    content = read(path)
    if content.kind == "rubric":
        assert not misfit([{"key": entry.key, **entry.texts} for entry in content.entries], SCREENS)


@pytest.mark.parametrize("bilingual", [False, True])
@pytest.mark.parametrize("recipe", SCREENS)
def test_the_same_round_always_gives_the_same_screen_and_names_no_recipe(recipe, bilingual):
    form = SCREENS[recipe].usual
    config = build(form, **of(recipe), bilingual=bilingual)
    assert config == build(form, **of(recipe), bilingual=bilingual)
    assert recipe not in config and ("In translation" in config) == (
        bilingual and recipe != "technique_session"
    )


def test_a_turn_shows_its_translation_beneath_and_a_task_holds_what_its_screen_shows():
    turns = [DIALOGUE[0] | {"translation": "Schön, Sie wiederzusehen.", "id": 1}]
    data = task_data(external_id="r", content_hash="h", dialogue=turns, feedback="F", reply=None)
    assert data["dialogue"][0]["text"] == f"{DIALOGUE[0]['text']}\nSchön, Sie wiederzusehen."
    assert set(data) == {"external_id", "content_hash", "dialogue", "feedback"}
    assert fields_of(FIRST_VERSION) == set(data)


def without_the_gate(result):
    return [one for one in result if one["from_name"] != "own_reading"]


def test_an_open_round_that_was_made_with_the_first_screen_is_read_on(ben, lena):
    round, fake = factories.round_of(2, [ben], lena, overlap=1, unaided_share=0), FakeLabelStudio()
    SeatProject.objects.update(config=FIRST_VERSION, config_hash=config_hash(FIRST_VERSION))
    send(round, fake)
    for reading, noted in zip(Reading.objects.order_by("pk"), (False, True), strict=True):
        task = fake.tasks[reading.task_id]
        said = factories.says(rationale="A question that the first screen did not have." if noted else "")
        result = result_of(reading.item, said, task["data"]["dialogue"])
        desk(fake, ben).submit(task["id"], without_the_gate(result), 5.0)
    assert sync_all(fake).decided == 1
    judged = Decision.objects.get()
    assert (judged.verdict, judged.rationale) == ("accept", "")
    other = Reading.objects.exclude(pk=judged.reading_id).get()
    assert other.raw_annotations.get().uncounted == "Unknown control 'rationale'."


def test_a_round_from_before_the_draft_waited_for_her_own_reading_is_read_on(ben, lena):
    round, fake = factories.round_of(2, [ben], lena, overlap=1, unaided_share=0), FakeLabelStudio()
    SeatProject.objects.update(config=SECOND_VERSION, config_hash=config_hash(SECOND_VERSION))
    send(round, fake)
    for reading, of_today in zip(Reading.objects.order_by("pk"), (False, True), strict=True):
        task = fake.tasks[reading.task_id]
        result = result_of(reading.item, factories.says(), task["data"]["dialogue"])
        desk(fake, ben).submit(task["id"], result if of_today else without_the_gate(result), 5.0)
    assert sync_all(fake).decided == 1
    assert Decision.objects.get().verdict == "accept"
    refused = Reading.objects.exclude(pk=Decision.objects.get().reading_id).get()
    assert refused.raw_annotations.get().uncounted == "Unknown control 'own_reading'."
