"""Whether the accounts that we made are still whose they were: renamed, deleted, or given another number."""

from django.db import transaction

from review.label_studio.errors import TokenRefused
from review.label_studio.keeping import account_for, password_of
from review.label_studio.losing import give_user, tell
from review.models import Account, DifferenceKind, RoundState, SeatProject, Server


def compare_accounts(server: Server, label_studio) -> list[DifferenceKind]:
    """Put right what differs, and tell the lead on the open rounds of that reviewer; return what was found. Raises
    LabelStudioError.
    """
    address = {user["id"]: user["email"] for user in label_studio.users()}
    number = {email: id for id, email in address.items()}
    found = []
    accounts = Account.objects.filter(server=server, ls_user_id__isnull=False).select_related("rater__user")
    for account in accounts.order_by("pk"):
        if address.get(account.ls_user_id) == account.email:
            continue
        if account.email in number:
            kind = DifferenceKind.ACCOUNT_MOVED
            _is_now(account, ls_user_id=number[account.email])
        elif _is_hers(account, address.get(account.ls_user_id), label_studio):
            kind = DifferenceKind.ACCOUNT_RENAMED
            _is_now(account, email=address[account.ls_user_id])
        else:
            kind = DifferenceKind.ACCOUNT_GONE
            _is_now(account, ls_user_id=None)
            account_for(account.rater, label_studio, server=server)
        found.append(kind)
        projects = SeatProject.objects.filter(server=server, seat__rater=account.rater)
        for project in projects.filter(seat__round__state=RoundState.OPEN):
            tell(project, kind)
    return found


@transaction.atomic
def _is_now(account: Account, **values) -> None:
    if values.get("ls_user_id"):
        give_user(values["ls_user_id"], account)
    Account.objects.filter(pk=account.pk).update(**values)


def _is_hers(account: Account, email: str | None, label_studio) -> bool:
    """A number alone does not say so: after a restore it may be another's. Her password, which nobody knows, does."""
    if email is None or Account.objects.filter(email=email).exists():
        return False
    try:
        return label_studio.log_in(email, password_of(account)).user_id == account.ls_user_id
    except TokenRefused:
        return False
