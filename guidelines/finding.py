"""Which entries of a guideline a page shows: words and filters, asked of the database, then one page in full.

Where nothing is asked for, only the page is read; of thousands that fit a question only their numbers, in order.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from urllib.parse import urlencode

from django.db.models import QuerySet, Subquery, Value

from guidelines import searching
from guidelines.entries import ids_of, texts_beside
from guidelines.holding import Holds
from guidelines.kinds import shape_of
from guidelines.models import Entry, Version
from guidelines.states import STATES, in_state

PAGE = 20
LONGEST, MOST_WORDS = 200, 10  # of a question: characters, and words that are looked for


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


@dataclass(frozen=True)
class _Fitting:
    """The ids of what fits, in order: first those of a query, of which only what is looked at is read, then the rest."""

    first: QuerySet
    n: int  # of the first
    rest: list[int]

    def __len__(self) -> int:
        return self.n + len(self.rest)

    def between(self, begin: int, end: int) -> list[int]:
        read = _ids(self.first[begin:end]) if begin < self.n else []
        return read + self.rest[max(0, begin - self.n) : max(0, end - self.n)]

    def place(self, ids: set[int]) -> int:
        """Where the first of these stands; 0 where none does."""
        for place, pk in enumerate(self.rest, self.n):
            if pk in ids:
                return place
        there = self.first.filter(pk__in=ids).values("position")[:1]
        return self.first.filter(position__lt=Subquery(there)).count() if self.n and ids else 0


def find(published: Version | None, draft: Version | None, asked: Asked) -> Page:
    """The page that begins with the entry `asked.start`, or the first one. Entries stand in the draft's order where
    there is a draft, then those that were dropped from it. As many queries for thousands as for a few.
    """
    versions = [version for version in (draft, published) if version]
    if not versions:
        return Page([], 0, 0, None, None)
    both, whole = len(versions) == 2, versions[0].entries.order_by("position")
    dropped = in_state("dropped", published, draft) if both else Entry.objects.none()
    every = fitting = _Fitting(whole, whole.count(), _ids(dropped))
    said = f"{shape_of(versions[0].guideline).entry_field}__said"
    if asked.state and both:
        fitting = _narrowed([in_state(asked.state, published, draft)], asked, said)
    elif asked.state:
        # Without a draft nothing has changed; without a version in force everything is new.
        fitting = _narrowed([whole] if draft and asked.state == "new" else [], asked, said)
    elif asked.narrows:
        fitting = _narrowed([whole, dropped] if every.rest else [whole], asked, said)
    at = fitting.place(ids_of(versions, asked.start)) if asked.start else 0
    begin = max(0, at - PAGE)
    around = fitting.between(begin, at + PAGE + 1)
    shown, after = around[at - begin :][:PAGE], around[at - begin + PAGE :]
    rows = _rows([*around[:1], *shown, *after], published, draft)
    return Page(
        rows=[rows[pk] for pk in shown],
        total=len(every),
        found=len(fitting),
        before=rows[around[0]].key if at else None,
        after=rows[after[0]].key if after else None,
    )


def _ids(part: QuerySet) -> list[int]:
    return list(part.values_list("pk", flat=True))


def _narrowed(parts: list[QuerySet], asked: Asked, said: str) -> _Fitting:
    """The entries that fit, of these parts. Every word must occur, wherever; a tag must be a whole one."""
    wanted = [searching.folded(word) for word in dict.fromkeys(asked.words.split())][:MOST_WORDS]
    if asked.tag:
        wanted.append(searching.edged(asked.tag))
    found = []
    for part in parts:
        found += _ids(part.filter(*(Holds(said, Value(text)) for text in wanted)))
    return _Fitting(Entry.objects.none(), 0, found)


def _rows(ids: Iterable[int], published: Version | None, draft: Version | None) -> dict[int, Row]:
    """{id: row} of these entries; two queries."""
    shape = shape_of((draft or published).guideline)
    identity = f"{shape.entry_field}__{shape.identity_field}"
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
    return rows


def row_of(key: str, published: Version | None, draft: Version | None) -> Row | None:
    """The row of one entry; two or three queries."""
    versions = [version for version in (draft, published) if version]
    rows = _rows(ids_of(versions, key), published, draft) if versions else {}
    # Of two it is the draft's: the published one is shown beside it.
    return next(iter(sorted(rows.values(), key=lambda row: row.draft is None)), None)
