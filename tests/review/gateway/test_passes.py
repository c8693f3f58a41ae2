"""The way in: a ticket opens once, and what it opens ends with her session on our pages."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Refused
from review.label_studio import connecting
from review.label_studio.gateway import passes, reach
from review.label_studio.keeping import account_for
from review.label_studio.sending import send
from review.models import Pass, Reading, SeatProject
from review.rounds import close_round
from tests.fakes.label_studio import FakeLabelStudio

GATEWAY = "https://judge.example.org"


@pytest.fixture
def sent(round, settings):
    settings.LABEL_STUDIO_GATEWAY_URL = GATEWAY
    send(round, FakeLabelStudio())
    return round


def enter(given):
    return passes.enter(given, connecting.first().pk)


def holder_of(session):
    return passes.holder(session, connecting.first().pk)


def at_first(project) -> passes.Holder:
    return passes.Holder(project.seat.rater_id, project.server_id, 0, 0, "", "en")


def hers(round, user) -> SeatProject:
    return SeatProject.objects.get(seat__round=round, seat__rater__user=user)


def logged_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def ticket(client, project) -> str:
    answer = client.post(reverse("desk_open", args=[project.seat.public_id, project.form]))
    page = answer.content.decode()
    assert f'action="{GATEWAY}/enter"' in page
    # Otherwise the browser would not tell the gateway where the form comes from.
    assert answer["Referrer-Policy"] == "strict-origin" and "no-store" in answer["Cache-Control"]
    return re.search(r'name="ticket" value="([^"]+)"', page)[1]


def test_the_desk_hands_out_a_ticket_that_opens_once(sent, ben):
    project = hers(sent, ben)
    given = ticket(logged_in(ben), project)
    session, opens = enter(given)
    assert opens == project.project_id
    assert enter(given) is None and enter("") is None and enter(session) is None
    holder = holder_of(session)
    assert holder.rater_id == project.seat.rater_id and holder.email.startswith("reviewer-")
    assert holder_of(given) is None and holder_of("") is None
    kept = " ".join(map(str, Pass.objects.values_list("ticket_digest", "session_digest").get()))
    assert given not in kept and session not in kept


def test_a_ticket_is_good_for_a_minute_and_a_session_for_a_day_of_work(sent, ben):
    given = ticket(logged_in(ben), hers(sent, ben))
    Pass.objects.update(ticket_until=timezone.now() - timedelta(seconds=1))
    assert enter(given) is None
    session, _ = enter(ticket(logged_in(ben), hers(sent, ben)))
    Pass.objects.update(ends_at=timezone.now() - timedelta(seconds=1))
    assert holder_of(session) is None
    ticket(logged_in(ben), hers(sent, ben))
    assert Pass.objects.count() == 1, "what has ended is not kept"


@pytest.mark.parametrize("how", ["logs out", "is switched off", "loses the role", "sets another password"])
def test_the_session_there_ends_when_she_no_longer_is_who_she_was_here(sent, ben, how):
    client = logged_in(ben)
    session, _ = enter(ticket(client, hers(sent, ben)))
    assert holder_of(session)
    if how == "logs out":
        client.post(reverse("logout"))
    elif how == "is switched off":
        ben.is_active = False
        ben.save()
    elif how == "loses the role":
        ben.grants.all().delete()
    else:
        ben.set_password("another quiet river 8")
        ben.save()
    assert holder_of(session) is None


def test_nobody_gets_a_ticket_to_another_desk_or_to_a_closed_round(sent, ben, chloe, lena, eve):
    project = hers(sent, chloe)
    for other in (ben, lena, eve):
        with pytest.raises(Refused):
            passes.issue(project=project, by=other, app_session="s")
    address = reverse("desk_open", args=[project.seat.public_id, project.form])
    assert logged_in(ben).post(address).status_code == 403
    assert logged_in(chloe).get(address).status_code == 405
    close_round(round=sent, by=lena)
    with pytest.raises(Refused, match="closed"):
        passes.issue(project=project, by=chloe, app_session="s")
    assert not Pass.objects.exists()


def test_without_a_gateway_the_desk_says_what_is_missing(sent, ben, settings):
    settings.LABEL_STUDIO_GATEWAY_URL = ""
    project = hers(sent, ben)
    client = logged_in(ben)
    assert "a lead has to set the gateway" in client.get(reverse("desk")).content.decode()
    answer = client.post(reverse("desk_open", args=[project.seat.public_id, project.form]), follow=True)
    assert "The gateway to Label Studio is not set" in answer.content.decode()


def test_what_is_hers_is_what_her_seats_hold(sent, ben, chloe, lena):
    project, other = hers(sent, ben), hers(sent, chloe)
    ben_is, task = at_first(project), Reading.objects.filter(seat=project.seat).first().task_id
    assert reach.project(ben_is, project.project_id) == reach.project_of_task(ben_is, task)
    assert reach.project(ben_is, project.project_id).is_open
    assert reach.project(ben_is, other.project_id) is None and reach.project(ben_is, 10**17) is None
    assert reach.project_of_task(at_first(other), task) is None
    assert reach.progress(ben_is, project.project_id) == {"judged": 0, "total": 4}
    close_round(round=sent, by=lena)
    assert not reach.project(ben_is, project.project_id).is_open


def test_an_account_that_is_not_made_yet_lets_nobody_in(sent, ben):
    account = account_for(hers(sent, ben).seat.rater, FakeLabelStudio())
    session, _ = enter(ticket(logged_in(ben), hers(sent, ben)))
    account.ls_user_id = None
    account.save()
    assert holder_of(session) is None
