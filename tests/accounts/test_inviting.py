"""People come by a copyable link that works once."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.inviting import (
    InvitationRefused,
    find,
    invite,
    join,
    password_link,
    renew_password,
    set_roles,
    take,
    withdraw,
)
from accounts.models import Grant, Invitation, Role, User
from accounts.roles import Refused
from tests.guidelines.test_publishing import at_once

PASSWORD = "seven quiet otters"


@pytest.fixture
def link(lena):
    return invite(by=lena, email=" Noor@Example.ORG ", roles_given=["annotator"])


def test_a_link_makes_an_account_with_the_promised_roles(link, lena):
    _invitation, token = link
    noor = join(token=token, name="Noor", password=PASSWORD, time_zone="Asia/Kolkata")
    assert noor.email == "noor@example.org" and noor.roles == {Role.ANNOTATOR}
    assert noor.check_password(PASSWORD) and noor.time_zone == "Asia/Kolkata"
    assert noor.grants.get().granted_by == lena


def test_a_link_works_once(link):
    join(token=link[1], name="Noor", password=PASSWORD)
    with pytest.raises(InvitationRefused, match="has been used"):
        join(token=link[1], name="Someone", password=PASSWORD)


@pytest.mark.django_db(transaction=True)
def test_a_link_used_in_two_browsers_at_once_makes_one_account(link):
    said = at_once(lambda name: join(token=link[1], name=name, password=PASSWORD), ["Noor", "Other"])
    assert sorted(type(answer).__name__ for answer in said) == ["InvitationRefused", "User"]
    assert User.objects.filter(email="noor@example.org").count() == 1


def test_a_refused_password_does_not_use_up_the_link(link):
    with pytest.raises(ValidationError):
        join(token=link[1], name="Noor", password="short")
    assert find(link[1]).used_at is None


def test_a_withdrawn_an_expired_and_an_unknown_link_say_why(link, lena):
    invitation, token = link
    with pytest.raises(InvitationRefused, match="not known"):
        find("made-up")
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(InvitationRefused, match="expired"):
        find(token)
    withdraw(by=lena, invitation=invitation)
    with pytest.raises(InvitationRefused, match="withdrawn"):
        find(token)


def test_a_used_link_is_not_withdrawn(link, lena):
    join(token=link[1], name="Noor", password=PASSWORD)
    with pytest.raises(InvitationRefused, match="has been used"):
        withdraw(by=lena, invitation=link[0])


def test_the_token_is_not_stored(link):
    invitation, token = link
    assert token not in str(Invitation.objects.values().get())


def test_only_a_lead_invites_withdraws_and_sets_roles(link, ana, eve):
    for person in (ana, eve):
        with pytest.raises(Refused, match="Only a lead"):
            invite(by=person, email="x@example.org", roles_given=["annotator"])
        with pytest.raises(Refused, match="Only a lead"):
            withdraw(by=person, invitation=link[0])
        with pytest.raises(Refused, match="Only a lead"):
            set_roles(by=person, user=eve, roles_given=["lead"])


@pytest.mark.parametrize("roles", [[], ["king"], ["annotator", "king"]])
def test_an_invitation_names_known_roles(lena, roles):
    with pytest.raises(ValidationError):
        invite(by=lena, email="x@example.org", roles_given=roles)


def test_a_person_is_invited_once(lena, ana):
    with pytest.raises(ValidationError, match="already has an account"):
        invite(by=lena, email="ANA@example.org", roles_given=["annotator"])


def test_a_lead_cannot_take_the_lead_role_from_herself(lena):
    with pytest.raises(ValidationError, match="another lead can"):
        set_roles(by=lena, user=lena, roles_given=["clinician"])
    assert set_roles(by=lena, user=lena, roles_given=["lead", "clinician"]).roles == {"lead", "clinician"}


def test_the_database_holds_no_address_in_capitals(db):
    assert User.objects.create_user("Ben@Example.org", PASSWORD, name="Ben").email == "ben@example.org"
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.update(email="Ben@example.org")


def test_a_person_has_one_open_invitation_at_a_time(link, lena):
    with pytest.raises(ValidationError, match="invited already"):
        invite(by=lena, email="noor@example.org", roles_given=["lead"])
    withdraw(by=lena, invitation=link[0])
    _again, token = invite(by=lena, email="noor@example.org", roles_given=["clinician"])
    assert join(token=token, name="Noor", password=PASSWORD).roles == {Role.CLINICIAN}


@pytest.mark.django_db(transaction=True)
def test_two_leads_who_invite_the_same_person_at_once_make_one_link(lena):
    lara = User.objects.create_user("lara@example.org", PASSWORD, name="Lara")
    set_roles(by=lena, user=lara, roles_given=["lead"])

    def invites(lead):
        return invite(by=lead, email="noor@example.org", roles_given=["annotator"])

    said = at_once(invites, [lena, lara])
    assert sorted(type(answer).__name__ for answer in said) == ["ValidationError", "tuple"]
    assert Invitation.objects.open().count() == 1


def test_a_link_withdrawn_after_it_was_found_makes_no_account(link, lena):
    found = find(link[1])
    withdraw(by=lena, invitation=link[0])
    with pytest.raises(InvitationRefused, match="used or withdrawn"):
        take(found)
    assert Invitation.objects.get().used_at is None


def test_two_links_for_one_address_make_one_account(link, lena):
    join(token=link[1], name="Noor", password=PASSWORD)
    Invitation.objects.update(used_at=None, used_by=None)
    with pytest.raises(InvitationRefused, match="already has an account"):
        join(token=link[1], name="Noor", password=PASSWORD)


def test_a_password_link_sets_the_password_once_and_ends_the_earlier_link(lena, ben):
    _first, lost = password_link(by=lena, user=ben)
    invitation, token = password_link(by=lena, user=ben)
    with pytest.raises(InvitationRefused, match="withdrawn"):
        renew_password(token=lost, password=PASSWORD)
    with pytest.raises(InvitationRefused, match="not for a new account"):
        join(token=token, name="Ben", password=PASSWORD)
    with pytest.raises(ValidationError):
        renew_password(token=token, password="short")
    assert renew_password(token=token, password=PASSWORD) == ben
    ben.refresh_from_db()
    assert ben.check_password(PASSWORD) and ben.roles == {Role.ANNOTATOR}
    invitation.refresh_from_db()
    assert invitation.used_by == ben
    with pytest.raises(InvitationRefused, match="has been used"):
        renew_password(token=token, password=PASSWORD)


def test_a_link_to_join_sets_nobodys_password(link, ben):
    with pytest.raises(InvitationRefused, match="not for a new password"):
        renew_password(token=link[1], password=PASSWORD)


def test_only_a_lead_makes_password_links_and_none_for_an_operator(lena, ana, ben):
    with pytest.raises(Refused):
        password_link(by=ana, user=ben)
    operator = User.objects.create_superuser("op@example.org", PASSWORD, name="Op")
    with pytest.raises(ValidationError, match="command line"):
        password_link(by=lena, user=operator)
    User.objects.filter(pk=ben.pk).update(is_active=False)
    with pytest.raises(ValidationError, match="closed"):
        password_link(by=lena, user=ben)


@pytest.mark.django_db(transaction=True)
def test_two_leads_who_take_the_role_from_each_other_at_once_leave_one(lena, ana):
    Grant.objects.create(user=ana, role=Role.LEAD)
    mira = User.objects.get(pk=ana.pk)
    assert lena.roles and mira.roles, "both pages were opened before"

    def take_from(pair):
        by, user = pair
        return set_roles(by=by, user=user, roles_given=["annotator"])

    said = at_once(take_from, [(lena, mira), (User.objects.get(pk=mira.pk), User.objects.get(pk=lena.pk))])
    assert sorted(type(answer).__name__ for answer in said) == ["Refused", "User"]
    assert User.objects.with_role(Role.LEAD).count() == 1
