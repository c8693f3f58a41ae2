"""What judge models were sent of an excerpt and said of it goes with the excerpt, also what was out when it was erased."""

from importlib import import_module
from threading import Event
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from review.judges import driving
from review.models import Decision, JudgeOutcome, Judging
from synthesis import erasing
from synthesis.blanking import ERASED, is_blanked
from synthesis.models import Call
from tests.emptying import frozen_rows_yield
from tests.fakes.model_server import MALFORMED, Reply
from tests.review import invented
from tests.review.judges.answering import always, said
from tests.synthesis.conftest import drive
from tests.synthesis.erased_excerpts import MARK, WHY, made, rows_with

__all__ = ["drive", "made"]

LEVELS = dict.fromkeys(invented.MECHANISMS, "1")
ANSWER = {"rationale": f"It takes up {MARK}.", "ratings": LEVELS, "unsafe": False}
backfill = import_module("review.migrations.0029_erased_before_judged").tell_of_what


@pytest.fixture
def excerpt(made):
    return made[0]


@pytest.fixture
def round(made, ben, lena):
    return invented.round_of(
        "resistance_reply", 1, [ben], lena, overlap=1, instances=[made[1]], screen="excerpt_reply"
    )


def judges_calls():
    return Call.objects.filter(role="judge").order_by("pk")


def test_what_a_judge_was_sent_and_said_is_erased(round, ask, read, excerpt, lena):
    answers = [MALFORMED, said(ANSWER), Reply(f"I will not speak of {MARK}.", status=400)]
    read(ask(round, lambda number, body: answers[min(number, 2)], repeats=2))
    assert judges_calls().count() == 2 and MARK in str(judges_calls().first().messages)
    assert rows_with(MARK) >= {"review.Decision", "synthesis.Call"}
    assert MARK in JudgeOutcome.objects.get(kind="not_taken").why
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        JudgeOutcome.objects.update(why="Other words.")
    erased = erasing.erase(source=excerpt.source_text, why=WHY, by=lena)
    assert rows_with(MARK) == set()
    assert erased.rows["replies of models"] == Call.objects.count()
    assert all(is_blanked(call) for call in judges_calls())
    assert set(Decision.objects.get().ratings.values_list("value", flat=True)) == {"1"}, "numbers stay"


def test_why_a_judge_was_stopped_may_quote_what_it_was_sent(round, ask, read, excerpt, lena):
    read(ask(round, always(Reply(f"Not {MARK}.", status=403))))
    assert MARK in Judging.objects.get().why
    erasing.erase(source=excerpt.source_text, why=WHY, by=lena)
    assert Judging.objects.get().why == ERASED and rows_with(MARK) == set()


@pytest.mark.parametrize("answer", [ANSWER, MALFORMED])
def test_a_reply_that_comes_after_the_erasure_is_stored_without_words(
    round, ask, read, excerpt, lena, beside, answer
):
    judging = ask(round, always(answer))
    held = HeldAt(judging.server.script)
    judging.server.script = held
    ended = beside(lambda: read(judging))
    assert held.came.wait(60)
    erasing.erase(source=excerpt.source_text, why=WHY, by=lena)
    held.open.set()
    assert dict(ended().outcomes) == {"erased": 1}
    outcome = JudgeOutcome.objects.get()
    assert is_blanked(outcome.call) and not Decision.objects.exists()
    assert judges_calls().count() == 1, "it is not asked again for what was erased"
    assert rows_with(MARK) == set()


def test_what_it_said_in_time_and_was_not_kept_yet_is_not_kept_either(
    round, ask, read, excerpt, lena, monkeypatch
):
    kept = driving.hear_judge

    def late(**told):
        erasing.erase(source=excerpt.source_text, why=WHY, by=lena)
        return kept(**told)

    monkeypatch.setattr(driving, "hear_judge", late)
    assert dict(read(ask(round, always(ANSWER))).outcomes) == {"erased": 1}
    assert rows_with(MARK) == set()


def test_calls_of_before_are_told_by_what_came_of_them_or_by_their_names(round, ask, read, made):
    answers = [MALFORMED, MALFORMED, said(ANSWER)]
    read(ask(round, lambda number, body: answers[min(number, 2)]))
    others = Call.objects.exclude(role="judge").count()
    with transaction.atomic(), frozen_rows_yield(connection, ["synthesis_call"]):
        Call.objects.update(about=None)
    with transaction.atomic(), frozen_rows_yield(connection, ["synthesis_call"]):
        backfill(apps, SimpleNamespace(connection=connection))
    assert [call.about for call in judges_calls()] == [made[1]] * 3
    assert Call.objects.filter(about=None).count() == others, "those have the session that paid for them"


class HeldAt:
    """A script whose requests wait until it is opened."""

    def __init__(self, script):
        self.script, self.came, self.open = script, Event(), Event()

    def __call__(self, number, body):
        self.came.set()
        assert self.open.wait(60)
        return self.script(number, body)
