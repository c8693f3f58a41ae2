"""Reviewers' Label Studio accounts: made by us, their random passwords kept encrypted and not handed out."""

import base64
import hashlib
import secrets

from cryptography.fernet import Fernet
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import roles
from review.label_studio import connecting
from review.label_studio.losing import give_user
from review.models import Account, Rater, Server


def _box() -> Fernet:
    key = hashlib.sha256(settings.REVIEW_ACCOUNTS_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))


def account_for(rater: Rater, label_studio, *, server: Server | None = None) -> Account:
    """The rater's account on a server (the first one), signed up where it is not yet. The password is stored before it
    is used.

    Members of a Label Studio see each other's addresses, so the address says nothing about the person.
    """
    fresh = {
        "email": f"reviewer-{secrets.token_hex(6)}@reviewers.example.org",
        "password_encrypted": _box().encrypt(secrets.token_urlsafe(24).encode()).decode(),
    }
    account, _made = Account.objects.get_or_create(
        rater=rater, server=server or connecting.first(), defaults=fresh
    )
    if account.ls_user_id is None:
        account.ls_user_id = label_studio.sign_up(account.email, password_of(account))
        with transaction.atomic():
            give_user(account.ls_user_id, account)
            account.save(update_fields=["ls_user_id"])
    return account


def password_of(account: Account) -> str:
    return _box().decrypt(account.password_encrypted.encode()).decode()


def login_of(account: Account, *, asked_by) -> tuple[str, str]:
    """(address, password), for its owner, and only where reviewers log in to Label Studio themselves."""
    if not settings.REVIEW_DIRECT_ACCOUNTS:
        raise roles.Refused(_("Passwords of Label Studio are not handed out on this installation."))
    if account.rater.user_id != asked_by.pk:
        raise roles.Refused(_("This is another reviewer's account."))
    return account.email, password_of(account)
