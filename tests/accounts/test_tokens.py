"""Ana's program acts with a token: as she may, no further, and it never logs in."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from accounts.about import change_password
from accounts.digesting import text_digest
from accounts.inviting import password_link, renew_password
from accounts.models import ApiToken, Grant, TrailEvent
from accounts.tokens import MOST, TokenRefused, by_token, end_token, make_token

pytestmark = pytest.mark.django_db
LIST = "/api/guidelines/"


def made(user, **more):
    return make_token(**{"user": user, "name": "notebook", "days": 30, "reads_only": False} | more)


def sends(client, token, path=LIST, method="get", **more):
    return getattr(client, method)(path, headers={"Authorization": f"Bearer {token}"}, **more)


def test_the_token_is_shown_once_and_only_its_digest_is_kept(log_in, ana):
    client = log_in(ana)
    page = client.post("/me/tokens/", {"name": "notebook", "days": "30"}).content.decode()
    row = ApiToken.objects.get()
    token = page.split('id="api-token" readonly value="')[1].split('"')[0]
    assert token.startswith("owm_") and text_digest(token) == row.token_digest
    assert row.user == ana and not row.reads_only
    again = client.get("/me/tokens/").content.decode()
    assert token not in again and "notebook" in again and "not yet" in again
    told = TrailEvent.objects.get(verb="accounts.make_token")
    assert told.by == ana and token not in f"{told.before}{told.after}"
    assert row.token_digest not in f"{told.before}{told.after}"


def test_a_program_with_the_token_reads_as_ana_does_and_her_page_says_when(client, ana):
    row, token = made(ana)
    assert sends(client, token).status_code == 200
    row.refresh_from_db()
    assert timezone.now() - row.used_at < timedelta(minutes=1)


def test_a_token_opens_no_page_and_is_no_password(client, ana):
    _row, token = made(ana)
    assert sends(client, token, "/guidelines/").status_code == 302
    assert sends(client, token, "/me/").status_code == 302
    client.post("/login/", {"username": ana.email, "password": token})
    assert "_auth_user_id" not in client.session
    sends(client, token)
    assert "_auth_user_id" not in client.session


def test_without_a_token_that_works_one_is_asked_who_one_is(client, ana):
    row, token = made(ana)
    anonymous = client.get(LIST)
    assert anonymous.status_code == 401 and anonymous["WWW-Authenticate"].startswith("Bearer")
    assert anonymous["Content-Type"] == "application/problem+json" and anonymous.json()["status"] == 401
    assert sends(client, "owm_of-somebody").status_code == 401
    assert sends(client, "\xff\xfe").status_code == 401
    end_token(token=row, by=ana)
    assert sends(client, token).status_code == 401
    row, token = made(ana)
    ApiToken.objects.update(expires_at=timezone.now())
    assert sends(client, token).status_code == 401
    _row, token = made(ana)
    ana.is_active = False
    ana.save()
    assert sends(client, token).status_code == 401 and by_token(token) is None


def test_a_role_that_is_taken_from_her_is_taken_from_her_tokens(client, ana):
    _row, token = made(ana)
    open_draft = "/api/guidelines/nothing/draft/open/"
    assert sends(client, token, open_draft, "post").status_code == 404
    Grant.objects.filter(user=ana).delete()
    assert sends(client, token, open_draft, "post").status_code == 403
    assert sends(client, token).status_code == 403


def test_a_token_that_only_reads_changes_nothing(client, ana):
    _row, token = made(ana, reads_only=True)
    refused = sends(client, token, "/api/guidelines/nothing/draft/open/", "post")
    assert refused.status_code == 403 and "only reads" in refused.json()["detail"]
    assert sends(client, token).status_code == 200


def test_a_token_is_not_taken_over_an_open_line(client, ana):
    _row, token = made(ana)
    assert sends(client, token, REMOTE_ADDR="203.0.113.7").status_code == 401
    assert sends(client, token, REMOTE_ADDR="203.0.113.7", secure=True).status_code == 200
    assert sends(client, token, HTTP_X_FORWARDED_FOR="203.0.113.7").status_code == 401


def test_a_session_writes_through_the_api_only_with_its_csrf_token(ana):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(ana)
    assert strict.get(LIST).status_code == 200
    refused = strict.post("/api/guidelines/nothing/draft/open/")
    assert refused.status_code == 403 and "CSRF" in refused.json()["detail"]


def test_ana_ends_her_own_token_and_nobody_ends_another_persons(client, ana, amir):
    row, token = made(ana)
    client.force_login(amir)
    assert client.post(f"/me/tokens/{row.pk}/end/").status_code == 404
    with pytest.raises(TokenRefused, match="somebody else"):
        end_token(token=row, by=amir)
    client.force_login(ana)
    assert client.get(f"/me/tokens/{row.pk}/end/").status_code == 405
    assert client.post(f"/me/tokens/{row.pk}/end/").status_code == 302
    assert by_token(token) is None
    end_token(token=row, by=ana)
    assert TrailEvent.objects.filter(verb="accounts.end_token").count() == 1


def test_a_token_without_a_purpose_or_without_an_end_is_refused(ana, log_in):
    for wrong in ({"name": " "}, {"days": 0}, {"days": 4000}):
        with pytest.raises(TokenRefused):
            made(ana, **wrong)
    assert log_in(ana).post("/me/tokens/", {"name": "x", "days": "4000"}).status_code == 400
    for _n in range(MOST):
        made(ana)
    with pytest.raises(TokenRefused, match="end one"):
        made(ana)


def test_who_asks_too_often_is_told_when_to_come_back(client, ana, amir, settings):
    settings.API_RATE = "2/min"
    cache.clear()
    (_row, token), (_other, second) = made(ana), made(ana, name="another")
    _row, amirs = made(amir)
    assert [sends(client, t).status_code for t in (token, second, token)] == [200, 200, 429]
    refused = sends(client, token)
    assert int(refused["Retry-After"]) <= 61 and refused.json()["title"] == "Too often"
    assert sends(client, amirs).status_code == 200
    cache.clear()


def test_the_rounds_of_a_lead_take_a_token_too(client, lena, ana):
    _row, token = made(lena)
    assert sends(client, token, "/api/rounds/").status_code == 200
    assert sends(client, made(ana)[1], "/api/rounds/").status_code == 403


def test_a_new_password_ends_her_tokens_whoever_holds_them(client, ana, lena):
    row, token = made(ana)
    change_password(user=ana, password="seven loud otters")
    assert sends(client, token).status_code == 401
    assert TrailEvent.objects.get(verb="accounts.change_password").before == {"api_tokens": [row.pk]}
    _row, token = made(ana)
    _invitation, link = password_link(by=lena, user=ana)
    renew_password(token=link, password="seven loud otters")
    assert sends(client, token).status_code == 401
