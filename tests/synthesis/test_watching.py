"""A run is watched: how far, how fast, what it spends, who works at it, what goes wrong; and steered while it runs."""

from datetime import timedelta
from decimal import Decimal
from unittest.mock import patch

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from config.pages import waiting
from synthesis.adding_up import SETTLED
from synthesis.comparing import same_cells
from synthesis.listing import listed_runs, listed_sessions
from synthesis.models import Call, Drive, Endpoint, Hitch, Instance
from synthesis.spending import spent
from synthesis.spent_so_far import spent_so_far
from synthesis.watching import (
    bounds,
    counts,
    counts_of,
    failures,
    hitches,
    progress,
    runs_ahead,
    watched,
    workers,
)
from tests.factories import client_profile

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(plan, settings, transactional_db):
    settings.OPENAI_BASE_URL, settings.OPENAI_MODEL = "http://127.0.0.1:1/v1", "scripted"
    return plan(10)


def finish(run, n, *, ago=lambda i: timedelta(minutes=i)):
    """So many sessions are made, one every minute until just now."""
    for i, one in enumerate(run.instances.filter(state="planned")[:n]):
        made = {"state": "made", "content": {}, "digest": "d", "made_at": timezone.now() - ago(i)}
        Instance.objects.filter(pk=one.pk).update(**made)


def reply(instance, key, **more) -> Call:
    fields = {"endpoint": "environment", "model": "m", "role": "client", "step": "client 1", "seed": 1,
              "messages_digest": "", "messages": [], "reply": {}, "text": "", "latency_ms": 5,
              "tokens_in": 100, "tokens_out": 20} | more  # fmt: skip
    return Call.objects.create(key=key, instance=instance, **fields)


def test_counts_rate_and_time_left_follow_from_what_was_made_lately(run):
    finish(run, 4)
    found = watched(run)
    assert found.counts == {"planned": 6, "making": 0, "made": 4, "failed": 0, "cancelled": 0}
    assert found.share == 40 and found.rate == pytest.approx(1, rel=0.01)
    assert found.seconds_left == pytest.approx(360, rel=0.01)


def test_one_session_alone_tells_no_rate_and_one_of_yesterday_neither(run):
    finish(run, 1)
    assert watched(run).rate is None and watched(run).seconds_left is None
    finish(run, 3, ago=lambda i: timedelta(days=1))
    assert watched(run).rate is None


def test_a_rate_is_of_the_time_in_which_the_run_was_worked_at(run):
    finish(run, 4, ago=lambda i: timedelta(minutes=5 + i / 2))
    assert watched(run).rate == pytest.approx(2, rel=0.01), "after the end it stays what it was"
    now = timezone.now()
    Drive.objects.create(run=run, worker="w", began_at=now - timedelta(minutes=4), seen_at=now)
    assert watched(run).rate is None, "after a pause nothing was made yet"
    finish(run, 3)
    assert watched(run).rate == pytest.approx(1, rel=0.01)


def test_a_paused_run_has_no_time_left_to_tell_and_a_finished_one_is_called_so(run):
    finish(run, 4)
    run.state = "paused"
    assert watched(run).seconds_left is None and watched(run).state == "paused"
    finish(run, 6)
    run.state = "open"
    assert watched(run).state == "finished"


def test_what_is_spent_is_the_same_whether_it_is_added_up_anew_or_on_and_on(run):
    Endpoint.objects.filter(name="environment").update(price={"in": 1, "out": 1, "currency": "EUR"})
    one, other = run.instances.all()[:2]
    later = timezone.now() + 2 * SETTLED
    reply(one, "a", price=Decimal("0.5"))
    assert spent_so_far(run) == spent(run) == spent_so_far(run, now=later)
    reply(one, "b", tokens_in=None)
    reply(other, "c", price=Decimal("0.25"))
    for now in (None, later, later, None):
        found = spent_so_far(run, now=now)
        assert found == spent(run) and found.calls == 3 and found.money == Decimal("0.75")
    assert (found.uncounted, found.unpriced, found.currency) == (1, 1, "EUR")
    # Stored before there was a price: it counts at today's.
    reply(other, "d", endpoint="environment", tokens_in=500_000, tokens_out=500_000)
    assert spent_so_far(run) == spent(run) and spent(run).money == Decimal("1.75")


def test_a_reply_with_an_older_number_that_is_seen_later_is_not_lost(run):
    """Another worker took its number first and stored it last."""
    one, late = run.instances.first(), run.instances.last()
    reply(one, "a")
    reply(one, "b", id=Call.objects.get(key="a").pk + 5)
    assert spent_so_far(run).calls == 2
    reply(late, "c", id=Call.objects.get(key="a").pk + 2)
    assert spent_so_far(run).calls == 3


def test_where_the_clocks_of_two_workers_differ_no_reply_is_lost(run, monkeypatch):
    now = timezone.now()
    with monkeypatch.context() as ahead:
        ahead.setattr(timezone, "now", lambda: now + timedelta(seconds=4))
        reply(run.instances.first(), "a")
    reply(run.instances.last(), "b")
    between = timezone.now() + SETTLED + timedelta(seconds=2)
    assert spent_so_far(run, now=between).calls == 2
    assert spent_so_far(run, now=between + SETTLED).calls == 2


def test_of_old_replies_none_is_read_twice(run):
    one = run.instances.first()
    for n in range(5):
        reply(one, f"old {n}")
    spent_so_far(run)
    spent_so_far(run, now=timezone.now() + 2 * SETTLED)
    reply(one, "new")
    last = Call.objects.order_by("-pk")[1].pk
    with CaptureQueriesContext(connection) as captured:
        assert spent_so_far(run).calls == 6
    sums = [query["sql"] for query in captured if "COUNT(" in query["sql"]]
    assert sums and all(f'"synthesis_call"."id" > {last}' in sql for sql in sums)


def test_what_others_stored_meanwhile_is_not_passed_over_again_and_again(plan, run):
    """A run that has ended is looked at while another one is made."""
    reply(run.instances.first(), "its last")
    other = plan(1, version=run.version, profiles=[client_profile("other")]).instances.get()
    for n in range(3):
        reply(other, f"of another run {n}")
    now = timezone.now()
    for n in range(3):
        assert spent_so_far(run, now=now + n * SETTLED).calls == 1
    with CaptureQueriesContext(connection) as captured:
        assert spent_so_far(run, now=now + 2 * SETTLED).calls == 1
    assert not [query for query in captured if "COUNT(" in query["sql"]], "there is nothing new at all"


def test_a_first_look_at_many_replies_keeps_all_but_the_latest_at_once(run, monkeypatch):
    monkeypatch.setattr("synthesis.adding_up.FAR_BEHIND", 2)
    for n in range(5):
        reply(run.instances.first(), f"reply {n}")
    third = Call.objects.order_by("pk")[2].pk
    assert spent_so_far(run).calls == 5
    with CaptureQueriesContext(connection) as captured:
        assert spent_so_far(run).calls == 5
    (asked,) = [query["sql"] for query in captured if "COUNT(" in query["sql"]]
    assert f'"synthesis_call"."id" > {third}' in asked


def test_hitches_are_told_by_kind_the_most_frequent_first_and_old_ones_are_read_once(run):
    def met(*kinds):
        for kind in kinds:
            Hitch.objects.create(run=run, endpoint="environment", kind=kind)

    met("hang", "cut", "hang")
    assert [(kind, n) for kind, _label, n in hitches(run)] == [("hang", 2), ("cut", 1)]
    met("cut", "cut")
    with patch("django.utils.timezone.now", return_value=timezone.now() + SETTLED):
        with CaptureQueriesContext(connection) as captured:
            assert [(kind, n) for kind, _label, n in hitches(run)] == [("cut", 3), ("hang", 2)]
    assert f'"id" > {Hitch.objects.order_by("pk")[2].pk}' in captured[-1]["sql"]


def plans(look, *arguments) -> str:
    """How the database finds what this look asks for, each query in turn."""
    with CaptureQueriesContext(connection) as captured:
        look(*arguments)
    with connection.cursor() as cursor:
        told = []
        for asked in captured:
            cursor.execute(f"EXPLAIN QUERY PLAN {asked['sql']}")
            told += [row[-1] for row in cursor.fetchall()]
    return "\n".join(told)


@pytest.mark.skipif(
    connection.vendor != "sqlite", reason="PostgreSQL plans by the rows that are there: here few"
)
def test_no_session_is_read_to_tell_how_far_a_run_is(run):
    reply(run.instances.first(), "a")
    for n in range(2):
        spent_so_far(run, now=timezone.now() + n * SETTLED)
    reply(run.instances.first(), "b")
    assert "COVERING INDEX claimable (run_id=?)" in plans(counts, run)
    assert "COVERING INDEX claimable (run_id=?)" in plans(counts_of, [run])
    assert "COVERING INDEX made_when (run_id=? AND made_at>?)" in plans(watched, run)
    assert (
        plans(failures, run) == "SEARCH synthesis_instance USING INDEX listed_by_state (run_id=? AND state=?)"
    )
    # Replies since the last look, and not the sessions that they may be of.
    assert "SEARCH synthesis_call USING INTEGER PRIMARY KEY (rowid>?)" in plans(spent_so_far, run)
    for plan_told in (plans(progress, run), plans(listed_runs, None)):
        assert "SCAN synthesis_instance" not in plan_told and "SCAN synthesis_call" not in plan_told


@pytest.mark.skipif(
    connection.vendor != "sqlite", reason="PostgreSQL plans by the rows that are there: here few"
)
def test_a_page_of_sessions_is_found_in_its_order_and_not_sorted(run, lena):
    def lists(**chosen):
        return plans(lambda: listed_sessions(run, **chosen))

    after = run.instances.first().public_id
    for state, index in (
        ("", "listed_by_public_id (run_id=?"),
        ("making", "listed_by_state (run_id=? AND state=?"),
    ):
        for more in ({}, {"after": after}):
            told = lists(state=state, **more)
            assert f"SEARCH synthesis_instance USING INDEX {index}" in told and "ORDER BY" not in told
            assert ("public_id>?" in told) == bool(more)
    assert "COVERING INDEX marked_as (kind=?)" in lists(state="held")
    found = plans(lambda: same_cells(list(run.instances.all()[:2]), run))
    assert "USING INDEX place_in_the_grid (run_id=? AND profile_id=? AND pair_revision_id=?" in found
    failed = plans(waiting.numbers, lena)
    assert "(run_id=? AND state=?)" in failed and "SCAN synthesis_instance" not in failed


def test_what_refreshes_itself_does_not_count_what_waits_in_the_rail(client, lena, run):
    client.force_login(lena)
    with patch("config.pages.waiting.numbers") as counted:
        client.get(reverse("run_progress", args=[run.public_id]))
        assert not counted.called
        counted.return_value = {}
        client.get(reverse("run", args=[run.public_id]))
        assert counted.called


def test_each_bound_of_the_budget_says_how_much_of_it_is_spent(run):
    run.budget = {"tokens": 480, "seconds": 100}
    reply(run.instances.first(), "a")
    Drive.objects.create(
        run=run, worker="m:1:2:3", began_at=timezone.now() - timedelta(seconds=150), seen_at=timezone.now()
    )
    shares = {one.name: one.share for one in bounds(run, spent_so_far(run))}
    assert shares == {"tokens": 25.0, "seconds": 100.0}


def test_who_works_at_it_is_who_was_seen_just_now(run):
    now = timezone.now()
    limits = {
        "environment": {"at_once": 4, "calls": 3, "waiting": 2, "state": "slowed", "why": "asked too often"}
    }
    Drive.objects.create(
        run=run, worker="feed0815:77:1:a", began_at=now, seen_at=now, in_flight=3, limits=limits
    )
    Drive.objects.create(run=run, worker="gone:1:1:a", began_at=now, seen_at=now - timedelta(hours=1))
    Drive.objects.create(run=run, worker="done:1:1:a", began_at=now, seen_at=now, ended_at=now)
    (worker,) = workers(run)
    assert (worker.machine, worker.process, worker.in_flight) == ("feed08", "77", 3)


@pytest.fixture
def page(client, lena, run):
    client.force_login(lena)
    return lambda: client.get(reverse("run", args=[run.public_id])).content.decode()


def test_the_page_tells_workers_hitches_failures_and_the_budget_in_words(run, page):
    now = timezone.now()
    limits = {
        "environment": {"at_once": 4, "calls": 3, "waiting": 2, "state": "slowed", "why": "asked too often"}
    }
    Drive.objects.create(
        run=run, worker="feed0815:77:1:a", began_at=now, seen_at=now, in_flight=3, limits=limits
    )
    for _ in range(3):
        Hitch.objects.create(run=run, endpoint="environment", kind="hang")
    run.instances.filter(pk__in=run.instances.all()[:2]).update(state="failed", failure="The model refused.")
    type(run).objects.filter(pk=run.pk).update(budget={"tokens": 1000})
    shown = page()
    for words in (
        "Process 77",
        "slowed down",
        "3 × no answer in time",
        "2 × The model refused.",
        "Budget: tokens",
    ):
        assert words in shown
    assert failures(run) == [(2, "The model refused.")]


def test_how_many_at_once_and_the_budget_change_while_it_runs(client, run, page):
    page()
    at = reverse("run_steer", args=[run.public_id])
    client.post(at, {"act": "concurrency", "concurrency": "3"})
    client.post(at, {"act": "budget", "tokens": "5000", "minutes": "90", "money": ""})
    run.refresh_from_db()
    assert run.concurrency == 3 and run.budget == {"tokens": 5000, "seconds": 5400}
    assert 'value="5000"' in page() and 'value="90"' in page()
    client.post(at, {"act": "budget", "tokens": "", "minutes": "", "money": ""})
    run.refresh_from_db()
    assert run.budget == {}


@pytest.mark.parametrize(
    "sent",
    [{"act": "concurrency", "concurrency": "0"}, {"act": "concurrency", "concurrency": "many"},
     {"act": "budget", "tokens": "-4"}, {"act": "budget", "money": "2"}, {"act": "hurry"}],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_in_words_and_changes_nothing(client, run, page, sent):
    page()
    answer = client.post(reverse("run_steer", args=[run.public_id]), sent, follow=True)
    assert "alert-danger" in answer.content.decode()
    run.refresh_from_db()
    assert (run.concurrency, run.budget) == (8, {})


def test_to_watch_costs_the_same_queries_however_large_the_run(plan, run):
    def queries(one) -> int:
        spent_so_far(one)
        with CaptureQueriesContext(connection) as captured:
            progress(one)
        return len(captured)

    large = plan(60, version=run.version, profiles=[client_profile(f"more-{n}") for n in range(3)])
    assert queries(large) == queries(run) <= 10


def test_the_runs_that_the_workers_are_at_first_are_named(plan, run):
    later = plan(1, version=run.version, profiles=[client_profile("later")])
    Instance.objects.filter(pk=run.instances.first().pk).update(
        state="making", lease_by="a", lease_until=timezone.now()
    )
    assert runs_ahead(watched(later)) == [run] and runs_ahead(watched(run)) == []


def test_previews_are_not_among_the_runs(client, lena, run):
    from synthesis import planning

    planning.preview(by=lena, recipe=run.recipe, version=run.version, profiles="all", pairs="all")
    client.force_login(lena)
    assert [one.pk for one in client.get(reverse("runs")).context["runs"]] == [run.pk]


def test_the_list_of_runs_costs_the_same_queries_however_many(client, lena, plan, run):
    client.force_login(lena)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("runs"))
        return len(captured)

    before = queries()
    for n in range(3):
        plan(2, version=run.version, profiles=[client_profile(f"more-{n}")])
    assert queries() == before


@pytest.fixture(autouse=True)
def _fresh_cache():
    from django.core.cache import cache

    cache.clear()


def test_a_run_that_nobody_works_at_shows_the_command_and_no_missing_price(run, client, lena):
    """A run without a reply has spent nothing, whatever is known of prices."""
    client.force_login(lena)
    page = client.get(reverse("run_progress", args=[run.public_id])).content.decode()
    assert f"<code>./bin/manage resume {run.public_id} --wait</code>" in page
    assert "<dt>Spent</dt><dd>–</dd>" in page and "price not known" not in page
