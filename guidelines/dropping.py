"""Take an entry out of the draft only while it says what was read."""

from django.db import transaction

from accounts.roles import require
from guidelines import access, drafts
from guidelines.models import Version
from guidelines.saving import StaleEdit, drop_entry
from guidelines.standing import standing


@transaction.atomic
def drop_as_read(*, version: Version, key: str, by, base) -> Version:
    """As `drop_entry`; raises StaleEdit where the entry is no longer the revision `base`."""
    require(access.may_write(by))
    version = drafts.locked(version)
    drafts.require_open(version)
    current = standing(version, key)
    if current is not None and current.pk != base.pk:
        raise StaleEdit(key=key, base=base, current=current, texts=base.texts)
    return drop_entry(version=version, key=key, by=by)
