"""New, changed, dropped, the same: how the entries of a draft stand beside the version in force. Asked of the database,
which says it of thousands without reading a text.
"""

from django.db.models import Exists, F, OuterRef, QuerySet

from guidelines.kinds import shape_of
from guidelines.models import Version

STATES = ("new", "changed", "dropped", "same")


def in_state(state: str, published: Version, draft: Version) -> QuerySet:
    """The entries that are new, changed or the same in the draft, or those of the version in force that were dropped
    from it; in order.
    """
    held, other = (published, draft) if state == "dropped" else (draft, published)
    found = held.entries.order_by("position")
    if state == "same":
        # A text that was changed and changed back is the same.
        return found.filter(_kept(other) | _there(other, alike=True))
    if state == "changed":
        return found.filter(~_kept(other), _there(other), ~_there(other, alike=True))
    return found.filter(~_kept(other), ~_there(other))


def _kept(other: Version) -> Exists:
    """The other version holds the very revision. Asked first: of most entries nothing else need be looked at."""
    field = shape_of(other.guideline).entry_field
    return Exists(other.entries.filter(**{field: OuterRef(f"{field}_id")}))


def _there(other: Version, *, alike: bool = False) -> Exists:
    """The other version holds the pair or dimension; `alike`: with the same words. It is found through all revisions
    that this ever had: with a plain join SQLite would read every entry of the other version for each.
    """
    shape = shape_of(other.guideline)
    field, revisions = shape.entry_field, f"{shape.identity_field}__revisions"
    own = {revisions: OuterRef(OuterRef(f"{field}_id"))}
    if alike:
        own["digest"] = F(f"{revisions}__digest")
    ever = shape.revision.objects.filter(**own).order_by()
    return Exists(other.entries.filter(**{f"{field}__in": ever.values("pk")}))
