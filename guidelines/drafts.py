"""A version: its lock, its state, what its words digest to, who approved that. See entries.py for the words,
authorship.py for who wrote what is new.
"""

from django.db import transaction
from django.utils.translation import gettext as _

from guidelines import trail
from guidelines.digesting import version_digest
from guidelines.kinds import shape_of
from guidelines.models import Version, VersionState


class WrongState(ValueError):
    """The act does not fit the state the version is in; the message says what that is and who did it."""


def locked(version: Version) -> Version:
    """The version's row, fresh, and locked until the transaction ends (SQLite locks the whole database).

    Every verb on a version begins here, so here the trail of an older guideline begins too.
    """
    assert transaction.get_connection().in_atomic_block
    # Not joined: PostgreSQL cannot lock the nullable side of a join.
    found = Version.objects.select_for_update().filter(pk=version.pk).first()
    if found is None:
        raise WrongState(_("This draft was discarded in the meantime."))
    trail.begin(found.guideline)
    return found


def require_state(version: Version, *states: str) -> None:
    if version.state in states:
        return
    if version.state == VersionState.PUBLISHED:
        by = version.published_by or _("an import")
        raise WrongState(
            _("This was published as version %(n)s by %(by)s.") % {"n": version.number, "by": by}
        )
    raise WrongState(_("This version is %s; that does not fit.") % version.get_state_display())


def require_open(version: Version) -> None:
    require_state(version, VersionState.DRAFT, VersionState.IN_REVIEW)


def latest(guideline) -> Version | None:
    """The newest version with a number, published or since retired."""
    return guideline.versions.filter(number__isnull=False).order_by("-number").first()


def digest(version: Version) -> str:
    shape = shape_of(version.guideline)
    return version_digest(
        version.entries.order_by("position").values_list(
            f"{shape.entry_field}__{shape.identity_field}__key", f"{shape.entry_field}__digest"
        )
    )


def approvers(version: Version, now: str | None = None) -> set[int]:
    """Who approved the words as they stand now; an approval of other words does not count. `now`: their digest,
    where it is known already.
    """
    given = list(version.approvals.values_list("approver_id", "digest"))
    # Nothing to compare with: the digest of a long draft is not had for nothing.
    now = now or (digest(version) if given else "")
    return {approver for approver, approved in given if approved == now}


def has_approved(user, version: Version) -> bool:
    """Whether she approved the words as they stand now; what they digest to is looked at only if she approved any."""
    given = set(version.approvals.filter(approver=user).values_list("digest", flat=True))
    return bool(given) and digest(version) in given
