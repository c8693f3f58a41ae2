"""An excerpt that is erased while sessions of it are planned, made or tried again: nothing that is made in the end holds a
word of it, and where nothing can be made any more it says so.
"""

import pytest
from django.db import transaction
from django.urls import reverse

from synthesis import claiming, erasing, planning, running, steering
from synthesis.blanking import is_blanked
from synthesis.models import Call, Instance, Profile
from tests.fakes.model_server import DENIED
from tests.synthesis.erased_excerpts import AGENTS, MARK, SAID, WHY, made, rows_with
from tests.synthesis.excerpts_of_sessions import confirmed
from tests.synthesis.patience import LONG, until

__all__ = ["made"]
GONE = "The excerpt that it is made of was erased."


def erase(one, lena):
    return erasing.erase(source=one.source_text, why=WHY, by=lena)


def test_what_was_planned_while_it_was_erased_fails_and_says_why(endpoint, drive, lena):
    server = endpoint(AGENTS)
    one = confirmed(lena, turns=SAID)
    run = planning.plan(recipe="excerpt_reply", profiles=[one])
    erase(one, lena)
    # As if its planning had been stored a moment after the erasure, which did not see it.
    Instance.objects.filter(run=run).update(state="planned")
    drive(run)
    assert (run.instances.get().state, run.instances.get().failure) == ("failed", GONE)
    assert not server.requests and rows_with(MARK) == set()


def test_a_worker_that_knew_the_words_makes_nothing_of_them_when_they_are_erased(endpoint, lena):
    endpoint(AGENTS)
    one = confirmed(lena, turns=SAID)
    run = planning.plan(recipe="excerpt_reply", profiles=[one])
    material = running_material(run)
    material.meet(list(run.instances.all()))
    erase(one, lena)
    (again,) = run.instances.all()
    material.meet([again])
    with pytest.raises(Exception, match="was erased"):
        material.cell(again)


def test_a_reply_that_comes_to_a_cancelled_session_after_the_erasure_has_no_words(
    endpoint, beside, held, lena
):
    endpoint(held)
    one = confirmed(lena, turns=SAID)
    run = planning.plan(recipe="excerpt_reply", profiles=[one])
    ended = beside(lambda: running.drive(run, patience=LONG).tally)
    until(lambda: held.came)
    steering.cancel(run=run, by=None)
    erase(one, lena)
    held.release()
    ended()
    assert {is_blanked(call) for call in Call.objects.all()} == {True} and rows_with(MARK) == set()
    assert len(held.came) <= 2, (
        "the reply and what the client does, which were out; nothing of it is asked any more"
    )
    assert run.instances.get().state == "cancelled"


def test_a_reply_is_stored_without_words_whoever_stores_it(made, lena):
    from synthesis.writing import _stored

    one, instance = made
    erase(one, lena)
    call = Call(key="k", instance=Instance.objects.get(pk=instance.pk), endpoint="e", model="m", role="r", step="s",
                seed=1, messages_digest="d", messages=[{"content": MARK}], reply={"text": MARK}, text=MARK,
                latency_ms=1)  # fmt: skip
    with transaction.atomic():
        _stored([call])
    assert is_blanked(Call.objects.get(key="k")) and rows_with(MARK) == set()


def test_what_failed_of_it_is_not_tried_again_and_says_why(endpoint, drive, lena, log_in):
    endpoint(lambda number, body: DENIED)
    one, stays = confirmed(lena, turns=SAID), confirmed(lena, key="clinic-2")
    run = planning.plan(recipe="excerpt_reply", profiles=[one, stays])
    drive(run)
    run.instances.update(state="failed", failure="It failed.")
    run.instances.filter(profile=one).update(failure=f"It said {MARK}.")
    erase(one, lena)
    erased, other = run.instances.get(profile=one), run.instances.get(profile=stays)
    assert erased.failure == "The excerpt that it was made of was erased." and rows_with(MARK) <= {
        "synthesis.Instance"
    }
    act = reverse("run_steer", args=[run.public_id])
    page = log_in(lena).post(act, {"act": "retry"}, follow=True).content.decode()
    assert "1 failed session is planned again. Not those of an excerpt that was erased" in page
    assert set(run.instances.values_list("pk", "state")) == {(erased.pk, "failed"), (other.pk, "planned")}
    Instance.objects.filter(pk=other.pk).update(state="cancelled")
    with pytest.raises(steering.NotNow, match="made of an excerpt that was erased"):
        steering.retry_failed(run=run, by=lena)


def test_what_is_claimed_is_seen_by_whoever_erases(endpoint, lena):
    endpoint(AGENTS)
    one = confirmed(lena, turns=SAID)
    run = planning.plan(recipe="excerpt_reply", profiles=[one])
    with transaction.atomic():
        claiming.claim(run=run, worker="somebody", most=1, but=set())
    with pytest.raises(erasing.NotErased, match="being made"):
        erase(one, lena)
    assert Profile.objects.get().source_text.text


def running_material(run):
    from synthesis.material import Material

    return Material(run)
