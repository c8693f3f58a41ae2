"""Two judgements beside each other, in the words of the screen."""

from review.label_studio.gateway.telling import compared
from review.label_studio.reading_results import Answers
from review.label_studio.screens.build import build
from review.label_studio.writing_results import write
from tests.review.factories import LEVELS, mistake, says

SCREEN = {
    "pairs": [{"key": "premature-advice", "name": "Gives advice too soon"}],
    "dimensions": [
        {"key": "specific", "name": "Specific", "definition": "", "scale": "ordinal", "levels": LEVELS}
    ],
}
TURNS = [{"speaker": "counsellor", "text": f"turn {n}"} for n in range(4)]


def judged(answers: Answers, form="aided") -> dict:
    return {"result": write(answers, form=form, dialogue=TURNS, **SCREEN)}


def told(first: dict, second: dict, form="aided") -> dict:
    rows = compared(build(form, **SCREEN), first, second)
    assert all(row["same"] == (row["sent"] == row["stands"]) for row in rows)
    return {row["question"]: (row["sent"], row["stands"]) for row in rows}


def test_marks_ratings_and_words_are_told_as_the_screen_shows_them():
    one = says(findings=[mistake(turns=(2,), severity=3)], ratings={"specific": 2}, unsafe=True)
    other = says("edit", "Wait.", findings=[], ratings={"specific": 5}, comment="Please look.")
    rows = told(judged(one), judged(other))
    assert rows["Marked"] == ("turn 3 · Gives advice too soon · 3 harmful", "")
    assert rows["Any mistake"] == ("Yes", "No mistake") and rows["Believable"] == ("4", "4")
    assert rows["Verdict"] == ("Accept", "Accept after my edit") and rows["Edited text"] == ("", "Wait.")
    assert rows["Specific"] == ("2", "5") and rows["Comment"] == ("", "Please look.")
    assert rows["Safety"] == ("Something here is unsafe: please look at it first", "")


def test_a_note_on_a_mark_stands_with_it_and_marks_in_the_order_of_the_session():
    finding = mistake(turns=(2, 0)) | {"notes": {0: "Too soon."}}
    one = judged(says(None, findings=[finding]), "unaided")
    rows = told(one, judged(says(None, findings=[finding]), "unaided"), "unaided")
    said = (
        "turn 1 · Gives advice too soon · 2 serious · Too soon.\nturn 3 · Gives advice too soon · 2 serious"
    )
    assert rows["Marked"] == (said, said)


def test_a_skip_is_told_as_one():
    rows = told({"result": [], "was_cancelled": True}, judged(says(None), "unaided"), "unaided")
    assert rows["This session"] == ("Skipped", "Judged") and rows["Any mistake"] == ("", "Yes")


def test_a_mark_without_a_place_is_told_without_one():
    placed = {"start": "9" * 5000, "paragraphlabels": ["premature-advice"]}
    odd = {"from_name": "mistake", "type": "paragraphlabels", "id": [1], "value": placed}
    assert told({"result": [odd]}, {"result": [odd]})["Marked"] == ("Gives advice too soon",) * 2


def test_what_the_screen_does_not_ask_is_left_out():
    odd = {
        "result": [
            {"from_name": "x", "value": {"text": ["y"]}}, {"from_name": "comment", "value": 3}, "z", {"from_name": []},
        ]
    }  # fmt: skip
    assert told(odd, {"result": None}) == {}
