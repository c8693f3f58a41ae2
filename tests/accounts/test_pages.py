"""Logging in, joining, the people page, and what a person says about herself."""

import re

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction
from django.urls import reverse

from accounts.about import TERMS_VERSION, record
from accounts.models import Invitation, ReviewerRecord, User
from accounts.roles import Refused
from tests.conftest import PASSWORD

NEW = "seven quiet otters"


@pytest.mark.parametrize("typed", ["ana@example.org", "Ana@Example.ORG", "  ANA@EXAMPLE.ORG "])
def test_ana_logs_in_however_she_writes_her_address(client, ana, typed):
    answer = client.post(reverse("login"), {"username": typed, "password": PASSWORD})
    assert answer.status_code == 302 and client.session["_auth_user_id"] == str(ana.pk)


def test_a_wrong_password_is_refused_in_words(client, ana):
    answer = client.post(reverse("login"), {"username": "ana@example.org", "password": "wrong"})
    assert answer.status_code == 200 and "alert" in answer.content.decode()


def test_logging_out_needs_a_button_not_a_link(log_in, ana):
    browser = log_in(ana)
    assert browser.get(reverse("logout")).status_code == 405
    browser.post(reverse("logout"))
    assert "_auth_user_id" not in browser.session


def test_a_person_is_invited_joins_and_is_logged_in(client, lena):
    client.force_login(lena)
    page = client.post(reverse("people"), {"email": "Noor@example.org", "roles_given": ["annotator"]})
    link = re.search(r'value="(http://testserver/join/[^"]+)"', page.content.decode())[1]
    assert link not in client.get(reverse("people")).content.decode()
    assert "noor@example.org" in client.get(reverse("people")).content.decode()
    client.logout()
    assert "Lena" in client.get(link).content.decode()
    sent = {"name": "Noor", "password": NEW, "time_zone": "Asia/Kolkata"}
    assert client.post(link, sent | {"password": "short"}).status_code == 200
    assert client.post(link, sent).headers["Location"] == reverse("home")
    assert client.session["_auth_user_id"] == str(User.objects.get(email="noor@example.org").pk)
    again = client.get(link)
    assert again.status_code == 410 and "has been used" in again.content.decode()


def test_an_invitation_is_withdrawn(log_in, lena):
    browser = log_in(lena)
    browser.post(reverse("people"), {"email": "noor@example.org", "roles_given": ["annotator"]})
    browser.post(reverse("invitation_withdraw", args=[Invitation.objects.get().pk]))
    assert Invitation.objects.get().withdrawn_at
    refused = browser.post(reverse("people"), {"email": "noor@example.org"})
    assert refused.status_code == 400 and "at least one" in refused.content.decode()


def test_a_lead_sets_the_roles_of_a_person(log_in, lena, eve):
    browser = log_in(lena)
    address = reverse("person_roles", args=[eve.public_id])
    browser.post(address, {"roles_given": ["annotator", "adjudicator"]})
    eve.refresh_from_db()
    assert eve.roles == {"annotator", "adjudicator"}
    refused = browser.post(reverse("person_roles", args=[lena.public_id]), {"roles_given": ["clinician"]})
    assert refused.status_code == 400 and "another lead can" in refused.content.decode()


def test_eve_sees_nobody_and_is_told_why(log_in, eve, lena):
    browser = log_in(eve)
    for address in (reverse("people"), reverse("person_roles", args=[lena.public_id])):
        answer = browser.get(address)
        assert answer.status_code == 403 and "Only a lead invites people." in answer.content.decode()
    assert (
        browser.post(reverse("person_roles", args=[eve.public_id]), {"roles_given": ["lead"]}).status_code
        == 403
    )
    eve.refresh_from_db()
    assert not eve.roles


def test_the_people_page_asks_no_more_for_many_people(log_in, lena, django_assert_max_num_queries):
    browser, counted = log_in(lena), []
    for n in (3, 30):
        for i in range(n):
            User.objects.get_or_create(email=f"p{i}@example.org", defaults={"name": f"P{i}"})
            sent = {"email": f"new{i}@example.org", "roles_given": ["annotator"]}
            browser.post(reverse("people"), sent)
        with django_assert_max_num_queries(20) as asked:
            browser.get(reverse("people"))
        counted.append(len(asked))
    assert counted[0] == counted[1]


def test_ana_sets_her_name_zone_and_language(log_in, ana):
    sent = {"name": "Ana B.", "time_zone": "America/Sao_Paulo", "language": "pt-br"}
    log_in(ana).post(reverse("me"), sent)
    ana.refresh_from_db()
    assert (ana.name, ana.time_zone, ana.language) == ("Ana B.", "America/Sao_Paulo", "pt-br")
    assert log_in(ana).post(reverse("me"), sent | {"time_zone": "Moon/Base"}).status_code == 400


RECORD = {"profession": "psychotherapist", "years": "12", "languages": "en, pt", "accept": "on"}


def test_a_reviewer_adds_a_dated_record_and_the_earlier_one_stays(log_in, ben):
    browser = log_in(ben)
    assert "reviewer record" in browser.get(reverse("me")).content.decode()
    browser.post(reverse("reviewer_record"), RECORD)
    new, old = ReviewerRecord.objects.filter(user=ben).order_by("-n")
    assert (new.n, new.years, new.languages, new.terms_version) == (2, 12, ["en", "pt"], TERMS_VERSION)
    assert old.years == 9
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        ReviewerRecord.objects.update(years=40)


def test_a_record_is_kept_only_with_the_terms_accepted(log_in, ben):
    answer = log_in(ben).post(reverse("reviewer_record"), RECORD | {"accept": ""})
    assert answer.status_code == 400 and ReviewerRecord.objects.filter(user=ben).count() == 1


def test_who_does_not_review_keeps_no_record(log_in, ana):
    assert "reviewer record" not in log_in(ana).get(reverse("me")).content.decode()
    assert log_in(ana).post(reverse("reviewer_record"), RECORD).status_code == 403
    with pytest.raises(Refused):
        record(user=ana, profession="x")


def test_the_first_lead_is_made_by_command_and_gets_a_password(db, capsys, client):
    call_command("make_lead", "Lena@Example.org", "--name", "Lena")
    password = capsys.readouterr().out.strip()
    assert (
        client.post(reverse("login"), {"username": "lena@example.org", "password": password}).status_code
        == 302
    )
    assert User.objects.get().roles == {"lead"}
    call_command("make_lead", "lena@example.org", "--password", NEW)
    out = capsys.readouterr()
    assert out.out == "" and "Reset" in out.err
    user = User.objects.get()
    assert user.check_password(NEW) and user.name == "Lena" and user.grants.count() == 1


@pytest.mark.parametrize("arguments", [["not-an-address"], ["x@example.org", "--password", "short"]])
def test_a_lead_without_address_or_password_is_not_made(db, arguments):
    with pytest.raises(CommandError) as refusal:
        call_command("make_lead", *arguments)
    assert refusal.value.returncode == 2 and not User.objects.exists()


def test_a_lost_password_is_replaced_by_a_link_from_the_lead(client, lena, ben):
    client.force_login(lena)
    assert client.get(reverse("person_password_link", args=[ben.public_id])).status_code == 405
    page = client.post(reverse("person_password_link", args=[ben.public_id])).content.decode()
    link = re.search(r'value="(http://testserver/join/[^"]+)"', page)[1]
    assert "a new password" in client.get(reverse("people")).content.decode()
    client.logout()
    assert "ben@example.org" in client.get(link).content.decode()
    assert client.post(link, {"password": NEW}).headers["Location"] == reverse("home")
    assert client.session["_auth_user_id"] == str(ben.pk)
    assert client.get(link).status_code == 410


def test_a_simulated_reader_stays_one_whatever_she_saves_about_herself(log_in, ben):
    record(user=ben, profession="a script", simulated=True)
    log_in(ben).post(reverse("reviewer_record"), RECORD)
    assert [kept.simulated for kept in ben.reviewer_records.order_by("n")] == [False, True, True]


def test_pages_speak_the_language_a_person_chose_and_the_next_one_does_not(client, ana, ben, settings):
    settings.LANGUAGES = [("en", "English"), ("de", "German")]
    User.objects.filter(pk=ana.pk).update(language="de")
    client.force_login(ana)
    assert client.get(reverse("me")).headers["Content-Language"] == "de"
    refused = client.post(reverse("me"), {"name": "", "time_zone": "UTC", "language": "de"})
    assert "Dieses Feld ist zwingend erforderlich." in refused.content.decode()
    assert '<html lang="de">' in refused.content.decode()
    client.force_login(ben)
    assert client.get(reverse("me")).headers["Content-Language"] == "en"


def test_a_page_whose_words_are_english_says_so_whoever_reads_it(client, ana):
    """Django knows a few Persian words; a screen reader would read all the English ones with a Persian voice."""
    User.objects.filter(pk=ana.pk).update(language="fa")
    entrance = client.get(reverse("login"), headers={"Accept-Language": "fa"})
    client.force_login(ana)
    own = client.post(reverse("me"), {"name": "", "time_zone": "UTC", "language": "fa"})
    for answer in (entrance, own):
        assert '<html lang="en">' in answer.content.decode()
        assert answer.headers["Content-Language"] == "en"
    assert "This field is required." in own.content.decode()
    assert (
        client.post(reverse("me"), {"name": "Ana", "time_zone": "UTC", "language": "fa"}).status_code == 302
    )
