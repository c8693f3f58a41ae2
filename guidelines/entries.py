"""The entries of a version: all in full, or a few at a time or without their texts, so that what an act on one of them
takes does not grow with what the other thousands say.
"""

from typing import NamedTuple

from django.db import connection
from django.db.models import Count, Exists, F, Max, OuterRef, Q, Subquery, TextField
from django.db.models.functions import Cast

from guidelines.checking import NEIGHBOURS
from guidelines.kinds import Shape, key_of, shape_of
from guidelines.models import Entry, Kind, Version

_BATCH = 2_000


def _key(shape: Shape) -> str:
    return f"{shape.entry_field}__{shape.identity_field}__key"


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


def some(version: Version, keys) -> dict[str, object]:
    """{key: revision, with its author} of those that are in the version, in its order; one query."""
    shape, found = shape_of(version.guideline), []
    held = _of_these(version.guideline, [version], {"key__in": list(keys)})
    entries = held.select_related(
        f"{shape.entry_field}__{shape.identity_field}", f"{shape.entry_field}__author"
    )
    for entry in sorted(entries, key=lambda entry: entry.position):
        # Known here; without this every public id and link would fetch it again.
        getattr(entry.revision, shape.identity_field).guideline = version.guideline
        found.append(entry.revision)
    return {key_of(revision): revision for revision in found}


def _of_these(guideline, versions: list[Version], identities: dict):
    """The entries of a few pairs or dimensions, in no order. They are found through all revisions that these ever
    had: with a plain join, or sorted, SQLite would read every entry of the versions instead.
    """
    shape = shape_of(guideline)
    at = {f"{shape.identity_field}__{name}": value for name, value in identities.items()}
    revisions = shape.revision.objects.filter(
        **{f"{shape.identity_field}__guideline": guideline}, **at
    ).order_by()
    held = {f"{shape.entry_field}__in": revisions.values("pk")}
    return Entry.objects.filter(version__in=versions, **held).order_by()


class Held(NamedTuple):
    """Ids of an entry and of its revision, and the digest of that."""

    entry: int
    revision: int
    digest: str


def differing(a: Version, b: Version) -> dict[int, tuple[Held | None, Held | None]]:
    """{id of the pair or dimension: (what a holds of it, what b holds)} where the two say different things, in the
    order of `b`, what is gone last. Two queries; what both hold is not read.
    """
    old, new = _only_in(a, b), _only_in(b, a)
    found = {one: (old.get(one), held) for one, held in new.items()}
    found |= {one: (held, None) for one, held in old.items() if one not in new}
    # A text that was changed and changed back is the same.
    return {one: sides for one, sides in found.items() if None in sides or sides[0].digest != sides[1].digest}


def _only_in(version: Version, other: Version) -> dict[int, Held]:
    shape = shape_of(version.guideline)
    field = shape.entry_field
    columns = (f"{field}__{shape.identity_field}", "pk", field, f"{field}__digest")
    kept = Exists(other.entries.filter(**{field: OuterRef(f"{field}_id")}))
    return {
        one: Held(*rest)
        for one, *rest in version.entries.filter(~kept).order_by("position").values_list(*columns)
    }


def texts_beside(version: Version, identities) -> dict[int, tuple[int, str]]:
    """{id of the pair or dimension: (id of its revision in the version, digest)}; one query."""
    shape = shape_of(version.guideline)
    columns = (shape.identity_field, "pk", "digest")
    held = _of_these(version.guideline, [version], {"in": list(identities)})
    rows = held.values_list(*(f"{shape.entry_field}__{column}" for column in columns))
    return {one: (revision, digest) for one, revision, digest in rows}


def ids_of(versions: list[Version], key: str) -> set[int]:
    """The ids of the entries that these versions of one guideline have of this key."""
    return set(_of_these(versions[0].guideline, versions, {"key": key}).values_list("pk", flat=True))


def one(version: Version, key: str):
    """The revision of an entry in the version, or None."""
    return some(version, [key]).get(key)


def names(version: Version) -> dict[str, str]:
    """{key: name} of all, in order; reads no texts."""
    shape = shape_of(version.guideline)
    return dict(version.entries.order_by("position").values_list(_key(shape), f"{shape.entry_field}__name"))


def first_names(versions: list[Version], n: int) -> dict[str, str]:
    """{key: name} of the first entries of each version, those of the first version first; a query for each."""
    found = {}
    for version in versions:
        shape = shape_of(version.guideline)
        rows = version.entries.order_by("position").values_list(_key(shape), f"{shape.entry_field}__name")
        found |= {key: name for key, name in rows[:n] if key not in found}
    return found


def called(guideline, versions: list[Version], keys) -> dict[str, str]:
    """{key: name} of these entries: of the first of the versions that has one; one query."""
    shape = shape_of(guideline)
    held = _of_these(guideline, versions, {"key__in": list(keys)})
    rows = list(held.values_list("version", _key(shape), f"{shape.entry_field}__name"))
    return {key: name for version in reversed(versions) for of, key, name in rows if of == version.pk}


def numbered(version: Version) -> list[list]:
    """[key, number of the revision] of all, in order, as the trail keeps them."""
    shape = shape_of(version.guideline)
    return [
        list(row)
        for row in version.entries.order_by("position").values_list(_key(shape), f"{shape.entry_field}__n")
    ]


def essentials(version: Version) -> list[tuple[str, dict]]:
    """(key, the texts that concern other entries) of all, in order: what `checking.together` reads."""
    shape = shape_of(version.guideline)
    fields = ("name", *NEIGHBOURS) if version.guideline.kind == Kind.PAIRS else ("name",)
    rows = version.entries.order_by("position").values_list(
        _key(shape), *(f"{shape.entry_field}__{field}" for field in fields)
    )
    return [(key, dict(zip(fields, texts, strict=True))) for key, *texts in rows]


def naming(version: Version, keys) -> list:
    """The revisions that name one of these pairs as a neighbour, in order; one query."""
    if version.guideline.kind != Kind.PAIRS:
        return []
    shape = shape_of(version.guideline)
    named = Q()
    for field in NEIGHBOURS:
        for key in keys:
            # A key is small letters, digits and hyphens: its quotes are its edges, however the list is stored.
            named |= Q(**{f"{field}_written__contains": f'"{key}"'})
    written = {f"{field}_written": Cast(field, TextField()) for field in NEIGHBOURS}
    found = shape.revision.objects.filter(entries__version=version).alias(**written).filter(named)
    return list(found.select_related(shape.identity_field).order_by("entries__position"))


def put(version: Version, revision, *, instead_of=None) -> None:
    """Into the place of another revision, or at the end."""
    field = shape_of(version.guideline).entry_field
    if instead_of is not None:
        version.entries.filter(**{field: instead_of}).update(**{field: revision})
        return
    end = version.entries.aggregate(end=Max("position"))["end"] or 0
    Entry.objects.create(version=version, position=end + 1, **{field: revision})


def take_out(version: Version, revisions) -> list[int]:
    """Return the places, counted from 1, at which they stood. Positions keep the gap: only their order means
    something.
    """
    field = shape_of(version.guideline).entry_field
    gone = version.entries.filter(**{f"{field}__in": revisions})
    before = version.entries.filter(position__lte=OuterRef("position")).order_by()
    places = Subquery(before.values("version").annotate(n=Count("pk")).values("n"))
    found = list(gone.order_by("position").annotate(place=places).values_list("place", flat=True))
    gone.delete()
    return found


def fill(version: Version, wanted: list) -> None:
    """Make the draft's entries exactly these revisions, in this order."""
    shape = shape_of(version.guideline)
    version.entries.all().delete()
    Entry.objects.bulk_create(
        Entry(version=version, position=position, **{shape.entry_field: revision})
        for position, revision in enumerate(wanted, 1)
    )


def copy(version: Version, to: Version) -> None:
    """Give a new draft the entries of a version, in the database: thousands of rows need not come here and go back."""
    quote, columns = connection.ops.quote_name, [field.column for field in Entry._meta.concrete_fields]
    named = {name: quote(name) for name in columns if name not in ("id", "version_id")}
    listed = ", ".join(named.values())
    table = quote(Entry._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (version_id, {listed}) SELECT %s, {listed} FROM {table} WHERE version_id = %s",
            [to.pk, version.pk],
        )


def arrange(version: Version, keys: list[str]) -> None:
    """Put the entries into this order; each key is named once. Writes those from the first to the last that changes
    its place, and no others.
    """
    shape = shape_of(version.guideline)
    columns = (_key(shape), f"{shape.entry_field}_id", "position")
    rows = list(version.entries.order_by("position").values_list(*columns))
    differ = [at for at, (row, key) in enumerate(zip(rows, keys, strict=True)) if row[0] != key]
    if not differ:
        return
    first, last = differ[0], differ[-1] + 1
    revisions = {key: revision for key, revision, _position in rows[first:last]}
    # Taken away and written anew: two entries may not share a position, not even on the way.
    version.entries.filter(position__range=(rows[first][2], rows[last - 1][2])).delete()
    Entry.objects.bulk_create(
        [
            Entry(version=version, position=row[2], **{f"{shape.entry_field}_id": revisions[key]})
            for row, key in zip(rows[first:last], keys[first:last], strict=True)
        ],
        batch_size=_BATCH,
    )
