"""Answers that could never be counted: she is told while she can still mend them."""

from dataclasses import replace

import pytest

from review.flags.answering import resolve
from review.flags.waiting import waiting_for
from review.judged import Wording
from review.label_studio.gateway.mending import to_mend
from review.label_studio.gateway.passes import Holder
from review.label_studio.sending import send
from review.label_studio.syncing import sync_all
from review.models import Flag, RawAnnotation, Reading, SeatProject
from tests.fakes.label_studio import FakeLabelStudio
from tests.review.factories import judge, mistake, says
from tests.review.studio import desk, result_of

CLIENTS = mistake(turns=(1,))
TWICE = [mistake(severity=1), mistake(severity=3)]


@pytest.fixture
def told(round, ben):
    """What she is told of these answers; `without`: a question that they leave out; `instead`: {question: what no screen
    offers for it}.
    """
    studio = FakeLabelStudio()
    send(round, studio)
    reading = Reading.objects.filter(seat__rater__user=ben).order_by("order").first()
    project = SeatProject.objects.get(seat=reading.seat)
    holder = Holder(reading.seat.rater_id, project.server_id, 1, 5, "reviewer-1@reviewers.example.org", "en")

    def result(**changes):
        dialogue = studio.tasks[reading.task_id]["data"]["dialogue"]
        return result_of(reading.item, replace(says(), **changes), dialogue)

    def of(without="", instead=None, **changes):
        sent = [one for one in result(**changes) if one["from_name"] != without]
        for one in sent:
            if instead and one["from_name"] in instead:
                one["value"][one["type"]] = [instead[one["from_name"]]]
        return to_mend(holder, reading.task_id, sent)

    of.reading, of.studio, of.result = reading, studio, result
    return of


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"findings": []}, "none is marked"),
        ({"any_mistake": False}, "Take the mark out"),
        ({"findings": [CLIENTS]}, "what the client says"),
        ({"findings": TWICE}, "not equally serious"),
    ],
)
def test_what_contradicts_itself_is_hers_to_mend(told, answers, words):
    assert words in told(**answers)


def test_what_fits_together_goes_on(told):
    assert told() == ""


def test_an_edit_that_changes_nothing_is_told_to_her_and_one_that_changes_a_word_goes_on(told):
    draft = Wording().of(told.reading.item)["draft"]
    for same in (draft, f"  {draft}\n"):
        words = told(verdict="edit", edited_text=same)
        assert words.startswith("Not saved yet.") and "equals the draft" in words
    assert told(verdict="edit", edited_text=f"{draft} Then wait.") == ""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a" * 1_048_576, "A text of 1048576 characters; 50000 are the most"),
        ("Wait\0.", "a character that cannot be kept"),
        ("Wait \ud83d.", "half of a character"),
    ],
)
def test_a_text_that_could_not_be_kept_is_told_to_her_wherever_it_stands(told, text, words):
    for answers in ({"verdict": "edit", "edited_text": text}, {"rationale": text}, {"comment": text}):
        assert words in told(**answers)


def test_an_answer_that_is_missing_is_asked_for_in_the_words_of_the_screen(told):
    assert "Choose accept, edit or reject." in told(without="verdict")
    assert "Write the feedback as you would give it." in told(verdict="edit", edited_text="  ")
    assert "Tick at least one reason." in told(verdict="reject", without="reject_reasons")
    assert "how serious the mistake is" in told(findings=[mistake()], without="severity")


def test_what_no_screen_offers_is_no_contradiction_and_goes_on_to_be_kept(told):
    """Severity 7 is not "the same mistake twice", nor "perhaps" a "no"."""
    for odd in ({"severity": "7"}, {"any_mistake": "perhaps"}, {"mistake": "shouting"}):
        assert told(instead=odd, findings=[mistake()]) == ""
    assert told(instead={"severity": "7"}, findings=TWICE) == ""


UNSAFE = {"unsafe": True, "findings": [CLIENTS]}


def test_what_she_calls_unsafe_is_before_the_leads_though_her_answers_wait_to_be_mended(told, ben, lena):
    for _again in range(2):
        assert "what the client says" in told(**UNSAFE, comment="She speaks of the pills.")
    flag = Flag.objects.get()
    assert (flag.kind, flag.rater.user, flag.words) == ("unsafe", ben, "She speaks of the pills.")
    assert list(waiting_for(lena)) == [flag]
    assert told(**UNSAFE, comment="She speaks of the pills, in turn 4.")  # more than they have heard
    assert Flag.objects.count() == 2


def test_without_words_of_hers_the_leads_are_told_all_the_same_and_of_a_mistake_alone_they_are_not(told):
    assert told(findings=[CLIENTS], comment="Not kind.") and not Flag.objects.exists()
    assert told(**UNSAFE) and told(**UNSAFE)
    assert "not saved yet" in Flag.objects.get().words


@pytest.mark.parametrize("comment", ["She speaks of the pills.", ""])
def test_when_she_has_mended_it_the_leads_are_not_told_twice(told, comment):
    told(**UNSAFE, comment=comment)
    decision = judge(told.reading.item, told.reading.seat.rater.user, says(unsafe=True, comment=comment))
    assert decision.unsafe and Flag.objects.get().decision is None


def test_what_she_says_anew_after_a_lead_has_answered_is_told_anew(told, lena):
    told(**UNSAFE, comment="She speaks of the pills.")
    resolve(flag=Flag.objects.get(), holds=False, reason="They are vitamins.", by=lena)
    judge(
        told.reading.item, told.reading.seat.rater.user, says(unsafe=True, comment="She speaks of the pills.")
    )
    assert Flag.objects.waiting().get().decision is not None


def test_skipped_instead_of_mended_it_is_told_once_too(told, ben):
    told(**UNSAFE, comment="She speaks of the pills.")
    result = told.result(unsafe=True, comment="She speaks of the pills.")
    desk(told.studio, ben)._add(told.reading.task_id, result, 3.0, None, was_cancelled=True)
    sync_all(told.studio)
    assert RawAnnotation.objects.get().uncounted and Flag.objects.get().raw is None
