"""What the leads provide for all who read: a person to turn to, the local protocol, a limit for a day."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import roles
from accounts.numbering import next_serial
from review import access, trail
from review.models import Welfare


def provided() -> Welfare | None:
    """What is in force; None: nothing was ever said."""
    return Welfare.objects.order_by("-serial").first()


def contact() -> Welfare | None:
    """Where readers can turn to; None: nobody is named."""
    now = provided()
    return now if now and now.contact_name else None


@transaction.atomic
def provide(
    *, contact_name: str, contact_reach: str, contact_text: str = "", protocol: str = "",
    daily_ceiling: int | None = None, by,
) -> Welfare:  # fmt: skip
    """Said anew as a whole; what was in force before stays readable. Raises Refused, ValidationError."""
    roles.require(access.may_run_rounds(by))
    contact_name, contact_reach = contact_name.strip(), contact_reach.strip()
    if contact_name and not contact_reach:
        raise ValidationError({"contact_reach": _("Say how this person can be reached.")})
    if contact_reach and not contact_name:
        raise ValidationError({"contact_name": _("Say who it is.")})
    if daily_ceiling is not None and daily_ceiling < 1:
        raise ValidationError({"daily_ceiling": _("At least one; leave it empty for no limit.")})
    before = provided()
    made = Welfare.objects.create(
        serial=next_serial(Welfare),
        contact_name=contact_name,
        contact_reach=contact_reach,
        contact_text=contact_text.strip(),
        protocol=protocol.strip(),
        daily_ceiling=daily_ceiling,
        by=by,
    )
    trail.of_welfare(verb="provide", by=by, before=_told(before) if before else {}, after=_told(made))
    return made


def _told(one: Welfare) -> dict:
    """Not whom: a person's name and address stand in the row alone."""
    return {
        "contact_named": bool(one.contact_name), "protocol_written": bool(one.protocol),
        "daily_ceiling": one.daily_ceiling,
    }  # fmt: skip
