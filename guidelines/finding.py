"""Which entries of a guideline a page shows: words and filters, asked of the database, then one page in full.

Of the thousands that fit only their numbers are read, in order; names and texts only of those on the page.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from urllib.parse import urlencode

from django.db.models import QuerySet, Value
from django.db.models.functions import StrIndex

from guidelines import searching
from guidelines.entries import differing, ids_of, not_in, texts_beside
from guidelines.kinds import shape_of
from guidelines.models import Entry, Guideline, Version

PAGE = 20
LONGEST, MOST_WORDS = 200, 10  # of a question: characters, and words that are looked for
STATES = ("new", "changed", "dropped", "same")


@dataclass(frozen=True)
class Row:
    """One entry: ids of its revisions in the draft and in the version in force, either may be absent.

    `state`: published (no draft is open) | new | changed | same | dropped.
    """

    key: str
    draft: int | None
    published: int | None
    state: str


@dataclass(frozen=True)
class Asked:
    """What a reader asked for; `start` is the key of the first entry of the page."""

    words: str = ""
    state: str = ""
    tag: str = ""
    start: str = ""

    @classmethod
    def of(cls, data) -> "Asked":
        """From the fields of a request; what is not understood asks for nothing."""
        given = {
            field.name: data.get(field.name, "").replace("\0", "")[:LONGEST].strip() for field in fields(cls)
        }
        return cls(**given | {"state": given["state"] if given["state"] in STATES else ""})

    def address(self, *, start: str) -> str:
        """The query of the page that begins elsewhere, with the same filters."""
        kept = {"words": self.words, "state": self.state, "tag": self.tag, "start": start}
        return "?" + urlencode({name: value for name, value in kept.items() if value})

    @property
    def narrows(self) -> bool:
        return bool(self.words or self.state or self.tag)


@dataclass(frozen=True)
class Page:
    """`total` counts the entries, `found` those that fit; `before` and `after` are the keys at which the pages
    beside this one begin.
    """

    rows: list[Row]
    total: int
    found: int
    before: str | None
    after: str | None


def find(published: Version | None, draft: Version | None, asked: Asked) -> Page:
    """The page that begins with the entry `asked.start`, or the first one. Entries stand in the draft's order where
    there is a draft, then those that were dropped from it. As many queries for thousands as for a few.
    """
    if not (published or draft):
        return Page([], 0, 0, None, None)
    said = f"{shape_of((draft or published).guideline).entry_field}__said"
    both = published is not None and draft is not None
    states = _states(published, draft) if both else {}
    dropped = [pk for pk, state in states.items() if state == "dropped"]
    fitting = _narrowed((draft or published).entries.all(), asked, said)
    if dropped:
        fitting += [
            pk for pk in _narrowed(not_in(draft, published), asked, said) if states.get(pk) == "dropped"
        ]
    if asked.state:
        # Without a draft nothing has changed; without a version in force everything is new.
        otherwise = "same" if both else "new" if draft else ""
        fitting = [pk for pk in fitting if states.get(pk, otherwise) == asked.state]
    total = (draft or published).entries.count() + len(dropped) if asked.narrows else len(fitting)
    at = _place(asked.start, [version for version in (draft, published) if version], fitting)
    shown = fitting[at : at + PAGE]
    before = fitting[max(0, at - PAGE)] if at else None
    after = fitting[at + PAGE] if at + PAGE < len(fitting) else None
    rows, keys = _rows([pk for pk in (*shown, before, after) if pk], published, draft)
    return Page([rows[pk] for pk in shown], total, len(fitting), keys.get(before), keys.get(after))


def _states(published: Version, draft: Version) -> dict[int, str]:
    """{id of an entry: new | changed | dropped}, of the draft's where it has one. Two queries, however few or many
    differ: most of a draft is what was published, and of that nothing is read.
    """
    changes = differing(published, draft)
    return {
        (now or was).entry: "new" if was is None else "dropped" if now is None else "changed"
        for was, now in changes.values()
    }


def _identity(guideline: Guideline) -> str:
    shape = shape_of(guideline)
    return f"{shape.entry_field}__{shape.identity_field}"


def _narrowed(part: QuerySet, asked: Asked, said: str) -> list[int]:
    """The ids of the entries that fit, in order. Every word must occur, wherever; a tag must be a whole one."""
    wanted = [searching.folded(word) for word in dict.fromkeys(asked.words.split())][:MOST_WORDS]
    if asked.tag:
        wanted.append(searching.edged(asked.tag))
    for n, text in enumerate(wanted):
        part = part.alias(**{f"found_{n}": StrIndex(said, Value(text))}).filter(**{f"found_{n}__gt": 0})
    return list(part.order_by("position").values_list("pk", flat=True))


def _rows(ids: Iterable[int], published: Version | None, draft: Version | None) -> tuple[dict, dict]:
    """({id: row}, {id: key}) of these entries; two queries."""
    guideline = (draft or published).guideline
    shape, identity = shape_of(guideline), _identity(guideline)
    columns = ("version", f"{identity}__key", identity, shape.entry_field, f"{shape.entry_field}__digest")
    entries = {
        pk: rest for pk, *rest in Entry.objects.filter(pk__in=ids).order_by().values_list("pk", *columns)
    }
    there = texts_beside(published, [one[2] for one in entries.values()]) if published and draft else {}
    rows = {}
    for pk, (version, key, one, revision, digest) in entries.items():
        if draft is None:
            rows[pk] = Row(key, None, revision, "published")
        elif version != draft.pk:
            rows[pk] = Row(key, None, revision, "dropped")
        elif one not in there:
            rows[pk] = Row(key, revision, None, "new")
        else:
            was, words = there[one]
            rows[pk] = Row(key, revision, was, "same" if words == digest else "changed")
    return rows, {pk: row.key for pk, row in rows.items()}


def row_of(key: str, published: Version | None, draft: Version | None) -> Row | None:
    """The row of one entry; two or three queries."""
    versions = [version for version in (draft, published) if version]
    rows, _keys = _rows(ids_of(versions, key), published, draft) if versions else ({}, {})
    # Of two it is the draft's: the published one is shown beside it.
    return next(iter(sorted(rows.values(), key=lambda row: row.draft is None)), None)


def _place(start: str, versions: list[Version], fitting: list[int]) -> int:
    """Where in the list the page begins."""
    if not start or not fitting:
        return 0
    found = ids_of(versions, start)
    return next((place for place, pk in enumerate(fitting) if pk in found), 0)
