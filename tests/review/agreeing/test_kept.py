"""Figures are computed once for each change, say from what and when, and nobody waits for new ones."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from review import tasks
from review.agreeing import kept, looking
from review.models import KeptFigures
from tests.review.factories import judge, reading, says
from tests.review.test_pages import words


def test_a_second_look_computes_nothing(judged, monkeypatch):
    first = kept.current(judged)
    monkeypatch.setattr(kept, "renew", lambda round: pytest.fail("computed again"))
    again = kept.current(judged)
    assert again.is_current and again.at == first.at and again.judgements == 48


def test_a_new_judgement_makes_what_is_kept_older(judged, noor):
    kept.renew(judged)
    item = judged.items.filter(readings__seat__rater__user=noor).first()
    judge(item, noor, says("edit", "Otherwise."), minutes=5)
    assert not kept.kept(judged).is_current
    assert kept.renew(judged).judgements == 48 and kept.kept(judged).is_current


def test_a_judgement_elsewhere_leaves_it_as_new(judged, ben, lena):
    kept.renew(judged)
    other = looking.Round.objects.exclude(pk=judged.pk)
    assert not other.exists()
    from tests.review.factories import round_of

    second = round_of(
        1, [ben], lena, pairs_version=judged.pairs_version, rubric_version=judged.rubric_version,
        overlap=1, unaided_share=0,
    )  # fmt: skip
    judge(second.items.get(), ben, says())
    assert kept.kept(judged).is_current


def test_when_resolutions_open_the_figures_are_computed_anew(judged, lena):
    from datetime import timedelta

    from django.utils import timezone

    from review.releasing import move_release

    kept.renew(judged)
    moved = move_release(round=judged, to=timezone.now() + timedelta(days=3), by=lena)
    assert not kept.kept(moved).is_current


def test_many_decisions_wait_for_a_worker_and_older_figures_are_said_to_be_older(
    judged, noor, lena, log_in, monkeypatch
):
    kept.renew(judged)
    old = kept.kept(judged).at
    item = judged.items.filter(readings__seat__rater__user=noor).first()
    judge(item, noor, says("edit", "Otherwise."), minutes=5)
    monkeypatch.setattr(kept, "AT_ONCE", 10)
    asked = []
    monkeypatch.setattr(tasks, "wake_agreeing", lambda round: asked.append(round.pk) or True)
    page = words(log_in(lena).get("/agreement/", {"round": judged.public_id}))
    assert asked == [judged.pk] and kept.kept(judged).at == old
    assert "These are older figures: 1 decision has come since." in page and "from 48 judgements" in page
    tasks.agree(judged.pk)
    page = words(log_in(lena).get("/agreement/", {"round": judged.public_id}))
    assert "older figures" not in page and kept.kept(judged).is_current


def test_a_large_round_that_nobody_computed_says_that_it_is_computed(judged, lena, log_in, monkeypatch):
    monkeypatch.setattr(kept, "AT_ONCE", 10)
    monkeypatch.setattr(tasks, "wake_agreeing", lambda round: True)
    for place in (
        "",
        "by/pair/",
        "marks/",
        "reviewers/",
        "answers/",
        "rates/",
        "sessions/",
        "methods/",
        "rounds/",
    ):
        page = words(log_in(lena).get(f"/agreement/{place}", {"round": judged.public_id}))
        assert "are being computed" in page, place
    assert log_in(lena).get("/agreement/figures.json", {"round": judged.public_id}).status_code == 503
    assert not KeptFigures.objects.exists()


def test_what_was_kept_in_an_older_format_is_not_shown_and_goes(judged, lena, log_in, monkeypatch):
    kept.renew(judged)
    KeptFigures.objects.filter(part=kept.TABLE).update(part="table", state="of another time")
    KeptFigures.objects.filter(part="marks").delete()
    monkeypatch.setattr(kept, "AT_ONCE", 10)
    monkeypatch.setattr(tasks, "wake_agreeing", lambda round: True)
    for place in ("", "marks/", "answers/"):
        assert "are being computed" in words(
            log_in(lena).get(f"/agreement/{place}", {"round": judged.public_id})
        )
    tasks.agree(judged.pk)
    assert kept.kept(judged).is_current and not KeptFigures.objects.filter(part="table").exists()


def test_without_a_broker_it_is_computed_at_once(judged, lena, log_in, monkeypatch):
    monkeypatch.setattr(kept, "AT_ONCE", 10)
    assert tasks.wake_agreeing(judged) is False
    assert "from 48 judgements" in words(log_in(lena).get("/agreement/", {"round": judged.public_id}))


def test_the_task_computes_once_and_a_second_run_does_no_harm(judged):
    tasks.agree(judged.pk)
    first = kept.kept(judged)
    tasks.agree(judged.pk)
    assert kept.kept(judged).at == first.at


@pytest.mark.parametrize(
    "place", ["", "by/pair/", "by/named/", "by/time/", "marks/", "reviewers/", "answers/", "rates/", "rounds/", "methods/"]
)  # fmt: skip
def test_a_look_at_what_is_kept_asks_as_much_for_many_as_for_few(
    closed, ben, chloe, noor, lena, log_in, place
):
    from tests.review.agreeing.conftest import sessions
    from tests.review.factories import round_of

    more = round_of(
        0, [ben, chloe, noor], lena, pairs_version=closed.pairs_version, rubric_version=closed.rubric_version,
        instances=sessions(36, closed.pairs_version, clients=12), overlap=3, unaided_share=0, name="December",
    )  # fmt: skip
    for item in more.items.all():
        for who in (ben, chloe, noor):
            judge(item, who, says("reject" if item.position % 3 else "accept"))
    counts = []
    client = log_in(lena)
    for round in (closed, more):
        client.get(f"/agreement/{place}", {"round": round.public_id})
        with CaptureQueriesContext(connection) as asked:
            assert client.get(f"/agreement/{place}", {"round": round.public_id}).status_code == 200
        counts.append(len(asked))
    # An open round asks in addition whether it is hidden from her.
    assert counts[1] <= counts[0] + 4 and counts[1] < 45
    assert reading(more.items.first(), ben)
