"""A version: its lock, its entries in order, what they digest to, who approved that. See entries.py for a few of
them, authorship.py for who wrote what is new.
"""

from typing import NamedTuple

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from guidelines import trail
from guidelines.digesting import version_digest
from guidelines.kinds import shape_of
from guidelines.models import Entry, Version, VersionState


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


def revisions(version: Version) -> list:
    """The revisions of a version in order, each with its pair or dimension; one query."""
    shape = shape_of(version.guideline)
    entries = version.entries.select_related(f"{shape.entry_field}__{shape.identity_field}").order_by(
        "position"
    )
    found = []
    # What is searched says the texts a second time.
    for entry in entries.defer(f"{shape.entry_field}__said"):
        revision = getattr(entry, shape.entry_field)
        # The guideline is known here; without this every public id and link would fetch it again.
        getattr(revision, shape.identity_field).guideline = version.guideline
        found.append(revision)
    return found


class Light(NamedTuple):
    """An entry without its texts: the name, id and digest of its revision."""

    name: str
    pk: int
    digest: str


def light(version: Version) -> dict[str, Light]:
    """{key: entry} in order; one query that reads no texts."""
    shape = shape_of(version.guideline)
    columns = (f"{shape.identity_field}__key", "name", "pk", "digest")
    rows = version.entries.order_by("position").values_list(
        *(f"{shape.entry_field}__{name}" for name in columns)
    )
    return {key: Light(*rest) for key, *rest in rows}


def by_key(version: Version) -> dict:
    """The revisions of a version by key, in order, without their pairs: what thousands of them take. One query."""
    shape = shape_of(version.guideline)
    found = shape.revision.objects.filter(entries__version=version).order_by("entries__position")
    return {
        revision.entry_key: revision
        for revision in found.defer("said").annotate(entry_key=F(f"{shape.identity_field}__key"))
    }


def digest(version: Version) -> str:
    shape = shape_of(version.guideline)
    return version_digest(
        version.entries.order_by("position").values_list(
            f"{shape.entry_field}__{shape.identity_field}__key", f"{shape.entry_field}__digest"
        )
    )


def fill(version: Version, wanted: list) -> None:
    """Make the draft's entries exactly these revisions, in this order."""
    shape = shape_of(version.guideline)
    version.entries.all().delete()
    Entry.objects.bulk_create(
        Entry(version=version, position=position, **{shape.entry_field: revision})
        for position, revision in enumerate(wanted, 1)
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
