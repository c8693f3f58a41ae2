"""What the shipped rubrics hold, read as plain YAML: which dimensions, levels and weights, and whose words."""

import difflib
import itertools
import re

import pytest

from guidelines.loading import shipped
from tests.guidelines.test_shipped_content import RUBRICS, SLUG, words

BY_NAME = {rubric["guideline"]: rubric for rubric in RUBRICS}
DIMENSIONS = [pytest.param(r, d, id=f"{r['guideline']}-{d['key']}") for r in RUBRICS for d in r["dimensions"]]

# rubric: (scale, values of its levels, dimensions in order)
PUBLISHED = {
    "feedback-quality": (
        "ordinal", [1, 2, 3, 4, 5],
        ["objectivity", "constructiveness", "professionalism", "comprehensiveness", "clarity"],
    ),
    "feedback-checks": (
        "boolean", [False, True], ["progressivity", "actionability", "ethicality", "supportiveness"],
    ),
    "explanation-quality": (
        "ordinal", [1, 2, 3], ["framework-consistency", "evidence-anchoring", "clarity-and-specificity"],
    ),
    "therapeutic-reply": (
        "ordinal", [1, 2, 3, 4, 5],
        ["guidance", "informativeness", "relevance", "safety", "empathy", "helpfulness", "understanding"],
    ),
    "counselling-principles": (
        "ordinal", [1, 2, 3, 4, 5],
        ["empathy", "relevance", "clarity", "safety", "exploration", "autonomy", "staging"],
    ),
}  # fmt: skip
MECHANISMS = [
    "respect-for-autonomy", "stance-alignment", "emotional-resonance", "conversational-orientation",
]  # fmt: skip
BEHAVIOURS = {
    "arguing": {"challenging", "discounting"},
    "denying": {
        "blaming", "disagreeing", "excusing", "minimising", "pessimism", "reluctance",
        "unwillingness-to-change",
    },
    "avoiding": {"minimum-talk", "limit-setting"},
    "ignoring": {"inattention", "side-tracking"},
}  # fmt: skip
COMPARING = ("session-comparison", "principles-compared")
OURS_FOR_INSTRUMENTS = {"cbt-skill": "CTRS", "alliance": "WAI", "affect": "PANAS"}


def values(dimension):
    return [level["value"] for level in dimension["levels"]]


def test_all_rubrics_of_the_published_systems_are_shipped():
    assert set(BY_NAME) == {*PUBLISHED, *OURS_FOR_INSTRUMENTS, "resistance-replies", *COMPARING}


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_rubric_has_the_dimensions_and_levels_that_were_published(name):
    scale, levels, keys = PUBLISHED[name]
    assert [d["key"] for d in BY_NAME[name]["dimensions"]] == keys
    assert all(d["scale"] == scale and values(d) == levels for d in BY_NAME[name]["dimensions"])


def test_a_reply_to_resistance_is_rated_on_four_mechanisms_after_naming_one_of_thirteen_behaviours():
    behaviour, *mechanisms = BY_NAME["resistance-replies"]["dimensions"]
    assert [d["key"] for d in mechanisms] == MECHANISMS
    assert all(d["scale"] == "ordinal" and values(d) == [0, 1, 2] for d in mechanisms)
    assert behaviour["scale"] == "nominal"
    collaborating, *resisting = values(behaviour)
    assert collaborating == "collaborating" and len(resisting) == 13
    assert set(resisting) == {f"{group}-{name}" for group, names in BEHAVIOURS.items() for name in names}


def test_two_sessions_are_compared_on_nine_aspects_that_are_said_to_be_ours():
    aspects = BY_NAME["session-comparison"]["dimensions"]
    assert len(aspects) == 9
    for aspect in aspects:
        assert aspect["scale"] == "pairwise" and values(aspect) == ["first", "no difference", "second"]
        assert "names of the nine aspects are not known" in aspect["source"]


def test_two_replies_are_compared_on_the_same_principles_as_one_is_rated_on():
    compared, rated = (
        BY_NAME[name]["dimensions"] for name in ("principles-compared", "counselling-principles")
    )
    for of_two, of_one in zip(compared, rated, strict=True):
        assert of_two["scale"] == "pairwise" and values(of_two) == ["first", "no difference", "second"]
        assert [of_two[field] for field in ("key", "name", "definition")] == [
            of_one[field] for field in ("key", "name", "definition")
        ]


@pytest.mark.parametrize("name", COMPARING)
def test_which_one_stands_first_makes_no_difference_to_the_words(name):
    for aspect in BY_NAME[name]["dimensions"]:
        first, _tie, second = (level["anchor"].lower() for level in aspect["levels"])
        swapped = re.sub("first|second", lambda m: {"first": "second", "second": "first"}[m[0]], first)
        # The word "session" stands with whichever is named first.
        assert swapped == second and first != second


def test_only_the_principles_of_a_reply_are_weighted_and_each_as_published():
    weights = {
        (r["guideline"], d["key"]): d["weight"] for r in RUBRICS for d in r["dimensions"] if "weight" in d
    }
    assert {rubric for rubric, _key in weights} == {"counselling-principles"}
    assert len(weights) == 7 and set(weights.values()) == {1}


def test_what_is_worse_the_higher_it_is_rated_is_marked_reverse():
    reverse = {(r["guideline"], d["key"]) for r in RUBRICS for d in r["dimensions"] if d["reverse"]}
    assert reverse == {("alliance", "strain-left-unattended"), ("affect", "distress")}
    for name, key in reverse:
        (dimension,) = (d for d in BY_NAME[name]["dimensions"] if d["key"] == key)
        assert "high value is unfavourable" in " ".join(dimension["definition"].split()).lower()


@pytest.mark.parametrize("rubric", RUBRICS, ids=lambda r: r["guideline"])
def test_a_rubric_promises_no_norms_and_names_are_unique(rubric):
    about = " ".join(rubric["about"].split()).lower()
    assert re.search("no norms( and|,) no cut-off", about)
    for field in ("key", "name"):
        found = [dimension[field] for dimension in rubric["dimensions"]]
        assert len(set(found)) == len(found)


@pytest.mark.parametrize("rubric,dimension", DIMENSIONS)
def test_a_dimension_is_defined_and_every_level_has_its_own_anchor(rubric, dimension):
    assert SLUG.fullmatch(dimension["key"]) and words(dimension["name"]) <= 7
    assert 17 <= words(dimension["definition"]) <= 80
    assert dimension["source"].startswith(("name", "ours", "thirteen")) and "ours" in dimension["source"]
    anchors = [level["anchor"] for level in dimension["levels"]]
    assert all(10 <= words(anchor) <= 65 for anchor in anchors)
    assert len(set(anchors)) == len(anchors)


def test_no_anchor_is_a_near_copy_of_another_in_any_rubric():
    said = [
        (rubric["guideline"], dimension["key"], str(level["value"]), level["anchor"].lower().split())
        for rubric in RUBRICS
        if rubric["guideline"] not in COMPARING  # There the two sides mirror each other.
        for dimension in rubric["dimensions"]
        for level in dimension["levels"]
    ]
    alike = []
    for (*a, a_words), (*b, b_words) in itertools.combinations(said, 2):
        matcher = difflib.SequenceMatcher(None, a_words, b_words, autojunk=False)
        if matcher.real_quick_ratio() >= 0.5 and matcher.quick_ratio() >= 0.5 and matcher.ratio() >= 0.5:
            alike.append((a, b))
    assert alike == []


@pytest.mark.parametrize("name", OURS_FOR_INSTRUMENTS)
def test_our_ratings_say_that_they_are_not_the_instrument_and_keep_its_place_empty(name):
    rubric, instrument = BY_NAME[name], OURS_FOR_INSTRUMENTS[name]
    about = " ".join(rubric["about"].split())
    assert f"({instrument})" in about and "Not the instrument: no norms, no cut-offs." in about
    slot = f"{instrument.lower()}-licensed"
    assert slot in about and "never shipped" in about
    assert slot not in {path.stem for path in shipped()}
    assert all(dimension["source"].startswith("ours;") for dimension in rubric["dimensions"])


def test_affect_read_from_words_is_not_called_self_report():
    assert "is not self-report" in " ".join(BY_NAME["affect"]["about"].split())
