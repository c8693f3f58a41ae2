"""What a file would do to a guideline's draft, entry by entry, before anything of it is done."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.roles import require
from guidelines import access, checking, entries, present
from guidelines.content import ENTRIES, HEAD
from guidelines.digesting import revision_digest
from guidelines.formats.document import BadFile, Document, shown
from guidelines.kinds import shape_of
from guidelines.models import Guideline, ImportPreview, Kind, Version
from guidelines.reading import ReadEntry, document_of, entries_of, head_of
from guidelines.saving import in_order_of

STATES = ("refused", "new", "changed", "older", "unchanged")
MOST_KEPT = 5  # previews of one person


@transaction.atomic
def preview_import(*, guideline: Guideline, file: str, data: bytes, by, letters: str = "") -> ImportPreview:
    """Read a file and keep what it would change; nothing of the guideline changes. BadFile: it cannot be read."""
    require(access.may_write(by))
    document = document_of(file, data, letters)
    head = head_of(document)
    if head["guideline"] != guideline.slug:
        raise document.refuse(
            ("guideline",), _("this is “%s”, not the guideline of this page") % head["guideline"]
        )
    if head["kind"] != guideline.kind:
        raise document.refuse(("kind",), _("this guideline holds %s") % ENTRIES[guideline.kind])
    rows, stay = _compared(guideline, document)
    if document.read_as:
        rows[0]["read_as"] = document.read_as
    make_room(ImportPreview.objects, by)
    return ImportPreview.objects.create(
        guideline=guideline,
        user=by,
        file=shown(file, 190),
        rows=rows,
        stay=stay,
        head=[name for name in HEAD[2:] if head[name] != getattr(guideline, name)],
    )


def make_room(previews, by) -> None:
    """Throw away what is too old, and what this person has too many of with one more."""
    previews.expired().delete()
    mine = previews.filter(user=by).order_by("-made_at", "-pk").values_list("pk", flat=True)
    previews.filter(pk__in=list(mine[MOST_KEPT - 1 :])).delete()


def _compared(guideline: Guideline, document: Document) -> tuple[list[dict], int]:
    version = present.version_of(guideline)
    there = entries.by_key(version) if version else {}
    written = _written_in_the_draft(version) if version else {}
    said = _ever_said(guideline)
    told = entries_of(document, guideline.kind, {key: one.texts for key, one in there.items()})
    whole = [_in_order(guideline.kind, entry, there.get(entry.key)) for entry in told]
    older = {
        n
        for n, (entry, texts) in enumerate(zip(told, whole, strict=True))
        if not entry.problems and (entry.key, revision_digest(texts)) in said
    }
    out = {n for n in older if told[n].key not in there}
    between = _problems_between(guideline.kind, there, told, whole, out)
    rows = []
    for n, (entry, texts) in enumerate(zip(told, whole, strict=True)):
        problems = [*entry.problems, *between.get(n, [])]
        current = there.get(entry.key)
        row = {"key": shown(entry.key), "line": document.line(entry.path), "name": entry.key}
        if problems:
            refused = [document.refuse((*entry.path, *problem.path), problem.reason) for problem in problems]
            row |= {"state": "refused", "problems": [_told(refusal) for refusal in refused]}
        elif current is not None and current.texts == texts:
            row |= {"state": "unchanged"}
        elif n in older:
            row |= {"state": "older"}
        elif current is None:
            row |= {"state": "new", "texts": texts, "base": None}
        else:
            row |= {"state": "changed", "texts": texts, "base": current.pk, "by": written.get(current.pk, "")}
        name = texts["name"] if not problems else current.name if current else entry.key
        rows.append(row | {"name": shown(name, 200)})
    keys = {entry.key for entry in told}
    return rows, sum(key not in keys for key in there)


def _in_order(kind: str, entry: ReadEntry, current) -> dict:
    """The entry's texts, neighbours in the order that they have in the draft if they are the same ones."""
    if entry.problems or current is None or kind != Kind.PAIRS:
        return entry.texts
    return entry.texts | in_order_of(current, entry.texts)


def _problems_between(
    kind: str, present: dict, entries: list[ReadEntry], whole: list[dict], out: set
) -> dict:
    """What is wrong between the file's entries, and with those of the draft that stay; by place in the file."""
    named = {entry.key for entry in entries}
    places: list[int | None] = [None for key in present if key not in named]
    told = [(key, revision.texts) for key, revision in present.items() if key not in named]
    for n, (entry, texts) in enumerate(zip(entries, whole, strict=True)):
        if n in out:
            continue
        # An entry that is refused already still has its key: what names it is not at fault.
        stub = {"name": f"\0{n}", "confused_with": [], "may_co_occur_with": []}
        told.append((entry.key, stub if entry.problems else texts))
        places.append(n)
    found: dict[int, list[checking.Problem]] = {}
    for problem in checking.together(kind, told):
        n = places[problem.path[0]]
        # A colleague's own mistakes are shown when the draft is submitted; a refused row has its reasons.
        if n is not None and not entries[n].problems:
            found.setdefault(n, []).append(checking.Problem(problem.path[1:], problem.reason))
    return found


def _written_in_the_draft(version: Version) -> dict[int, str]:
    """Who wrote the draft's texts that no version in force holds, by revision."""
    if version.number is not None:
        return {}
    shape = shape_of(version.guideline)
    field = f"{shape.entry_field}_id"
    in_force = version.guideline.in_force
    old = set(in_force.entries.values_list(field, flat=True)) if in_force else set()
    rows = version.entries.filter(**{f"{shape.entry_field}__author__isnull": False}).values_list(
        field, f"{shape.entry_field}__author__name"
    )
    return {revision: name for revision, name in rows if revision not in old}


def _ever_said(guideline: Guideline) -> set[tuple[str, str]]:
    """(key, digest) of every text that an entry ever had. A file that repeats one is older than the draft: put
    back, it would undo what colleagues wrote since. Whoever wants that restores it from the history."""
    shape = shape_of(guideline)
    at = shape.identity_field
    return set(
        shape.revision.objects.filter(**{f"{at}__guideline": guideline})
        .order_by()
        .values_list(f"{at}__key", "digest")
    )


def _told(refusal: BadFile) -> dict:
    return {"place": refusal.place, "field": refusal.field, "reason": refusal.reason}
