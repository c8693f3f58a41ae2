"""Make the lead who invites everybody else; only the command does this, for there is nobody yet to ask."""

from django.db import transaction

from accounts import keeping
from accounts.models import Grant, Role, User


@transaction.atomic
def make_lead(*, email: str, password: str, name: str = "") -> tuple[User, bool]:
    """Return the lead and whether the account is new; one that is there gets the password and the role."""
    email = email.strip().lower()
    user = User.objects.filter(email=email).first()
    made = user is None
    if made:
        user = User.objects.create_user(email, password, name=name.strip() or email.split("@")[0])
    else:
        user.set_password(password)
        user.is_active = True
        user.name = name.strip() or user.name
        user.save(update_fields=["password", "is_active", "name"])
    before = {} if made else {"roles": sorted(user.grants.values_list("role", flat=True))}
    Grant.objects.get_or_create(user=user, role=Role.LEAD)
    after = {"roles": sorted({*before.get("roles", []), Role.LEAD})}
    keeping.of_person(user, by=None, verb="make_lead", before=before, after=after)
    return user, made
