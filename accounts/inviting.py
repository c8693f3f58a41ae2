"""Invite people by a copyable one-use link; no mail server is needed."""

import secrets
from datetime import timedelta

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import keeping, roles, tokens
from accounts.digesting import text_digest
from accounts.models import Grant, Invitation, Role, User
from accounts.numbering import one_at_a_time

LIFETIME = timedelta(days=14)


class InvitationRefused(ValueError):
    """The link cannot be used: unknown, used, withdrawn or expired; the message says which."""


@transaction.atomic
def invite(*, by: User, email: str, roles_given: list[str]) -> tuple[Invitation, str]:
    """Return the invitation and its token; the token is shown once and not stored."""
    roles.require(roles.may_invite(by))
    email = email.strip().lower()
    validate_email(email)
    unknown = set(roles_given) - set(Role.values)
    if unknown or not roles_given:
        raise ValidationError(_("Choose at least one of the roles."))
    one_at_a_time()  # two leads may invite the same person in the same instant
    if User.objects.filter(email=email).exists():
        raise ValidationError(_("This person already has an account; set her roles instead."))
    if Invitation.objects.open().filter(email=email).exists():
        raise ValidationError(
            _("This person is invited already; withdraw that invitation to make another link.")
        )
    invitation, token = _made(by, email, sorted(set(roles_given)))
    keeping.of_invitation(invitation, by=by, verb="invite", after={"roles": invitation.roles})
    return invitation, token


@transaction.atomic
def password_link(*, by: User, user: User) -> tuple[Invitation, str]:
    """A one-use link by which a person who lost her password chooses another; earlier links end."""
    roles.require(roles.may_invite(by))
    user = User.objects.select_for_update().get(pk=user.pk)
    if not user.is_active:
        raise ValidationError(_("This account is closed."))
    if (user.is_staff or user.is_superuser) and user != by:
        # A lead would otherwise make herself the operator, who may do more than a lead.
        raise ValidationError(_("An operator's password is set at the command line: ./bin/manage make_lead."))
    ended = Invitation.objects.open().filter(email=user.email)
    before = {"links": sorted(ended.values_list("pk", flat=True))}
    ended.update(withdrawn_at=timezone.now())
    invitation, token = _made(by, user.email, [])
    keeping.of_person(user, by=by, verb="password_link", before=before, after={"links": [invitation.pk]})
    return invitation, token


def _made(by: User, email: str, roles_given: list[str]) -> tuple[Invitation, str]:
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        token_digest=text_digest(token),
        email=email,
        roles=roles_given,
        invited_by=by,
        expires_at=timezone.now() + LIFETIME,
    )
    return invitation, token


def find(token: str) -> Invitation:
    invitation = Invitation.objects.filter(token_digest=text_digest(token)).first()
    if invitation is None:
        raise InvitationRefused(_("This link is not known here. Ask for a new one."))
    if invitation.used_at:
        raise InvitationRefused(_("This link has been used. Log in instead, or ask for a new one."))
    if invitation.withdrawn_at:
        raise InvitationRefused(_("This invitation was withdrawn."))
    if invitation.expires_at < timezone.now():
        raise InvitationRefused(_("This link has expired. Ask for a new one."))
    return invitation


@transaction.atomic
def join(*, token: str, name: str, password: str, time_zone: str = "UTC") -> User:
    """Use the link: make the account with the roles it promised."""
    invitation = find(token)
    if invitation.renews_password:
        raise InvitationRefused(_("This link is for a new password, not for a new account."))
    take(invitation)
    if User.objects.filter(email=invitation.email).exists():
        raise InvitationRefused(_("This person already has an account. Log in instead."))
    validate_password(password, User(email=invitation.email, name=name))
    user = User.objects.create_user(invitation.email, password, name=name.strip(), time_zone=time_zone)
    for role in invitation.roles:
        Grant.objects.create(user=user, role=role, granted_by=invitation.invited_by)
    Invitation.objects.filter(pk=invitation.pk).update(used_by=user)
    joined = {"roles": invitation.roles, "invitation": invitation.pk}
    keeping.of_person(user, by=user, verb="join", after=joined)
    return user


@transaction.atomic
def renew_password(*, token: str, password: str) -> User:
    """Use a password link. Whoever was logged in with the old password is logged out by it; her tokens end."""
    invitation = find(token)
    user = User.objects.filter(email=invitation.email, is_active=True).first()
    if not invitation.renews_password or user is None:
        raise InvitationRefused(_("This link is not for a new password."))
    take(invitation)
    validate_password(password, user)
    user.set_password(password)
    user.save(update_fields=["password"])
    Invitation.objects.filter(pk=invitation.pk).update(used_by=user)
    ended = tokens.end_all(user)
    keeping.of_person(
        user,
        by=user,
        verb="renew_password",
        before={"api_tokens": ended} if ended else None,
        after={"invitation": invitation.pk},
    )
    return user


def take(invitation: Invitation) -> None:
    """Use the link up. It may be used in two browsers at once, or withdrawn since it was found: only the one
    that changes the row goes on.
    """
    free = Invitation.objects.filter(pk=invitation.pk, used_at=None, withdrawn_at=None)
    if not free.update(used_at=timezone.now()):
        raise InvitationRefused(
            _("This link has been used or withdrawn. Log in instead, or ask for a new one.")
        )


@transaction.atomic
def set_roles(*, by: User, user: User, roles_given: list[str]) -> User:
    """Give and take roles; a lead cannot take her own lead role, so that one is always left."""
    # Locked in one order, and asked anew: two leads who take the role from each other at once leave one.
    people = {person.pk: person for person in
              User.objects.select_for_update().filter(pk__in={by.pk, user.pk}).order_by("pk")}  # fmt: skip
    roles.require(roles.may_invite(people[by.pk]))
    wanted = set(roles_given) & set(Role.values)
    if by == user and Role.LEAD not in wanted:
        raise ValidationError(_("You cannot take the lead role from yourself; another lead can."))
    user.__dict__.pop("_roles", None)
    held = set(user.grants.values_list("role", flat=True))
    if held == wanted:
        return user
    user.grants.exclude(role__in=wanted).delete()
    for role in wanted - held:
        Grant.objects.create(user=user, role=role, granted_by=by)
    before, after = {"roles": sorted(held)}, {"roles": sorted(wanted)}
    keeping.of_person(user, by=by, verb="set_roles", before=before, after=after)
    return user


@transaction.atomic
def withdraw(*, by: User, invitation: Invitation) -> Invitation:
    """Make an unused link useless; withdrawing twice changes nothing."""
    roles.require(roles.may_invite(by))
    invitation = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if invitation.used_at:
        raise InvitationRefused(_("This link has been used; set the person's roles instead."))
    if not invitation.withdrawn_at:
        invitation.withdrawn_at = timezone.now()
        invitation.save(update_fields=["withdrawn_at"])
        keeping.of_invitation(invitation, by=by, verb="withdraw", before={"roles": invitation.roles})
    return invitation
