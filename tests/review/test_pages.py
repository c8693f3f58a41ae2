import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Grant
from review.label_studio.keeping import password_of
from review.label_studio.sending import send
from review.label_studio.syncing import sync_all
from review.models import Account, RawAnnotation, Reading, Round
from review.rounds import close_round
from synthesis.models import Instance, Mark, Run
from tests.conftest import person
from tests.fakes.label_studio import FakeLabelStudio
from tests.review.factories import (
    judge,
    made_instances,
    published_pairs,
    published_rubric,
    round_of,
    says,
)
from tests.review.studio import desk, submit

EDIT = "Stay with the hesitation."


def text(response) -> str:
    return response.content.decode()


def words(response) -> str:
    """What is read on the page."""
    return " ".join(re.sub(r"<[^>]+>", " ", text(response)).split())


@pytest.fixture
def disputed(item, ben, chloe):
    judge(item, ben, says(comment="Fits this client well."))
    judge(item, chloe, says("edit", EDIT))
    return item


PLACES = ["/rounds/", "/rounds/new/", "/agreement/", "/desk/", "/desk/mine/", "/disputes/"]


@pytest.mark.parametrize("url", PLACES)
def test_eve_is_refused_with_the_reason(log_in, eve, url):
    answer = log_in(eve).get(url)
    assert answer.status_code == 403 and "Only " in text(answer)


def test_each_place_is_for_its_role(log_in, round, ben, dan, lena):
    leads = ["/rounds/", f"/rounds/{round.public_id}/", "/agreement/"]
    for user, open_, closed in (
        (lena, leads, ["/desk/", "/disputes/"]),
        (ben, ["/desk/", "/desk/mine/"], [*leads, "/disputes/"]),
        (dan, ["/disputes/"], ["/rounds/", "/desk/", "/agreement/"]),
    ):
        client = log_in(user)
        assert [client.get(url).status_code for url in open_] == [200] * len(open_)
        assert [client.get(url).status_code for url in closed] == [403] * len(closed)


def test_lena_makes_a_round_by_clicking(log_in, lena, ben, chloe):
    pairs, rubric = published_pairs(), published_rubric()
    run = Run.objects.create(serial=1, recipe="supervised_dialogue", version=pairs)
    made_instances(3, pairs, run=run, origin="run")
    client = log_in(lena)
    page = client.get(f"/rounds/new/?run={run.public_id}")
    assert "Ben" in text(page) and f'value="{run.public_id}"' in text(page)
    given = {"name": "First", "runs": [run.public_id], "reviewers": [ben.public_id],
             "pairs_version": pairs.pk,
             "rubric_version": rubric.pk, "overlap": 2, "unaided_share": 20}  # fmt: skip
    refused = client.post("/rounds/new/", given)
    assert refused.status_code == 400 and "read by 2 people, and 1 are chosen" in words(refused)
    answer = client.post("/rounds/new/", given | {"reviewers": [ben.public_id, chloe.public_id]})
    round = Round.objects.get()
    assert answer.url == f"/rounds/{round.public_id}/" and round.items.count() == 3
    # No worker hears of it here, and the page does not say that one does.
    said = words(client.get(answer.url))
    assert said.index("ask the person who runs this installation") < said.index("manage sync_reviews")
    Mark.objects.create(
        instance=Instance.objects.first(), kind="tier", tier="ideation", by_machine="rule", reason="words"
    )
    given |= {"reviewers": [ben.public_id, chloe.public_id]}
    assert "or leave these sessions out" in words(client.post("/rounds/new/", given))
    without = client.post("/rounds/new/", given | {"name": "Calm", "leave_out_risk": "on"}, follow=True)
    assert "1 session that carries a risk tier was left out of this round" in words(without)
    calm = Round.objects.get(name="Calm")
    assert calm.items.count() == 2 and not calm.items.filter(instance__marks__isnull=False).exists()
    Mark.objects.create(
        instance=Instance.objects.first(),
        kind="tier",
        tier="none",
        by=lena,
        reason="Read it.",
        lowers=Mark.objects.get(),
    )
    client.post("/rounds/new/", given | {"name": "Second", "reviewers": [ben.public_id, chloe.public_id]})
    assert Round.objects.values("seed").distinct().count() == 3


def test_without_a_broker_a_sync_is_not_said_to_be_under_way(log_in, lena, round):
    asked = log_in(lena).post(f"/rounds/{round.public_id}/sync/", follow=True)
    assert "manage sync_reviews" in words(asked) and "Asked Label Studio" not in words(asked)


def test_the_round_page_says_what_separation_does_not_do(log_in, lena, round, settings):
    said = "can open another's work"
    assert said in words(log_in(lena).get(f"/rounds/{round.public_id}/"))
    settings.LABEL_STUDIO_GATEWAY_URL = "https://judge.example.org"
    assert said not in words(log_in(lena).get(f"/rounds/{round.public_id}/"))


def test_the_round_page_shows_since_when_label_studio_fails(log_in, lena, round):
    fake = FakeLabelStudio()
    fake.down = True
    send(round, fake)
    page = words(log_in(lena).get(f"/rounds/{round.public_id}/"))
    assert "Label Studio has not answered since" in page and "failing since" in page


def test_what_is_not_counted_is_shown_to_the_lead(log_in, lena, round, item, ben, chloe):
    fake = FakeLabelStudio()
    send(round, fake)
    submit(desk(fake, chloe), item, ben, says())
    sync_all(fake)
    page = words(log_in(lena).get(f"/rounds/{round.public_id}/"))
    assert "Kept, but not counted (1)" in page and "who is not the reviewer of this seat" in page


def test_a_reviewers_skip_is_counted_apart_and_a_strangers_is_shown(log_in, lena, round, item, ben, chloe):
    fake = FakeLabelStudio()
    send(round, fake)
    task = Reading.objects.get(item=item, seat__rater__user=ben).task_id
    desk(fake, ben).skip(task)
    sync_all(fake)
    page = words(log_in(lena).get(f"/rounds/{round.public_id}/"))
    assert "A session was skipped 1 time" in page and "Kept, but not counted" not in page
    desk(fake, chloe).skip(task)
    sync_all(fake)
    page = words(log_in(lena).get(f"/rounds/{round.public_id}/"))
    assert "A session was skipped 1 time" in page and "Kept, but not counted (1)" in page
    by_chloe = Account.objects.get(rater__user=chloe).ls_user_id
    assert RawAnnotation.objects.uncounted_judgements().get().completed_by == by_chloe


def test_a_lead_who_judges_sees_her_own_seat_only(log_in, round, lena, ben, chloe, dan):
    for role in ("lead", "adjudicator"):
        Grant.objects.create(user=ben, role=role)
    ben.refresh_from_db()
    judge(round.items.first(), chloe, says())
    client = log_in(ben)
    page = words(client.get(f"/rounds/{round.public_id}/"))
    assert "your own seat only" in page and "Chloe" not in page and not re.search(r"\d settled", page)
    assert "are left out here" in words(client.get("/agreement/"))
    assert client.get(f"/agreement/?round={round.public_id}").status_code == 404
    assert [seat["total"] for seat in client.get(f"/api/rounds/{round.public_id}/").json()["seats"]] == [4]
    close_round(round=round, by=lena)
    assert "Chloe" in words(client.get(f"/rounds/{round.public_id}/"))


def test_closing_says_what_is_left(log_in, lena, dan, round):
    assert log_in(dan).post(f"/rounds/{round.public_id}/close/").status_code == 403
    asked = words(log_in(lena).get(f"/rounds/{round.public_id}/close/"))
    assert "It cannot be undone" in asked and "settled" in asked
    round.refresh_from_db()
    assert round.state == "open", "it was only asked"
    answer = log_in(lena).post(f"/rounds/{round.public_id}/close/", follow=True)
    assert "4 sessions are left unsettled" in words(answer)
    assert log_in(lena).post(f"/rounds/{round.public_id}/close/").status_code == 403


def test_closing_says_which_second_readings_are_lost_but_to_nobody_who_may_be_asked_for_one(
    log_in, lena, ben, dan, round, item
):
    hers = Reading.objects.filter(seat__round=round, seat__rater__user=ben).first()
    Reading.objects.create(seat=hers.seat, item=hers.item, order=99, pass_number=2)
    address = f"/rounds/{round.public_id}/close/"
    told = "1 session waits to be read once more by its reader."
    assert told in words(log_in(lena).get(address))
    Grant.objects.create(user=ben, role="lead")
    assert "read once more" not in words(log_in(ben).get(address))


def test_rounds_says_no_more_of_how_many_read_than_is_so(log_in, lena, round):
    page = words(log_in(lena).get("/rounds/"))
    assert "by one or by several" in page and "two people or more" not in page


def test_bens_desk_says_how_many_are_left_and_leads_to_his_project(log_in, settings, round, item, ben):
    settings.LABEL_STUDIO_GATEWAY_URL = "https://judge.example.org"
    fake = FakeLabelStudio()
    send(round, fake)
    judge(item, ben, says())
    page = log_in(ben).get("/desk/")
    project = round.seats.get(rater__user=ben).projects.get()
    assert f'action="/desk/{project.seat.public_id}/aided/"' in text(page)
    assert "3 4 Judge the next one" in words(page)
    account = Account.objects.get(rater__user=ben)
    assert account.email not in text(page)
    settings.REVIEW_DIRECT_ACCOUNTS = True
    page = text(log_in(ben).get("/desk/"))
    assert account.email in page and password_of(account) in page


def test_colleagues_judgements_stay_hidden_until_the_round_is_closed(log_in, disputed, ben, dan, lena):
    client = log_in(ben)
    assert "No round that you judged in is closed yet" in words(client.get("/desk/mine/"))
    close_round(round=disputed.round, by=lena)
    page = words(client.get("/desk/mine/"))
    assert "verdict: still in dispute" in page and "Chloe" not in page


def test_nobody_settles_what_she_read(log_in, disputed, ben):
    Grant.objects.create(user=ben, role="adjudicator")
    ben.refresh_from_db()
    answer = log_in(ben).get(f"/disputes/{disputed.public_id}/")
    assert answer.status_code == 403 and "reviewed this session yourself" in words(answer)


def test_the_agreement_page_says_in_words_what_is_undefined(log_in, lena, round, ben, chloe):
    page = words(log_in(lena).get("/agreement/"))
    assert "No judgement yet" in page
    for item in round.items.all():
        for reviewer in (ben, chloe):
            judge(item, reviewer, says())
    page = words(log_in(lena).get("/agreement/"))
    assert "Interim" in page and "4 sessions" in page
    # First one line for each dimension, then every figure.
    short, long = page.split("Every figure, read with the draft")
    assert "Verdict undefined: no variation observed" in short and "not rated in this way" in short
    assert "Krippendorff α" in long and "Krippendorff α" not in short


def test_the_api_gives_the_lead_the_same(log_in, lena, eve, round, client):
    assert client.get("/api/rounds/").status_code == 401
    assert log_in(eve).get("/api/rounds/").status_code == 403
    [listed] = log_in(lena).get("/api/rounds/").json()["rounds"]
    body = log_in(lena).get(f"/api/rounds/{listed['round']}/").json()
    assert (
        body["items"] == {"total": 4, "settled": 0, "disputed": 0, "open": 4, "erased": 0}
        and len(body["seats"]) == 2
    )


def queries(client, url) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_pages_ask_the_same_number_of_queries_whatever_their_length(log_in, lena, dan, ben, chloe):
    pairs, rubric = published_pairs(), published_rubric()
    amal = person("Amal", "annotator")

    def another(n, people):
        round = round_of(n, people, lena, pairs_version=pairs, rubric_version=rubric)
        for item in round.items.filter(arm="aided")[:4]:
            readers = [r.seat.rater.user for r in item.readings.select_related("seat__rater__user")]
            judge(item, readers[0], says())
            judge(item, readers[1], says("edit", EDIT))
        return round

    small, large = another(3, [ben, chloe]), another(14, [ben, chloe, amal])
    for user, url in ((lena, "/rounds/{}/"), (lena, "/agreement/?round={}"), (lena, "/api/rounds/{}/")):
        counts = [queries(log_in(user), url.format(r.public_id)) for r in (small, large)]
        assert counts[0] == counts[1], url
    close_round(round=small, by=lena)
    pages = ((lena, "/rounds/"), (dan, "/disputes/"), (ben, "/desk/mine/"), (chloe, "/desk/"))
    before = {url: queries(log_in(who), url) for who, url in pages}
    close_round(round=large, by=lena)
    for n in (4, 11):
        another(n, [chloe, amal])
    assert {url: queries(log_in(who), url) for who, url in pages} == before


def test_a_round_has_a_day_by_which_it_is_to_be_judged_and_a_share_that_several_read(
    log_in, lena, ben, chloe
):
    pairs, rubric = published_pairs(), published_rubric()
    run = Run.objects.create(serial=1, recipe="supervised_dialogue", version=pairs)
    made_instances(4, pairs, run=run, origin="run")
    client = log_in(lena)
    today = timezone.localdate()
    given = {"name": "First", "runs": [run.public_id], "reviewers": [ben.public_id, chloe.public_id],
             "pairs_version": pairs.pk, "rubric_version": rubric.pk, "overlap": 2, "unaided_share": 0,
             "doubly_read": 50}  # fmt: skip
    past = client.post("/rounds/new/", given | {"deadline": (today - timedelta(days=1)).isoformat()})
    assert past.status_code == 400 and "This day is past." in words(past) and not Round.objects.exists()
    page = client.post("/rounds/new/", given | {"deadline": today.isoformat()}, follow=True)
    round = Round.objects.get()
    assert timezone.localtime(round.deadline).date() == today and round.doubly_read == 0.5
    assert "2 readers a session (50 % of them; the others are read by one)" in words(page)
    assert sorted(item.readings.count() for item in round.items.all()) == [1, 1, 2, 2]
    send(round, FakeLabelStudio())
    assert "to be judged by" in words(log_in(ben).get("/desk/"))
