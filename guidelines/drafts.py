"""An open draft: its lock, its entries in order, what they digest to, who wrote what is new in it."""

from typing import NamedTuple

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from guidelines import trail
from guidelines.digesting import version_digest
from guidelines.kinds import shape_of
from guidelines.models import Entry, Proposal, Version, VersionState


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
    for entry in entries:
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
        for revision in found.annotate(entry_key=F(f"{shape.identity_field}__key"))
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


def approvers(version: Version) -> set[int]:
    """Who approved the words as they stand now; an approval of other words does not count."""
    given = list(version.approvals.values_list("approver_id", "digest"))
    # Nothing to compare with: the digest of a long draft is not had for nothing.
    now = digest(version) if given else ""
    return {approver for approver, approved in given if approved == now}


def authors(version: Version) -> set[int]:
    """Everybody who wrote a revision new in this version, also one that a later save was built on, and whose
    proposals it took: to drop a pair is to write, and leaves no revision behind.
    """
    shape = shape_of(version.guideline)
    field = f"{shape.entry_field}_id"
    published = Entry.objects.filter(
        version__guideline_id=version.guideline_id, version__number__isnull=False
    )
    in_force = published.filter(**{field: OuterRef(field)})
    entered = version.entries.exclude(Exists(in_force))
    new = set(entered.values_list(field, flat=True))
    identity = f"{shape.identity_field}_id"
    # Queries within queries: a long list of ids is more than a database takes as parameters.
    touched = shape.revision.objects.filter(pk__in=entered.values(field)).values(identity)
    history = shape.revision.objects.filter(**{f"{identity}__in": touched})
    rows = {pk: (base, author) for pk, base, author in history.values_list("pk", "base_id", "author_id")}
    old = set(published.filter(**{f"{field}__in": history.values("pk")}).values_list(field, flat=True))
    found = _who_dropped_or_ordered(version)
    for revision in new:
        while revision in rows and revision not in old:
            revision, author = rows[revision]
            found.add(author)
    for people in Proposal.objects.filter(taken_into=version).values_list("by_id", "words_by_id"):
        found.update(people)
    return found - {None}


def _who_dropped_or_ordered(version: Version) -> set[int]:
    """To drop a pair or to change the order is to write too, and leaves no revision: the trail knows who did."""
    told = trail.of(version.guideline)
    # A discarded draft gives its serial back: only what came after this one was opened is of this one.
    opened = told.filter(verb="guidelines.open_draft").order_by("-id").values("id")[:1]
    acts = told.filter(
        verb__in=["guidelines.drop_entry", "guidelines.reorder"], after__version=version.serial
    )
    return set(acts.filter(id__gt=Coalesce(Subquery(opened), 0)).values_list("by_id", flat=True))
