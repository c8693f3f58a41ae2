"""What a reviewer submitted is read strictly, and nothing is guessed."""

import copy
import json
import random
from pathlib import Path

import pytest

from review.label_studio.reading_results import (
    Answers,
    BadValue,
    Incomplete,
    UnknownControl,
    UnreadableResult,
    read,
)
from review.label_studio.screens.build import build
from review.label_studio.writing_results import write

from .sample import COUNSELLOR_TURNS, DIALOGUE, DIMENSIONS, PAIRS

FROM_BROWSER = json.loads((Path(__file__).parent / "from_browser.json").read_text(encoding="utf-8"))
SCREEN = {"pairs": PAIRS, "dimensions": DIMENSIONS}
CONFIGS = {form: build(form, **SCREEN) for form in ("aided", "unaided")}
RATINGS = {"objective": 1, "constructive": 2, "professional": 3, "comprehensive": 4, "clear": 5}
FORCING = {"pair": "pair-6", "utterances": [2], "severity": 2}
PREMATURE = {"pair": "pair-4", "utterances": [6], "severity": 3}

EDITED = Answers(
    any_mistake=True,
    findings=[PREMATURE, FORCING],
    believable=5,
    verdict="edit",
    edited_text="Edited wording.\nSecond line.",
    ratings=RATINGS,
    unsafe=True,
    comment="A comment & more",
)
REJECTED = Answers(
    any_mistake=False, believable=4, verdict="reject", reject_reasons=["tone", "vague"], ratings=RATINGS
)


def answers_of(result, form="aided"):
    return read(result, form=form, config=CONFIGS[form], counsellor_turns=COUNSELLOR_TURNS, **SCREEN)


def sent(answers, form="aided"):
    return write(answers, form=form, dialogue=DIALOGUE, **SCREEN)


def without(result, name):
    return [entry for entry in result if entry["from_name"] != name]


def replaced(result, name, **value):
    result = copy.deepcopy(result)
    for entry in result:
        if entry["from_name"] == name:
            entry["value"].update(value)
    return result


@pytest.mark.parametrize(("submit", "expected"), [("edit", EDITED), ("reject", REJECTED)])
def test_what_the_browser_sent_is_read(submit, expected):
    assert answers_of(FROM_BROWSER[submit]) == expected


def test_an_unaided_reading_from_the_browser_has_no_verdict():
    assert answers_of(FROM_BROWSER["unaided"], "unaided") == Answers(any_mistake=False, believable=1)


def filled(result, text):
    """As if the editor had sent the box for edits, which a reader who edits nothing never opened."""
    box = {
        "from_name": "edited_feedback",
        "to_name": "feedback",
        "type": "textarea",
        "value": {"text": [text]},
    }
    return [*result, box]


@pytest.mark.parametrize("text", ["The draft.", "The draft.\n", ""])
def test_the_box_for_edits_as_the_screen_filled_it_says_nothing(text):
    result = filled(FROM_BROWSER["reject"], text)
    found = read(
        result, form="aided", config=CONFIGS["aided"], counsellor_turns=COUNSELLOR_TURNS,
        judged={"draft": "The draft.\n"}, **SCREEN,
    )  # fmt: skip
    assert found == REJECTED


def test_words_of_hers_beside_another_verdict_are_not_passed_over():
    with pytest.raises(BadValue, match="edited_feedback"):
        read(
            filled(FROM_BROWSER["reject"], "The draft, and a word."), form="aided", config=CONFIGS["aided"],
            counsellor_turns=COUNSELLOR_TURNS, judged={"draft": "The draft."}, **SCREEN,
        )  # fmt: skip


def test_yes_without_a_mark_is_incomplete():
    with pytest.raises(Incomplete, match="mistake"):
        answers_of(FROM_BROWSER["yes_no_mark"], "unaided")


def test_a_draft_is_judged_only_where_her_own_reading_was_said_to_be_complete():
    with pytest.raises(Incomplete, match="own_reading"):
        answers_of(without(FROM_BROWSER["reject"], "own_reading"))


def test_marks_left_behind_after_no_mistake_contradict_it():
    with pytest.raises(BadValue, match="any_mistake"):
        answers_of(FROM_BROWSER["changed_mind"])


@pytest.mark.parametrize("submit", ["edit", "reject"])
def test_written_answers_look_as_the_browser_sends_them(submit):
    def shape(result):
        return sorted(
            json.dumps({key: value for key, value in entry.items() if key != "id"}, sort_keys=True)
            for entry in result
        )

    assert shape(sent(answers_of(FROM_BROWSER[submit]))) == shape(FROM_BROWSER[submit])


@pytest.mark.parametrize(
    "answers",
    [
        EDITED,
        REJECTED,
        Answers(any_mistake=False, verdict="accept", ratings=RATINGS),
        Answers(
            any_mistake=True,
            findings=[
                {"pair": "pair-1", "utterances": [0, 4], "severity": 1},
                {"pair": "pair-1", "utterances": [6], "severity": 3},
                {"pair": "pair-8", "utterances": [0], "severity": 0},
                {"pair": None, "utterances": [2, 4, 6], "severity": 2},
            ],
            verdict="accept",
            ratings=RATINGS,
            comment='说教 "quoted"',
        ),
    ],
)
def test_written_answers_are_read_back_unchanged(answers):
    assert answers_of(sent(answers)) == answers


def test_a_question_of_the_other_screen_is_unknown():
    with pytest.raises(UnknownControl, match="own_reading"):
        answers_of(FROM_BROWSER["reject"], "unaided")


def test_a_mistake_that_the_guideline_does_not_name_is_refused():
    with pytest.raises(BadValue, match="pair-99"):
        answers_of(replaced(FROM_BROWSER["edit"], "mistake", paragraphlabels=["pair-99"]))


def test_only_the_counsellors_turns_can_carry_a_mistake():
    with pytest.raises(BadValue, match="turn 3"):
        answers_of(replaced(FROM_BROWSER["edit"], "mistake", start="3", end="3"))
    with pytest.raises(BadValue, match="turn 3"):
        answers_of(replaced(FROM_BROWSER["edit"], "mistake", start="2", end="4"))
    with pytest.raises(BadValue, match="turn 98"):
        answers_of(replaced(FROM_BROWSER["edit"], "mistake", start="98", end="98"))


def test_a_mark_on_a_few_words_counts_for_its_turn():
    words = replaced(FROM_BROWSER["edit"], "mistake", startOffset=4, endOffset=9)
    assert answers_of(words).findings == [PREMATURE, FORCING]


@pytest.mark.parametrize(
    ("submit", "left_out"),
    [
        ("edit", "any_mistake"),
        ("edit", "severity"),
        ("edit", "verdict"),
        ("edit", "edited_feedback"),
        ("reject", "reject_reasons"),
        ("reject", "rating_clear"),
    ],
)
def test_a_missing_answer_is_named(submit, left_out):
    with pytest.raises(Incomplete, match=left_out):
        answers_of(without(FROM_BROWSER[submit], left_out))


def test_an_empty_edit_is_no_edit():
    with pytest.raises(Incomplete, match="edited_feedback"):
        answers_of(replaced(FROM_BROWSER["edit"], "edited_feedback", text=["  \n"]))


def test_an_edit_beside_another_verdict_is_refused():
    with pytest.raises(BadValue, match="edited_feedback"):
        answers_of(replaced(without(FROM_BROWSER["edit"], ""), "verdict", choices=["accept"]))


@pytest.mark.parametrize("value", [["7"], ["1", "2"], [], "1", [1], None])
def test_a_rating_outside_the_rubric_is_refused(value):
    with pytest.raises(BadValue, match="rating_clear"):
        answers_of(replaced(FROM_BROWSER["reject"], "rating_clear", choices=value))


def test_the_same_question_answered_twice_is_refused():
    with pytest.raises(BadValue, match="twice"):
        answers_of([*FROM_BROWSER["reject"], FROM_BROWSER["reject"][0]])


def test_no_nonsense_is_ever_read_or_breaks_the_reading():
    """Label Studio stores any JSON as a result; whatever comes is read or refused by name."""
    rng = random.Random(0)
    junk = [None, 1, "", "x", [], {}, [[]], {"choices": {}}, "\x00", "９", -1, True, 1e308, ["yes"]]
    refused = 0
    for _ in range(3000):
        result = copy.deepcopy(FROM_BROWSER["edit"])
        entry = rng.choice(result)
        place = rng.choice([entry, entry["value"], result])
        key = rng.choice(range(len(result)) if place is result else list(place))
        place[key] = rng.choice(junk)
        try:
            assert answers_of(result).verdict == "edit"
        except UnreadableResult:
            refused += 1
    assert refused > 1000
    for result in junk:
        if result != []:
            with pytest.raises(UnreadableResult):
                answers_of(result)
