"""Behind each number of a round's page are its sessions, for whoever may know of each how it stands."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Grant
from review.flags.raising import raise_flag
from review.handing_on import hand_on
from review.label_studio.sending import send
from review.label_studio.syncing import sync_all
from review.models import Reading, Return, Round
from review.rounds import close_round
from review.sessions import behind
from review.sessions.behind import Show
from review.workflow import adjudicate
from synthesis.models import Mark
from tests.conftest import person
from tests.fakes.label_studio import FakeLabelStudio
from tests.review.factories import judge, made_instances, reading, round_of, says, settle
from tests.review.studio import desk
from tests.review.test_pages import queries, words

pytestmark = pytest.mark.django_db
STATES = [str(show) for show in behind.SAYS_HOW_THEY_STAND]


@pytest.fixture
def round(ben, chloe, lena):
    return round_of(7, [ben, chloe], lena)


@pytest.fixture
def read(round, ben, chloe, dan):
    """Accepted, edited, rejected by an adjudicator, in dispute, of one mind again, half read, not read."""
    accepted, edited, rejected, disputed, changed, half, _unread = round.items.all()
    for item, bens, chloes in (
        (accepted, says("accept"), says("accept")),
        (edited, says("edit", "In Ben's words."), says("edit", "In Chloe's words.")),
        (rejected, says("accept"), says("reject")),
        (disputed, says("accept"), says("reject")),
        (changed, says("accept"), says("reject")),
    ):
        judge(item, ben, bens)
        judge(item, chloe, chloes)
    judge(changed, chloe, says("accept"), minutes=1)
    judge(half, ben, says("accept"))
    adjudicate(item=rejected, by=dan, verdict="reject", reason="As Chloe says.")
    settle(edited, dan, ["In Ben's words."])
    return round


def numbers(items) -> list[int]:
    return [item.position + 1 for item in items]


def listed(client, round, **asked) -> list[int]:
    page = client.get(f"/rounds/{round.public_id}/sessions/", asked)
    assert page.status_code == 200, words(page)
    return numbers(row.item for row in page.context["rows"])


def test_behind_each_number_of_the_page_are_as_many_sessions(log_in, lena, read):
    """Every link on the page to sessions shows as many as the number that it is on says."""
    close_round(round=read, by=lena)
    client = log_in(lena)
    page = client.get(f"/rounds/{read.public_id}/").content.decode()
    links = re.findall(r'<a href="(/rounds/[^"]+/sessions/[^"]*)">([^<]*\d[^<]*)</a>', page)
    said = {}
    for href, told in links:
        rows = client.get(href.replace("&amp;", "&")).context["rows"]
        assert len(rows) == int(re.search(r"\d+", told)[0]), told
        said[told] = numbers(row.item for row in rows)
    assert said["1 in dispute"] == [4] and said["2 open"] == [6, 7] and said["7 sessions"] == [*range(1, 8)]
    assert len(said) >= 7 and said["1 rejected"] == [3]


@pytest.mark.parametrize(
    ("show", "found"),
    [
        ("", [1, 2, 3, 4, 5, 6, 7]),
        ("open", [6, 7]),
        ("disputed", [4]),
        ("settled", [1, 2, 3, 5]),
        ("accepted", [1, 5]),
        ("edited", [2]),
        ("rejected", [3]),
        ("better", []),
        ("nonsense", [1, 2, 3, 4, 5, 6, 7]),
    ],
)
def test_a_session_is_listed_by_how_it_stands_now_whatever_it_was(log_in, lena, read, show, found):
    close_round(round=read, by=lena)
    assert listed(log_in(lena), read, show=show) == found


def test_what_happened_to_a_session_is_told_open_or_closed(log_in, lena, round, ben, chloe):
    flagged, held, of_mira, skipped, *_rest = round.items.all()
    raise_flag(reading=reading(flagged, ben), kind="unsafe", words="Turn 3.", by=ben)
    Mark.objects.create(instance=held.instance, kind="held", by=lena, reason="Wait.")
    for kind in ("held", "released"):
        Mark.objects.create(instance=of_mira.instance, kind=kind, by=lena, reason="Looked at.")
    fake = FakeLabelStudio()
    send(round, fake)
    desk(fake, ben).skip(Reading.objects.get(item=skipped, seat__rater__user=ben).task_id)
    sync_all(fake)
    client = log_in(lena)
    assert [listed(client, round, show=show) for show in ("flagged", "held", "skipped")] == [[1], [2], [4]]
    row, *_others = client.get(f"/rounds/{round.public_id}/sessions/?show=flagged").context["rows"]
    assert row.flagged and not row.held and row.readers == [("Ben", False), ("Chloe", False)]
    Mark.objects.create(profile=of_mira.instance.profile, kind="held", by=lena, reason="All of this client.")
    assert listed(client, round, show="held") == [*range(1, 8)]


def test_what_waits_for_a_reader_is_listed_until_somebody_has_it(log_in, lena, round, ben, chloe):
    judge(round.items.first(), ben, says())
    seat = round.seats.get(rater__user=ben)
    for item in list(round.items.all())[1:3]:
        Return.objects.create(reading=reading(item, ben), by=ben)
    client = log_in(lena)
    assert listed(client, round, show="waiting") == listed(client, round, show="given-back") == [2, 3]
    assert listed(client, round, seat=seat.public_id) == [1, 4, 5, 6, 7]
    assert listed(client, round, seat=seat.public_id, show="judged") == [1]
    assert listed(client, round, seat=seat.public_id, show="left") == [4, 5, 6, 7]
    person("Amal", "annotator")
    hand_on(seat=seat, by=lena)
    assert listed(client, round, show="waiting") == [2, 3], "Chloe has them already"


def test_while_the_round_is_open_nobody_reads_how_one_session_was_settled(log_in, lena, read):
    client, address = log_in(lena), f"/rounds/{read.public_id}/sessions/"
    refused = client.get(address, {"show": "accepted"})
    assert refused.status_code == 403 and "when the round is closed" in words(refused)
    assert {row.stands for row in client.get(address).context["rows"]} <= set(behind.HOW_THEY_STAND)
    assert "?show=accepted" not in client.get(f"/rounds/{read.public_id}/").content.decode()
    close_round(round=read, by=lena)
    assert [row.stands for row in client.get(address).context["rows"]][:4] == [
        Show.ACCEPTED, Show.EDITED, Show.REJECTED, Show.DISPUTED
    ]  # fmt: skip


def test_a_lead_who_judges_in_the_round_sees_none_of_it_until_it_is_closed(log_in, lena, read, ben):
    Grant.objects.create(user=ben, role="lead")
    ben.refresh_from_db()
    client, address = log_in(ben), f"/rounds/{read.public_id}/sessions/"
    refused = client.get(address)
    assert refused.status_code == 403 and "You judge in this round" in words(refused)
    assert "/sessions/" not in client.get(f"/rounds/{read.public_id}/").content.decode()
    close_round(round=read, by=lena)
    assert listed(client, read, show="disputed") == [4]


@pytest.mark.parametrize("show", STATES)
def test_a_lead_who_settles_disputes_is_not_told_how_a_session_stands(log_in, lena, read, dan, show):
    """That the readers of one are of one mind, or are not, is told to her when she settles it."""
    Grant.objects.create(user=dan, role="lead")
    dan.refresh_from_db()
    client, address = log_in(dan), f"/rounds/{read.public_id}/sessions/"
    assert client.get(address, {"show": show}).status_code == 403
    page = client.get(address)
    assert all(row.hidden and not row.stands and not row.readers for row in page.context["rows"])
    assert (
        "You may settle sessions of this round" in words(page) and "/instances/" not in page.content.decode()
    )
    assert f"?show={show}" not in client.get(f"/rounds/{read.public_id}/").content.decode()


@pytest.fixture
def zoe(read, lena):
    """A lead, who judges the second session of the round in another one."""
    zoe = person("Zoe", "annotator", "lead")
    versions = {name: getattr(read, name) for name in ("pairs_version", "rubric_version")}
    instances = [read.items.all()[1].instance, *made_instances(1, read.pairs_version)]
    round_of(2, [zoe, person("Yan", "annotator")], lena, name="Again", instances=instances, **versions)
    return zoe


@pytest.mark.parametrize("closed", [True, False])
def test_while_she_judges_one_elsewhere_no_row_says_how_it_stands_as_the_others_would_leave_hers(
    log_in, lena, read, zoe, closed
):
    if closed:
        close_round(round=read, by=lena)
    client, address = log_in(zoe), f"/rounds/{read.public_id}/sessions/"
    page = client.get(address)
    assert [row.hidden for row in page.context["rows"]] == [n == 1 for n in range(7)]
    assert not any(row.stands for row in page.context["rows"])
    assert "the others would tell how yours was judged" in words(page) and "How it stands" not in words(page)
    for show in STATES:
        assert (
            f"show={show}" not in page.content.decode()
            and client.get(address, {"show": show}).status_code == 403
        )
    # The totals are as they were, and lead nowhere.
    round_page = client.get(f"/rounds/{read.public_id}/")
    assert "4 settled · 1 in dispute · 2 open" in words(round_page)
    assert "?show=disputed" not in round_page.content.decode()
    assert [row.stands for row in log_in(lena).get(address).context["rows"]][1]


def test_when_she_has_nothing_to_judge_any_more_she_reads_how_each_stands(log_in, lena, read, zoe):
    close_round(round=read, by=lena)
    close_round(round=Round.objects.get(name="Again"), by=lena)
    assert listed(log_in(zoe), read, show="edited") == [2]


def test_a_session_of_the_same_cell_is_the_same_session_here_too(log_in, lena, read, ben):
    of = read.items.all()[2].instance
    twin = made_instances(1, read.pairs_version, cell=of.cell, origin="evaluation")
    zoe = person("Zoe", "annotator", "lead")
    versions = {name: getattr(read, name) for name in ("pairs_version", "rubric_version")}
    round_of(1, [zoe, ben], lena, name="Twin", instances=twin, **versions)
    close_round(round=read, by=lena)
    assert log_in(zoe).get(f"/rounds/{read.public_id}/sessions/?show=rejected").status_code == 403


def test_pages_go_on_where_the_last_one_ended_and_each_session_comes_once(log_in, lena, read, monkeypatch):
    monkeypatch.setattr(behind, "PAGE", 2)
    close_round(round=read, by=lena)
    client = log_in(lena)
    seat = read.seats.get(rater__user__name="Ben")
    for asked in ({"show": ""}, {"show": "settled"}, {"show": "open"}, {"seat": seat.public_id}):
        whole, after = [], {}
        while after is not None:
            page = client.get(f"/rounds/{read.public_id}/sessions/", asked | after)
            whole += numbers(row.item for row in page.context["rows"])
            after = None if page.context["more"] is None else {"after": page.context["more"]}
        assert len(whole) >= 2 and whole == sorted(set(whole)), asked
    monkeypatch.undo()
    assert whole == [*range(1, 8)] and listed(client, read, after=6) == []


def test_in_a_large_round_open_sessions_are_looked_for_some_thousands_at_a_time(
    log_in, lena, read, monkeypatch
):
    monkeypatch.setattr(behind, "LOOKED_THROUGH", 4)
    client, address = log_in(lena), f"/rounds/{read.public_id}/sessions/?show=open"
    first = client.get(address)
    assert not first.context["rows"] and first.context["more"] == 3
    assert "None of the sessions up to 4." in words(first) and "after=3" in first.content.decode()
    assert listed(client, read, show="open", after=3) == [6, 7]
    assert client.get(f"{address}&after=3").context["more"] is None


def test_sessions_of_another_round_are_in_no_list(log_in, lena, read, ben, chloe):
    versions = {name: getattr(read, name) for name in ("pairs_version", "rubric_version")}
    other = round_of(2, [ben, chloe], lena, name="Other", **versions)
    for item in other.items.all():
        judge(item, ben, says("reject"))
        judge(item, chloe, says("reject"))
    client = log_in(lena)
    assert listed(client, other, show="settled") == [1, 2] and listed(client, other, show="disputed") == []
    strange = read.seats.first().public_id
    assert client.get(f"/rounds/{other.public_id}/sessions/?seat={strange}").status_code == 404


def test_a_list_asks_as_many_queries_for_one_session_as_for_many(log_in, lena, ben, chloe):
    small = round_of(1, [ben, chloe], lena)
    versions = {name: getattr(small, name) for name in ("pairs_version", "rubric_version")}
    large = round_of(12, [ben, chloe], lena, **versions)
    for item in [*small.items.all(), *large.items.all()]:
        judge(item, ben, says())
        judge(item, chloe, says("reject"))
        raise_flag(reading=reading(item, ben), kind="person", words="Turn 1.", by=ben)
    client = log_in(lena)
    for show in ("", "disputed", "flagged", "held", "skipped", "waiting"):
        asked = [queries(client, f"/rounds/{one.public_id}/sessions/?show={show}") for one in (small, large)]
        assert asked[0] == asked[1] < 30, show


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL plans by the rows that are there")
@pytest.mark.parametrize("show", ["", *STATES])
def test_a_list_is_walked_in_an_index_and_sorts_nothing(round, lena, show):
    with CaptureQueriesContext(connection) as captured:
        behind.page_of(round, show, lena, after=3)
    asked = next(one["sql"] for one in captured if "LIMIT 51" in one["sql"])
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {asked}")
        steps = [row[3] for row in cursor.fetchall()]
    told = show in behind.SAYS_HOW_THEY_STAND[1:] and show != "erased"
    walk = "stood_by_state (state=? AND item_id" if told else (
        "items_in_order (round_id=? AND gold_id=? AND position>?"
    )  # fmt: skip
    assert walk in steps[0] and not any("B-TREE" in step or step.startswith("SCAN") for step in steps), steps


def test_that_a_session_which_she_judges_elsewhere_is_flagged_is_told_in_no_list(
    log_in, lena, read, zoe, chloe
):
    first, second, *_rest = read.items.all()
    for item in (first, second):
        raise_flag(reading=reading(item, chloe), kind="unsafe", words="Turn 3.", by=chloe)
    client = log_in(zoe)
    assert listed(client, read, show="flagged") == [1]
    rows = client.get(f"/rounds/{read.public_id}/sessions/").context["rows"]
    assert [row.flagged for row in rows[:2]] == [True, False]
    assert [item.position for item in client.get(f"/rounds/{read.public_id}/").context["flagged"]] == [0]
    assert listed(log_in(lena), read, show="flagged") == [1, 2]
