"""Who changed what, when and from where: written with the act, and never changed."""

import json

import pytest
from celery import shared_task
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.test import override_settings
from django.urls import reverse

from accounts import doors, trail
from accounts.about import introduce
from accounts.about import record as keep_record
from accounts.inviting import invite, join, password_link, renew_password, set_roles, withdraw
from accounts.leading import make_lead
from accounts.models import TrailEvent
from accounts.roles import Refused
from accounts.trail import Thing
from tests.conftest import PASSWORD

NEW = "seven quiet otters"
SOMETHING = Thing("person", "somebody")


def happened():
    return list(TrailEvent.objects.order_by("id").values_list("verb", "by__name"))


def test_what_stands_in_the_trail_is_neither_changed_nor_removed(lena, db):
    trail.record(by=lena, verb="accounts.test", thing=SOMETHING)
    acts = [
        lambda: TrailEvent.objects.update(verb="accounts.nothing"),
        lambda: TrailEvent.objects.update(by=None),
        lambda: TrailEvent.objects.all()._raw_delete("default"),
        lambda: TrailEvent.objects.get().delete(),
    ]
    if connection.vendor == "postgresql":
        connection.check_constraints()  # a table that waits for its checks is not truncated either way
        acts.append(lambda: connection.cursor().execute("TRUNCATE accounts_trailevent CASCADE"))
    for act in acts:
        with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
            act()
    assert happened() == [("accounts.test", "Lena")]


@pytest.mark.django_db(transaction=True)
def test_an_event_is_written_only_with_its_act(lena):
    with pytest.raises(AssertionError):
        trail.record(by=lena, verb="accounts.test", thing=SOMETHING)
    with pytest.raises(RuntimeError, match="the act failed"), transaction.atomic():
        trail.record(by=lena, verb="accounts.test", thing=SOMETHING)
        raise RuntimeError("the act failed")
    assert happened() == []


@pytest.mark.parametrize("secret", ["password", "token", "token_digest", "link", "email"])
def test_the_trail_takes_no_secret(lena, secret):
    with pytest.raises(ValueError, match="no place in the trail"):
        trail.record(by=lena, verb="accounts.test", thing=SOMETHING, after={secret: "x"})


def test_every_act_on_an_account_is_one_event_and_a_refused_one_is_none(lena, ben, ana):
    invitation, token = invite(by=lena, email="noor@example.org", roles_given=["annotator"])
    noor = join(token=token, name="Noor", password=NEW)
    set_roles(by=lena, user=noor, roles_given=["annotator", "adjudicator"])
    set_roles(by=lena, user=noor, roles_given=["adjudicator", "annotator"])
    keep_record(user=noor, profession="psychotherapist", languages=["en"])
    introduce(user=noor, name="Noor K", time_zone="Asia/Kolkata", language="en")
    introduce(user=noor, name="Noor K", time_zone="Asia/Kolkata", language="en")
    _link, token = password_link(by=lena, user=ben)
    renew_password(token=token, password=NEW)
    spare, _token = invite(by=lena, email="other@example.org", roles_given=["lead"])
    withdraw(by=lena, invitation=spare)
    withdraw(by=lena, invitation=spare)
    make_lead(email="lara@example.org", password=PASSWORD)
    told = happened()
    assert told == [
        ("accounts.invite", "Lena"),
        ("accounts.join", "Noor K"),
        ("accounts.set_roles", "Lena"),
        ("accounts.record", "Noor K"),
        ("accounts.introduce", "Noor K"),
        ("accounts.password_link", "Lena"),
        ("accounts.renew_password", "Ben"),
        ("accounts.invite", "Lena"),
        ("accounts.withdraw", "Lena"),
        ("accounts.make_lead", None),
    ]
    for refused, reason in (
        (lambda: set_roles(by=ana, user=noor, roles_given=["lead"]), Refused),
        (lambda: set_roles(by=lena, user=lena, roles_given=["clinician"]), ValidationError),
        (lambda: invite(by=lena, email="noor@example.org", roles_given=["lead"]), ValidationError),
        (lambda: withdraw(by=lena, invitation=invitation), ValueError),
    ):
        with pytest.raises(reason):
            refused()
    assert happened() == told
    given = TrailEvent.objects.get(verb="accounts.set_roles")
    assert (given.kind, given.name) == ("person", str(noor.public_id))
    assert given.before == {"roles": ["annotator"]} and given.after == {"roles": ["adjudicator", "annotator"]}


def test_no_address_password_or_token_stands_in_the_trail(lena, ben):
    _invitation, first = invite(by=lena, email="noor@example.org", roles_given=["annotator"])
    noor = join(token=first, name="Noor", password=NEW)
    _link, second = password_link(by=lena, user=noor)
    renew_password(token=second, password="seven loud otters")
    written = json.dumps(list(TrailEvent.objects.values("name", "part", "before", "after", "door")))
    for secret in (first, second, NEW, "seven loud otters", "example.org", noor.password):
        assert secret not in written


def test_a_changed_password_leaves_a_word_and_the_person_logged_in(client, ana):
    client.force_login(ana)
    sent = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}
    client.post(reverse("password"), sent | {"old_password": "wrong"})
    assert happened() == []
    assert client.post(reverse("password"), sent).status_code == 302
    assert happened() == [("accounts.change_password", "Ana")]
    ana.refresh_from_db()
    assert ana.check_password(NEW) and client.get(reverse("me")).status_code == 200


@pytest.mark.parametrize(
    ("proxies", "passed_on", "address"),
    [
        (0, None, "192.0.2.1"),
        (0, "203.0.113.9", "192.0.2.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.7, 203.0.113.9", "203.0.113.9"),
        (2, "198.51.100.7, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (2, "203.0.113.9", "192.0.2.1"),
        (1, "<script>", "192.0.2.1"),
        (1, "2001:db8::1", "2001:db8::1"),
        (1, None, "192.0.2.1"),
    ],
)
def test_a_client_cannot_say_of_herself_where_she_is(
    client, lena, ben, settings, proxies, passed_on, address
):
    settings.PROXIES_IN_FRONT = proxies
    client.force_login(lena)
    headers = {"X-Forwarded-For": passed_on} if passed_on else {}
    at = reverse("person_roles", args=[ben.public_id])
    client.post(at, {"roles_given": ["adjudicator"]}, headers=headers, REMOTE_ADDR="192.0.2.1")
    event = TrailEvent.objects.get()
    assert (event.from_where, event.door) == ("page", address)
    assert doors.here() == doors.Door()


@shared_task(name="tests.gives_a_role")
def gives_a_role(by, user):
    from accounts.models import User

    people = [User.objects.get(pk=pk) for pk in (by, user)]
    set_roles(by=people[0], user=people[1], roles_given=["lead"])


def test_a_worker_and_a_command_are_named(lena, ben, ana):
    gives_a_role.apply((lena.pk, ben.pk)).get()
    with doors.through(doors.COMMAND, "make_lead"):
        set_roles(by=lena, user=ana, roles_given=["lead"])
    set_roles(by=lena, user=ana, roles_given=["clinician"])
    came = list(TrailEvent.objects.order_by("id").values_list("from_where", "door"))
    assert came == [("worker", "tests.gives_a_role"), ("command", "make_lead"), ("program", "")]


def test_an_operator_with_djangos_admin_can_only_read_the_trail(lena, rf, settings):
    lena.is_staff = lena.is_superuser = True
    request = rf.get("/")
    request.user = lena
    with override_settings(INSTALLED_APPS=[*settings.INSTALLED_APPS, "django.contrib.admin"]):
        from django.contrib.admin import site

        admin = site.get_model_admin(TrailEvent)
        assert admin.has_view_permission(request)
        asked = (admin.has_add_permission, admin.has_change_permission, admin.has_delete_permission)
        assert not any(ask(request) for ask in asked) and not admin.get_actions(request)


def test_lena_reads_who_gave_which_role_and_filters_by_person(client, lena, ben):
    client.force_login(lena)
    client.post(reverse("person_roles", args=[ben.public_id]), {"roles_given": ["adjudicator"]})
    introduce(user=ben, name="Benjamin", time_zone="UTC", language="en")
    page = client.get(reverse("people_trail")).content.decode()
    assert "Set the roles of Benjamin" in page and "Roles: Annotator (reviews sessions) → Adjudicator" in page
    assert "Name: Ben → Benjamin" in page and "127.0.0.1" in page
    his = client.get(reverse("people_trail"), {"by": str(ben.public_id)}).content.decode()
    assert "Name: Ben → Benjamin" in his and "Set the roles of" not in his
    for odd in ({"by": "x"}, {"before": "x"}, {"verb": "x"}, {"before": "0"}):
        assert client.get(reverse("people_trail"), odd).status_code == 200


def test_the_trail_asks_no_more_for_many_acts(client, lena, django_assert_max_num_queries):
    client.force_login(lena)
    counted = []
    for n in (2, 20):
        for i in range(n):
            invite(by=lena, email=f"person-{n}-{i}@example.org", roles_given=["annotator"])
        with django_assert_max_num_queries(15) as asked:
            page = client.get(reverse("people_trail")).content.decode()
        counted.append(len(asked))
    assert counted[0] == counted[1] and page.count("Invited person-20") == 20


def test_older_acts_are_a_page_further_and_keep_the_filter(client, lena):
    for n in range(33):
        invite(by=lena, email=f"person-{n}@example.org", roles_given=["annotator"])
    client.force_login(lena)
    asked = {"by": str(lena.public_id), "verb": "accounts.invite"}
    page = client.get(reverse("people_trail"), asked)
    assert len(page.context["rows"]) == 30 and f"by={lena.public_id}" in page.content.decode()
    older = client.get(reverse("people_trail"), asked | {"before": page.context["more"]})
    assert [row.what for row in older.context["rows"]] == [
        f"Invited person-{n}@example.org" for n in (2, 1, 0)
    ]
