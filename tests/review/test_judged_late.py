"""What a reader judges when the session is settled moves nothing of it, and waits for a lead."""

from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Grant, ReviewerRecord
from config.pages import waiting
from review.appealing import decline_appeal, grant_appeals
from review.label_studio.sending import send
from review.label_studio.syncing import sync_all
from review.models import Appeal, Item, RawAnnotation, Round, Standing
from review.raters import rater_for
from review.releasing import move_release
from review.rounds import close_round
from tests.conftest import person
from tests.fakes.label_studio import FakeLabelStudio
from tests.review.factories import round_of, says, standings
from tests.review.studio import desk, result_of, submit

LATE = says("reject", comment="It talks over him.")


@pytest.fixture
def fake(round):
    fake = FakeLabelStudio()
    send(round, fake)
    return fake


@pytest.fixture
def ben_at_it(item, ben, chloe, fake):
    """Ben and Chloe accept; `(answers)` has Ben save his judgement once more, and it is read."""
    session = desk(fake, ben)
    annotation = submit(session, item, ben, says())
    submit(desk(fake, chloe), item, chloe, says())
    sync_all(fake)
    dialogue = next(iter(fake.tasks.values()))["data"]["dialogue"]

    def again(answers):
        session.update(annotation, result_of(item, answers, dialogue))
        sync_all(fake)

    return again


def page(client, user, show=""):
    client.force_login(user)
    return client.get(reverse("appeals"), {"show": show}).content.decode()


@pytest.fixture
def released(round, lena):
    """What is settled is open to its reviewers, while the round goes on."""
    return move_release(round=round, to=timezone.now(), by=lena)


def test_it_waits_for_a_lead_who_sees_both_judgements_in_the_words_of_the_screen(
    item, ben, lena, ben_at_it, client, released
):
    ben_at_it(LATE)
    waits = Appeal.objects.get()
    assert (waits.item, waits.by, waits.state, waits.reason) == (item, ben, "waiting", "")
    assert waits.raw == RawAnnotation.objects.exclude(uncounted="").get()
    assert standings(item) == {"verdict": ("settled", "accept")}
    seen = page(client, lena)
    assert f"{ben} judged it otherwise" in seen and "It talks over him." in seen
    assert seen.count('data-label="What counts"') == 3  # verdict, why, comment; what is the same is left out


def test_what_he_changes_in_it_while_it_waits_is_shown_and_waits_no_second_time(
    lena, ben_at_it, client, released
):
    ben_at_it(LATE)
    ben_at_it(says("reject", comment="It gives advice."))
    assert Appeal.objects.count() == 1 and RawAnnotation.objects.exclude(uncounted="").count() == 2
    seen = page(client, lena)
    assert "It gives advice." in seen and "It talks over him." not in seen


def test_the_same_judgement_saved_once_more_waits_for_nobody(ben_at_it):
    ben_at_it(says())
    assert not Appeal.objects.exists()
    assert "without a change" in RawAnnotation.objects.exclude(uncounted="").get().uncounted


def test_it_waits_too_when_the_round_was_closed_meanwhile(round, item, lena, ben_at_it):
    close_round(round=round, by=lena)
    ben_at_it(LATE)
    assert Appeal.objects.late().get().item == item


def test_what_never_settled_is_no_late_judgement(round, item, ben, lena, fake):
    session = desk(fake, ben)
    annotation = submit(session, item, ben, says())
    sync_all(fake)
    close_round(round=round, by=lena)
    dialogue = next(iter(fake.tasks.values()))["data"]["dialogue"]
    session.update(annotation, result_of(item, LATE, dialogue))
    sync_all(fake)
    assert not Appeal.objects.exists()
    assert RawAnnotation.objects.exclude(uncounted="").get().uncounted == "Judged after the round was closed."


def test_granted_others_judge_a_new_item_and_nothing_of_the_old_one_moved(
    round, item, ben, lena, ben_at_it, released
):
    stood = list(Standing.objects.order_by("pk").values())
    ben_at_it(LATE)
    others = [rater_for(person("Noor", "annotator")), rater_for(person("Omar", "annotator"))]
    new = grant_appeals(
        appeals=[Appeal.objects.get()], name="Again", raters=others, by=lena,
        pairs_version=round.pairs_version, rubric_version=round.rubric_version,
    ).items.get()  # fmt: skip
    assert (new.instance, new.supersedes) == (item.instance, item)
    assert {reading.seat.rater for reading in new.readings.all()} == set(others)
    assert (
        list(Standing.objects.filter(item__in=Item.objects.filter(round=round)).order_by("pk").values())
        == stood
    )
    ben_at_it(says("reject", comment="Once more."))
    assert Appeal.objects.count() == 1 and Round.objects.count() == 2


def test_declined_he_reads_why_and_a_later_one_waits_anew(round, ben, lena, ben_at_it, client, released):
    ben_at_it(LATE)
    decline_appeal(appeal=Appeal.objects.get(), by=lena, answer="Both of you heard him then.")
    ben_at_it(says("reject", comment="Heard again today."))
    assert [one.state for one in Appeal.objects.order_by("pk")] == ["declined", "waiting"]
    close_round(round=round, by=lena)
    client.force_login(ben)
    seen = client.get(
        reverse("desk_mine_item", args=[Appeal.objects.first().item.public_id])
    ).content.decode()
    assert "What you judged afterwards" in seen and "Both of you heard him then." in seen
    # He may still appeal in words of his own.
    assert "I think that this was settled wrongly" in seen


def test_a_lead_who_judges_there_is_told_nothing_of_it(chloe, lena, ben_at_it, client, released):
    Grant.objects.create(user=chloe, role="lead")
    ben_at_it(LATE)
    assert "It talks over him." not in page(client, chloe) and "It talks over him." in page(client, lena)


def test_nobody_reads_it_before_its_reviewers_may_see_how_it_was_settled(round, lena, ben_at_it, client):
    ben_at_it(LATE)
    assert "No appeal waits" in page(client, lena) and waiting.numbers(lena)["rounds"] == 0
    close_round(round=round, by=lena)
    assert "It talks over him." in page(client, lena) and waiting.numbers(lena)["rounds"] == 1


def test_what_he_takes_back_is_told_as_that(lena, ben_at_it, client, released):
    ben_at_it(LATE)
    ben_at_it(says())
    seen = page(client, lena)
    assert "has taken that back since" in seen and "It talks over him." not in seen
    # Said once more, it is there again, and waits once.
    ben_at_it(LATE)
    assert "It talks over him." in page(client, lena) and Appeal.objects.count() == 1


def test_what_a_lead_answered_stays_as_she_read_it_and_the_same_waits_no_second_time(
    lena, ben_at_it, client, released
):
    ben_at_it(LATE)
    decline_appeal(appeal=Appeal.objects.get(), by=lena, answer="Both of you heard him then.")
    ben_at_it(LATE)
    ben_at_it(says("reject", comment="IT GIVES ADVICE"))
    ben_at_it(LATE)
    assert [one.state for one in Appeal.objects.order_by("pk")] == ["declined", "waiting"]
    answered = page(client, lena, "answered")
    assert "It talks over him." in answered and "IT GIVES ADVICE" not in answered


def test_in_a_rehearsal_it_waits_for_nobody(ben, lena):
    ReviewerRecord.objects.create(user=ben, n=2, profession="none", terms_version="2026-11", simulated=True)
    rehearsal, fake = round_of(1, [ben], lena, overlap=1, unaided_share=0), FakeLabelStudio()
    send(rehearsal, fake)
    item, session = rehearsal.items.get(), desk(fake, ben)
    annotation = submit(session, item, ben, says())
    sync_all(fake)
    assert rehearsal.rehearsal and standings(item) == {"verdict": ("settled", "accept")}
    session.update(annotation, result_of(item, LATE, next(iter(fake.tasks.values()))["data"]["dialogue"]))
    sync_all(fake)
    assert RawAnnotation.objects.exclude(uncounted="").exists() and not Appeal.objects.exists()


def test_the_page_asks_the_same_of_the_database_however_many_wait(
    round, ben, chloe, lena, fake, client, released
):
    session, asked = desk(fake, ben), []
    for n, item in enumerate(round.items.all()):
        annotation = submit(session, item, ben, says())
        submit(desk(fake, chloe), item, chloe, says())
        sync_all(fake)
        task = fake.tasks[item.readings.get(seat__rater__user=ben).task_id]
        session.update(annotation, result_of(item, LATE, task["data"]["dialogue"]))
        sync_all(fake)
        page(client, lena)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page(client, lena)
        asked.append(len(queries))
        assert Appeal.objects.count() == n + 1
    assert len(asked) == 4 and len(set(asked)) == 1


def test_the_database_keeps_one_waiting_and_each_state_once(item, ben, ben_at_it):
    ben_at_it(LATE)
    ben_at_it(says("reject", comment="More."))
    first, second = RawAnnotation.objects.exclude(uncounted="").order_by("pk")
    with pytest.raises(DatabaseError), transaction.atomic():
        Appeal.objects.create(item=item, by=ben, raw=second)  # one waits
    Appeal.objects.update(state="declined", answer="No.", answered_by=ben, answered_at=timezone.now())
    with pytest.raises(DatabaseError), transaction.atomic():
        Appeal.objects.create(item=item, by=ben, raw=first, public_id=uuid4())  # it was answered
    assert Appeal.objects.create(item=item, by=ben, raw=second)
    with pytest.raises(DatabaseError), transaction.atomic():
        Appeal.objects.update(raw=second)
