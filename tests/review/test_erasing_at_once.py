"""An excerpt is erased at the very moment at which somebody else writes of it, on two connections of PostgreSQL: whoever
comes first, no word is left and no row is lost. One writes and has not committed; it does when the other waits for it,
or has ended.
"""

from threading import Event, Thread

import pytest
from django.db import connection, transaction

from review.models import Decision
from review.workflow import NotCounted
from synthesis import claiming, erasing, planning
from synthesis.blanking import is_blanked
from synthesis.models import Call, Instance, Profile
from synthesis.writing import _stored
from tests.review import factories, invented
from tests.synthesis.conftest import drive, endpoint
from tests.synthesis.erased_excerpts import AGENTS, MARK, SAID, WHY, made, rows_with
from tests.synthesis.excerpts_of_sessions import confirmed
from tests.waiting import let_go_when_somebody_waits

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("connection.vendor == 'sqlite'", reason="SQLite lets one transaction write at a time"),
]
__all__ = ["drive", "endpoint", "made"]


def one_in_the_other(first, second):
    """`first` writes and commits once `second` waits for it, or has ended. Returns what second returned or raised."""
    written, on, failed = Event(), Event(), []

    def begun():
        try:
            with transaction.atomic():
                first()
                written.set()
                on.wait(60)
        except Exception as problem:
            failed.append(problem)
        finally:
            connection.close()
            written.set()

    beginning, watching = Thread(target=begun), Thread(target=let_go_when_somebody_waits, args=[on])
    beginning.start()
    assert written.wait(60)
    watching.start()
    try:
        return second()
    except Exception as problem:
        return problem
    finally:
        beginning.join()
        watching.join()
        assert not failed, failed


@pytest.fixture
def planned(endpoint, lena):
    """An excerpt, and a session of it that nobody has begun."""
    endpoint(AGENTS)
    one = confirmed(lena, turns=SAID)
    return one, planning.plan(recipe="excerpt_reply", profiles=[one])


@pytest.fixture
def read(made, ben, lena):
    """An excerpt, and an item of what was made of it, before Ben."""
    one, instance = made
    round = factories.round_of(
        1, [ben], lena, instances=[instance], screen="excerpt_reply", overlap=1,
        rubric_version=invented.rubric("resistance_reply"),
    )  # fmt: skip
    return one, round.items.get()


def erase(one, by):
    return erasing.erase(source=one.source_text, why=WHY, by=by)


def claim(run):
    with transaction.atomic():
        return claiming.claim(run=run, worker="somebody", most=1, but=set())


def reply_of(instance) -> Call:
    return Call(key="k", instance=Instance.objects.get(pk=instance.pk), endpoint="e", model="m", role="r", step="s", seed=1,
                messages_digest="d", messages=[{"content": MARK}], reply={"text": MARK}, text=MARK,
                latency_ms=1)  # fmt: skip


def keep(call: Call):
    with transaction.atomic():
        return _stored([call])


def judges(item, ben):
    return factories.judge(item, ben, invented.says("resistance_reply", rationale=f"She says {MARK}."))


def test_what_is_just_being_claimed_is_waited_for_and_then_refused(planned, lena):
    one, run = planned
    refused = one_in_the_other(lambda: claim(run), lambda: erase(one, lena))
    assert isinstance(refused, erasing.NotErased) and "being made" in str(refused)
    assert Profile.objects.get().source_text.text and run.instances.get().state == "making"


def test_what_is_just_being_erased_is_claimed_by_nobody(planned, lena):
    one, run = planned
    assert one_in_the_other(lambda: erase(one, lena), lambda: claim(run)) == []
    assert run.instances.get().state == "cancelled" and claim(run) == [] and rows_with(MARK) == set()


def test_a_reply_that_is_just_being_stored_is_found_by_the_erasure(made, lena):
    one, instance = made
    one_in_the_other(lambda: keep(reply_of(instance)), lambda: erase(one, lena))
    assert is_blanked(Call.objects.get(key="k")) and rows_with(MARK) == set()


def test_a_reply_that_comes_while_it_is_erased_waits_and_is_stored_without_words(made, lena):
    one, instance = made
    call = reply_of(instance)
    one_in_the_other(lambda: erase(one, lena), lambda: keep(call))
    assert is_blanked(Call.objects.get(key="k")) and rows_with(MARK) == set()


def test_a_judgement_that_is_just_being_stored_is_found_by_the_erasure(read, ben, lena):
    one, item = read
    erased = one_in_the_other(lambda: judges(item, ben), lambda: erase(one, lena))
    assert erased.rows["judgements"] == 1 and Decision.objects.count() == 1 and rows_with(MARK) == set()


def test_a_judgement_that_comes_while_it_is_erased_waits_and_is_not_counted(read, ben, lena):
    one, item = read
    refused = one_in_the_other(lambda: erase(one, lena), lambda: judges(item, ben))
    assert isinstance(refused, NotCounted) and "was erased meanwhile" in str(refused)
    assert not Decision.objects.exists() and rows_with(MARK) == set()


def test_of_two_who_erase_at_once_one_does(made, lena):
    one, _instance = made
    refused = one_in_the_other(lambda: erase(one, lena), lambda: erase(one, lena))
    assert isinstance(refused, erasing.NotErased) and "erased already" in str(refused)
    assert rows_with(MARK) == set()


def test_what_is_just_being_planned_of_it_is_made_of_nothing(endpoint, drive, lena):
    server = endpoint(AGENTS)
    one = confirmed(lena, turns=SAID)
    runs = []
    one_in_the_other(
        lambda: runs.append(planning.plan(recipe="excerpt_reply", profiles=[one])), lambda: erase(one, lena)
    )
    drive(runs[0])
    made_of_it = runs[0].instances.get()
    assert made_of_it.state in ("failed", "cancelled") and made_of_it.content is None
    assert not server.requests and rows_with(MARK) == set()
