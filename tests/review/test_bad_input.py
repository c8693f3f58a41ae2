"""Whatever comes back from a screen, of whichever recipe: what it cannot have sent is kept raw with its reason, shown to
the lead, and not counted.
"""

import copy
import json

import pytest

from review import reports
from review.label_studio.sending import send
from review.label_studio.syncing import sync_all
from review.models import Decision, RawAnnotation, Reading, SeatProject
from tests.fakes.label_studio import FakeLabelStudio
from tests.review import invented
from tests.review.factories import says as judges
from tests.review.studio import desk, result_of

SCRIPT = '<script>alert("x")</script><img src=x onerror=alert(1)>'
MEGABYTE = "a" * 2**20


class At:
    """Ben before the only item of a round of this recipe."""

    def __init__(self, recipe, ben, lena, answers=None):
        self.round, self.fake, self.ben = (
            invented.round_of(recipe, 1, [ben], lena, overlap=1, unaided_share=0),
            FakeLabelStudio(),
            ben,
        )
        send(self.round, self.fake)
        self.item = self.round.items.get()
        self.reading = Reading.objects.get(item=self.item)
        dialogue = self.fake.tasks[self.reading.task_id]["data"]["dialogue"]
        answers = answers or invented.says(recipe)
        self.result = result_of(self.item, answers, dialogue, self.reading.position_ab)

    def submits(self, result):
        desk(self.fake, self.ben).submit(self.reading.task_id, result, 30.0)
        return sync_all(self.fake)

    def changed(self, name, **changes):
        result = copy.deepcopy(self.result)
        [entry] = [one for one in result if one["from_name"] == name]
        entry.update(changes)
        return result

    def require_kept(self, reason):
        """Raw and whole, with its reason before the lead; and nothing of it counted."""
        [raw] = RawAnnotation.objects.all()
        assert reason in raw.uncounted, raw.uncounted
        assert list(reports.uncounted(self.round)) == [raw] and raw.reading == self.reading
        assert not Decision.objects.exists() and not self.item.standings.exists()
        assert not SeatProject.objects.exclude(failing_since=None).exists()
        return json.loads(raw.payload)["result"]


@pytest.fixture(params=invented.RECIPES)
def at(request, ben, lena):
    return At(request.param, ben, lena)


def choice_of(at):
    """A question of this screen that has levels."""
    return next(one["from_name"] for one in at.result if one["from_name"].startswith("rating_"))


def text_of(at):
    """One that takes words."""
    return next(one["from_name"] for one in at.result if one["type"] == "textarea")


NOT_THE_SCREENS = {
    "an unknown control": (lambda at: [*at.result, {**at.result[0], "from_name": "colour"}], "Unknown control"),
    "an unknown value": (lambda at: at.changed(choice_of(at), value={"choices": ["maybe"]}), "cannot have"),
    "a value outside the scale": (lambda at: at.changed(choice_of(at), value={"choices": ["99"]}), "99"),
    "two values of one": (lambda at: at.changed(choice_of(at), value={"choices": ["1", "2"]}), "cannot have"),
    "a number for a word": (lambda at: at.changed(choice_of(at), value={"choices": [1]}), "cannot have"),
    "no value": (lambda at: at.changed(choice_of(at), value={"choices": []}), "cannot have"),
    "nothing as value": (lambda at: at.changed(choice_of(at), value=None), "cannot have"),
    "a list as value": (lambda at: at.changed(text_of(at), value=["x"]), "cannot have"),
    "a number as words": (lambda at: at.changed(text_of(at), value={"text": [7]}), "cannot have"),
    "another kind of answer": (lambda at: at.changed(choice_of(at), type="rating"), "cannot have"),
    "an answer about another text": (lambda at: at.changed(choice_of(at), to_name="x"), "cannot have"),
    "an answer given twice": (lambda at: [*at.result, *at.changed(choice_of(at))], "twice"),
    "a missing answer": (lambda at: [e for e in at.result if e["from_name"] != choice_of(at)], "No answer to"),
    "nothing at all": (lambda at: [], "No answer to"),
    "an object for a result": (lambda at: {"choices": {}}, "cannot have"),
    "a word for a result": (lambda at: "accept", "cannot have"),
    "nothing for a result": (lambda at: None, "cannot have"),
    "a megabyte of words": (lambda at: at.changed(text_of(at), value={"text": [MEGABYTE]}), "1048576 characters"),
    "a NUL": (lambda at: at.changed(text_of(at), value={"text": ["Stay\0 with her."]}), "NUL"),
    "half a character": (lambda at: at.changed(text_of(at), value={"text": ["\ud83d"]}), "half of a character"),
    "a control named by a script": (lambda at: at.changed(choice_of(at), from_name=SCRIPT), "Unknown control"),
}  # fmt: skip


@pytest.mark.parametrize("sent", NOT_THE_SCREENS)
def test_what_no_screen_can_have_sent_is_kept_shown_and_not_counted(at, sent, lena, log_in):
    spoil, reason = NOT_THE_SCREENS[sent]
    result = spoil(at)
    done = at.submits(result)
    assert (done.new, done.decided) == (1, 0)
    assert at.require_kept(reason) == result
    page = log_in(lena).get(f"/rounds/{at.round.public_id}/").content.decode()
    assert "<script>alert" not in page and "onerror=alert" not in page.replace("onerror=alert(1)&gt;", "")


def test_after_what_did_not_count_the_same_reader_may_judge_properly(at):
    at.submits(at.changed(choice_of(at), value={"choices": ["maybe"]}))
    assert at.submits(at.result).decided == 1
    assert RawAnnotation.objects.count() == 2 and Decision.objects.count() == 1


def test_a_pasted_script_is_text_and_stays_text(at):
    at.submits(at.changed(text_of(at), value={"text": [SCRIPT]}))
    decision = Decision.objects.get()
    assert SCRIPT in (decision.edited_text, decision.rationale)


def marked(**value):
    return {"start": "2", "end": "2", "startOffset": 0, "endOffset": 5, "text": "words", **value}


def region(name, kind, to_name="dialogue", id="mark-1", **value):
    return {"id": id, "from_name": name, "to_name": to_name, "type": kind, "value": value}


def a_mark(turn, severity, id):
    place = marked(start=str(turn), end=str(turn))
    return [
        region("mistake", "paragraphlabels", id=id, **place, paragraphlabels=["minimising"]),
        region("severity", "choices", id=id, **place, choices=[str(severity)]),
    ]


OF_ONE_SCREEN = {
    "an empty edit": (
        "supervised_dialogue",
        lambda at: at.changed("edited_feedback", value={"text": [" \n "]}), "No answer to 'edited_feedback'"),
    "a mark on what the client says": (
        "supervised_dialogue", lambda at: [*at.result, *a_mark(3, 1, "m")], "turn 3 is not the counsellor's"),
    "a mark after the session's end": (
        "supervised_dialogue", lambda at: [*at.result, *a_mark(98, 1, "m")], "turn 98"),
    "a mark of two severities": (
        "supervised_dialogue", lambda at: [*at.result, *a_mark(4, 1, "m"), *a_mark(4, 3, "n")], "1 and 3 in turn 4"),
    "two marks under one name": (
        "supervised_dialogue", lambda at: [*at.result, *a_mark(4, 1, "m"), *a_mark(4, 1, "m")], "twice"),
    "a note without a mark": (
        "supervised_dialogue", lambda at: [*at.result, region("note", "textarea", text=["x"])], "without a mark"),
    "reasons left blank": (
        "resistance_reply", lambda at: at.changed("rationale", value={"text": ["  "]}), "No answer to 'rationale'"),
    "a quote that nobody said": (
        "resistance_reply",
        lambda at: [*at.result, region("evidence", "labels", "reply", text="Go home.", labels=["autonomy"])],
        "Go home."),
    "a quote without words": (
        "judged_reply",
        lambda at: [*at.result, region("evidence", "labels", "reply", text=None, labels=["specific"])], "'evidence'"),
    "evidence after the session's end": (
        "technique_session",
        lambda at: [*at.result, region("evidence", "paragraphlabels", **marked(start="2", end="6"),
                                       paragraphlabels=["specific"])],
        "turn 6 is not in the session"),
    "a third text that is better": (
        "reply_preference", lambda at: at.changed("preferred", value={"choices": ["third"]}), "third"),
    "no text that is better": (
        "reply_preference", lambda at: [e for e in at.result if e["from_name"] != "preferred"], "'preferred'"),
}  # fmt: skip


@pytest.mark.parametrize("sent", OF_ONE_SCREEN)
def test_what_this_screen_cannot_have_sent_is_kept_shown_and_not_counted(sent, ben, lena):
    recipe, spoil, reason = OF_ONE_SCREEN[sent]
    at = At(recipe, ben, lena)
    result = spoil(at)
    assert at.submits(result).decided == 0
    assert at.require_kept(reason) == result


def test_the_same_mark_made_twice_is_one_finding(ben, lena):
    at = At("supervised_dialogue", ben, lena, judges("reject"))
    at.submits([*at.result, *a_mark(4, 1, "m"), *a_mark(4, 1, "n")])
    assert [f.utterances for f in Decision.objects.get().findings.all()] == [[3], [5]]


def test_a_script_in_an_edit_is_shown_to_the_adjudicator_as_text(ben, chloe, dan, lena, log_in):
    round, fake = (
        invented.round_of("supervised_dialogue", 1, [ben, chloe], lena, unaided_share=0),
        FakeLabelStudio(),
    )
    send(round, fake)
    item = round.items.get()
    for person in (ben, chloe):
        reading = Reading.objects.get(item=item, seat__rater__user=person)
        dialogue = fake.tasks[reading.task_id]["data"]["dialogue"]
        result = result_of(item, judges("edit", f"{person.name} says {SCRIPT}"), dialogue)
        desk(fake, person).submit(reading.task_id, result, 30.0)
    assert sync_all(fake).decided == 2
    page = log_in(dan).get(f"/disputes/{item.public_id}/").content.decode()
    assert "&lt;script&gt;alert" in page
    assert "<script>alert" not in page and "<img src=x" not in page
