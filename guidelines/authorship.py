"""Who wrote what is new in a version: whoever wrote part of it does not approve it alone."""

from django.db import connection
from django.db.models import Subquery
from django.db.models.functions import Coalesce

from guidelines import trail
from guidelines.kinds import shape_of
from guidelines.models import Entry, Proposal, Version

# Of the revisions that the version holds and no numbered one does, back along what each was built on, and whoever
# wrote the very same words of an entry before: a colleague who puts them back, or brings them in a file, is not alone
# their author.
_WRITTEN = """
WITH RECURSIVE written(id) AS (
    SELECT e.{entry} FROM {entries} e WHERE e.version_id = %s AND NOT EXISTS ({published} p.{entry} = e.{entry})
    UNION
    SELECT o.id FROM written w JOIN {revisions} r ON r.id = w.id
    JOIN {revisions} o ON o.{identity} = r.{identity} AND (o.id = r.base_id OR o.digest = r.digest)
    WHERE NOT EXISTS ({published} p.{entry} = o.id)
)
SELECT DISTINCT r.author_id FROM written w JOIN {revisions} r ON r.id = w.id WHERE r.author_id IS NOT NULL
"""
_PUBLISHED = """SELECT 1 FROM {entries} p JOIN {versions} v ON v.id = p.version_id
        WHERE v.guideline_id = %s AND v.number IS NOT NULL AND"""


def authors(version: Version) -> set[int]:
    """Everybody who wrote a revision new in this version, also one that a later save was built on, and whose
    proposals it took: to drop a pair is to write, and leaves no revision behind.
    """
    found = _wrote(version) | _dropped_or_ordered(version)
    for people in Proposal.objects.filter(taken_into=version).values_list("by_id", "words_by_id"):
        found.update(people)
    return found - {None}


def _wrote(version: Version) -> set[int]:
    shape = shape_of(version.guideline)
    tables = {
        "entries": Entry._meta.db_table,
        "revisions": shape.revision._meta.db_table,
        "versions": Version._meta.db_table,
        "identity": f"{shape.identity_field}_id",
    }
    sql = _WRITTEN.format(entry=f"{shape.entry_field}_id", published=_PUBLISHED.format(**tables), **tables)
    with connection.cursor() as cursor:
        cursor.execute(sql, [version.pk, version.guideline_id, version.guideline_id])
        return {author for (author,) in cursor.fetchall()}


def _dropped_or_ordered(version: Version) -> set[int]:
    """To drop a pair or to change the order is to write too, and leaves no revision: the trail knows who did."""
    acts = trail.of(version.guideline).acts()
    # A discarded draft gives its serial back: only what came after this one was opened is of this one.
    opened = acts.filter(verb="guidelines.open_draft").order_by("-id").values("id")[:1]
    found = acts.filter(
        verb__in=["guidelines.drop_entry", "guidelines.reorder"], after__version=version.serial
    )
    return set(found.filter(id__gt=Coalesce(Subquery(opened), 0)).values_list("by_id", flat=True))
