"""Which entries of a guideline a page shows: words and filters over a light index, then one page in full."""

import json
from dataclasses import dataclass, fields
from urllib.parse import urlencode

from django.db.models import Q, TextField
from django.db.models.functions import Cast

from guidelines import drafts
from guidelines.kinds import shape_of
from guidelines.models import Entry, Guideline, Kind, Version

PAGE = 50
LONGEST, MOST_WORDS = 200, 10  # of a question: characters, and words that are looked for
STATES = ("new", "changed", "dropped", "same")
_TEXTS = {
    Kind.PAIRS: ("name", "shows", "harms", "not_a_mistake"),
    Kind.RUBRIC: ("name", "definition", "source"),
}
_LISTS = {Kind.PAIRS: ("corrections", "examples", "references", "tags"), Kind.RUBRIC: ("levels",)}


@dataclass(frozen=True)
class Row:
    """One entry: ids of its revisions in the draft and in the version in force, either may be absent.

    `state`: published (no draft is open) | new | changed | same | dropped.
    """

    key: str
    name: str
    draft: int | None
    published: int | None
    state: str

    @property
    def shown(self) -> int:
        return self.draft or self.published


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
    rows: list[Row]
    found: int
    before: str | None
    after: str | None


def index(published: Version | None, draft: Version | None) -> list[Row]:
    """Every entry, in the draft's order where there is one, dropped ones last; a query for each version."""
    old = drafts.light(published) if published else {}
    new = drafts.light(draft) if draft else {}
    found = []
    for key in [*new, *(key for key in old if key not in new)]:
        mine, theirs = new.get(key), old.get(key)
        if draft is None:
            state = "published"
        elif mine is None:
            state = "dropped"
        elif theirs is None:
            state = "new"
        else:
            state = "same" if mine.digest == theirs.digest else "changed"
        found.append(Row(key, (mine or theirs).name, mine and mine.pk, theirs and theirs.pk, state))
    return found


def matching(rows: list[Row], asked: Asked, guideline: Guideline, versions: list[Version]) -> list[Row]:
    """The rows that a reader asked for, in their order. Every word must occur, wherever; one query."""
    if asked.state:
        rows = [row for row in rows if row.state == asked.state]
    if not (asked.words or asked.tag):
        return rows
    shape = shape_of(guideline)
    lists = {f"{name}_written": Cast(name, TextField()) for name in _LISTS[guideline.kind]}
    entries = Entry.objects.filter(version__in=versions).values(f"{shape.entry_field}_id")
    found = shape.revision.objects.filter(pk__in=entries).alias(**lists)
    for word in list(dict.fromkeys(asked.words.split()))[:MOST_WORDS]:
        everywhere = Q(**{f"{shape.identity_field}__key__icontains": word})
        for form in _forms(word):
            for name in _TEXTS[guideline.kind]:
                everywhere |= Q(**{f"{name}__icontains": form})
            for name in lists:
                # SQLite holds lists with letters beyond ASCII as escapes.
                everywhere |= Q(**{f"{name}__icontains": form}) | Q(
                    **{f"{name}__icontains": json.dumps(form)[1:-1]}
                )
        found = found.filter(everywhere)
    if asked.tag and "tags" in _LISTS[guideline.kind]:
        written = {json.dumps(asked.tag), json.dumps(asked.tag, ensure_ascii=False)}
        tagged = Q()
        for form in written:
            tagged |= Q(tags_written__contains=form)
        found = found.filter(tagged)
    kept = set(found.values_list("pk", flat=True))
    return [row for row in rows if row.shown in kept]


def _forms(word: str) -> set[str]:
    """SQLite knows upper and lower case of ASCII letters only."""
    return {word} if word.isascii() else {word, word.lower(), word.upper(), word.capitalize()}


def page(rows: list[Row], start: str) -> Page:
    """The page that begins with the entry `start`, or the first one."""
    at = next((n for n, row in enumerate(rows) if row.key == start), 0)
    before = rows[max(0, at - PAGE)].key if at else None
    after = rows[at + PAGE].key if at + PAGE < len(rows) else None
    return Page(rows[at : at + PAGE], len(rows), before, after)
