"""The screen of a round: what it asks, what it hides, and what it refuses to be built from."""

from xml.etree import ElementTree

import pytest

from guidelines.loading import read, shipped
from review.label_studio.screens.build import (
    NOT_IN_GUIDELINE,
    UnfitForScreen,
    build,
    controls,
    level_alias,
    task_data,
)

from .sample import DIALOGUE, DIMENSIONS, FEEDBACK, PAIRS

FORMS = ("aided", "unaided")
RUBRICS = [content for content in map(read, shipped()) if content.kind == "rubric"]


def screen(form):
    return ElementTree.fromstring(build(form, pairs=PAIRS, dimensions=DIMENSIONS))


def test_the_unaided_screen_knows_no_feedback():
    assert "feedback" not in build("unaided", pairs=PAIRS, dimensions=DIMENSIONS).lower()
    names = set(controls("unaided", pairs=PAIRS, dimensions=DIMENSIONS))
    assert names == {"any_mistake", "mistake", "severity", "note", "believable", "unsafe", "comment"}


def test_the_aided_screen_asks_for_the_verdict_and_every_dimension():
    names = set(controls("aided", pairs=PAIRS, dimensions=DIMENSIONS))
    assert {"verdict", "edited_feedback", "reject_reasons"} < names
    assert {f"rating_{dimension['key']}" for dimension in DIMENSIONS} < names


def test_the_draft_appears_only_after_the_readers_own_finding():
    parents = {child: parent for parent in screen("aided").iter() for child in parent}
    draft = next(element for element in parents if element.get("value") == "$feedback")
    shown_after, element = [], draft
    while element in parents:
        element = parents[element]
        shown_after.append(element.get("whenTagName"))
    assert "own_reading" in shown_after

    def opened_by(name):
        question = next(element for element in parents if element.get("name") == name)
        return parents[question].get("whenTagName")

    assert opened_by("own_reading") == "believable" and opened_by("believable") == "any_mistake"


def test_where_there_is_no_draft_nothing_has_to_be_opened():
    assert "own_reading" not in controls("unaided", pairs=PAIRS, dimensions=DIMENSIONS)


@pytest.mark.parametrize("form", FORMS)
def test_names_in_any_script_and_with_any_sign_reach_the_screen_unchanged(form):
    labels = {label.get("alias"): label.get("value") for label in screen(form).iter("Label")}
    assert labels == {pair["key"]: pair["name"] for pair in PAIRS} | {
        NOT_IN_GUIDELINE: "Not in the guideline"
    }


def test_the_values_of_a_rating_are_the_levels_of_the_rubric():
    dimension = {**DIMENSIONS[0], "levels": [{"value": v, "anchor": "a"} for v in (True, False)]}
    known = controls("aided", pairs=PAIRS, dimensions=[dimension])
    assert known["rating_objective"].values == ("true", "false")
    assert [level_alias(value) for value in (0, 0.5, "often", True)] == ["0", "0.5", "often", "true"]


@pytest.mark.parametrize("form", FORMS)
def test_the_same_round_always_gives_the_same_screen(form):
    assert build(form, pairs=PAIRS, dimensions=DIMENSIONS) == build(form, pairs=PAIRS, dimensions=DIMENSIONS)


@pytest.mark.parametrize(
    ("pairs", "dimensions", "message"),
    [
        ([*PAIRS, {"key": "pair-1", "name": "Other"}], DIMENSIONS, "same pair key"),
        ([*PAIRS, {"key": "other", "name": "Poor listening"}], DIMENSIONS, "same pair name"),
        ([{"key": NOT_IN_GUIDELINE, "name": "x"}], DIMENSIONS, "same pair key"),
        ([{"key": "a", "name": "$dialogue"}], DIMENSIONS, "dollar sign"),
        ([{"key": 'a"b', "name": "x"}], DIMENSIONS, "cannot name an answer"),
        ([{"key": "a", "name": "Not in the guideline"}], DIMENSIONS, "same pair name"),
        (PAIRS, [{**DIMENSIONS[0], "levels": []}], "two different levels"),
        (PAIRS, [{**DIMENSIONS[0], "scale": "pairwise"}], "compares two texts; these sessions show one"),
        (
            PAIRS,
            [{**DIMENSIONS[0], "levels": [{"value": 1, "anchor": ""}, {"value": "1", "anchor": ""}]}],
            "two different levels",
        ),
    ],
)
def test_what_would_make_two_answers_look_the_same_is_refused(pairs, dimensions, message):
    with pytest.raises(UnfitForScreen, match=message):
        build("aided", pairs=pairs, dimensions=dimensions)


@pytest.mark.parametrize("content", RUBRICS, ids=lambda content: content.guideline)
def test_every_shipped_rubric_of_one_session_has_a_screen_that_asks_for_each_level(content):
    dimensions = [{"key": entry.key, **entry.texts} for entry in content.entries]
    if content.guideline in ("session-comparison", "principles-compared"):
        with pytest.raises(UnfitForScreen, match="compares two"):
            build("aided", pairs=PAIRS, dimensions=dimensions)
        return
    known = controls("aided", pairs=PAIRS, dimensions=dimensions)
    asked = {entry.key: known[f"rating_{entry.key}"].values for entry in content.entries}
    assert asked == {d["key"]: tuple(level_alias(v["value"]) for v in d["levels"]) for d in dimensions}


def test_a_task_carries_only_what_the_reader_may_see():
    planned = [{**turn, "intended_mistake": "forcing", "id": "u1"} for turn in DIALOGUE]
    data = task_data(external_id="r-1", content_hash="abc", dialogue=planned, feedback=FEEDBACK)
    assert data == {"external_id": "r-1", "content_hash": "abc", "dialogue": DIALOGUE, "feedback": FEEDBACK}
    assert "feedback" not in task_data(external_id="r-1", content_hash="abc", dialogue=planned)
