"""What changed between two texts of an entry, field by field, and between two versions, entry by entry."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from django.utils.translation import gettext as _

from guidelines import entries, moves
from guidelines.item_diff import ItemChange, items_that_differ
from guidelines.kinds import shape_of
from guidelines.models import Meaning, Version
from guidelines.texts import fields_of, number_in_words
from guidelines.word_diff import word_diff

STATES = ("added", "removed", "changed", "moved")
# To turn a scale or to weigh it otherwise is no wording, however few letters it takes.
_MEANS_MORE = ("positive", "scale", "reverse", "weight")


def as_text(value) -> str:
    """A field of a pair or dimension as text that people can read and compare."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if value is None:
        return ""
    if isinstance(value, float):
        return number_in_words(value)
    if isinstance(value, list):
        return "\n".join(as_text(item) for item in value)
    if isinstance(value, dict):
        if "value" in value:
            return f"{as_text(value['value'])}: {value.get('anchor', '')}"
        names = {"context": _("When"), "before": _("Before"), "after": _("After")}
        return "\n".join(f"{names.get(part, part)}: {text}" for part, text in value.items())
    return str(value)


@dataclass(frozen=True)
class FieldChange:
    """One field of an entry as text; a list also item by item."""

    field: str
    label: str
    before: str
    after: str
    items: list[ItemChange] = field(default_factory=list)

    @property
    def only_spaces(self) -> bool:
        """Nothing that is read differs: spaces, or how an accent is encoded."""
        return all(kind == "same" for kind, _text in word_diff(self.before, self.after)) and not any(
            item.moved for item in self.items
        )


@dataclass(frozen=True)
class EntryChange:
    """One entry: state is added, removed, changed, moved or same; `fields` are those that differ.

    `was` and `now` are its places in the two versions where it moved, whatever else changed; `old` and `new` the
    ids of its revisions.
    """

    key: str
    name: str
    state: str
    fields: list[FieldChange] = field(default_factory=list)
    was: int | None = None
    now: int | None = None
    old: int | None = None
    new: int | None = None

    @property
    def is_moved(self) -> bool:
        return self.now is not None

    def is_in(self, state: str) -> bool:
        return self.is_moved if state == "moved" else self.state == state


def fields_that_differ(kind: str, model, a: dict, b: dict) -> list[FieldChange]:
    return [_field_change(model, name, a[name], b[name]) for name in fields_of(kind) if a[name] != b[name]]


def _field_change(model, name: str, before, after) -> FieldChange:
    column = model._meta.get_field(name)
    if column.choices:
        names = dict(column.flatchoices)
        before, after = str(names.get(before, before)), str(names.get(after, after))
    items = []
    if isinstance(before, list) and isinstance(after, list):
        named = name == "levels" and all("value" in level for level in (*before, *after))
        # True is not 1: a yes-or-no level is no level of a scale of numbers.
        same_thing = (lambda level: as_text(level["value"])) if named else None
        items = items_that_differ(before, after, text=as_text, same_thing=same_thing)
    return FieldChange(name, str(column.verbose_name), as_text(before), as_text(after), items)


def entries_that_differ(a: Version, b: Version) -> list[EntryChange]:
    """Every entry of both, in the order of `b`, those that are gone last; two queries that read no texts."""
    old, new = entries.light(a), entries.light(b)
    was, now = moves.moved([key for key in old if key in new], [key for key in new if key in old])
    at_a, at_b = ({key: place for place, key in enumerate(side, 1)} for side in (old, new))
    found = []
    for key, entry in new.items():
        if key not in old:
            found.append(EntryChange(key, entry.name, "added", new=entry.pk))
            continue
        places = {"was": at_a[key], "now": at_b[key]} if key in now else {}
        state = "changed" if entry.digest != old[key].digest else "moved" if places else "same"
        found.append(EntryChange(key, entry.name, state, old=old[key].pk, new=entry.pk, **places))
    gone = [key for key in old if key not in new]
    return found + [EntryChange(key, old[key].name, "removed", old=old[key].pk) for key in gone]


def revisions_of(guideline, changes: Iterable[EntryChange]) -> dict[int, object]:
    """The revisions that these name, by id, with their authors; one query."""
    shape, ids = shape_of(guideline), set()
    for change in changes:
        ids |= {change.old, change.new} - {None}
    found = shape.revision.objects.select_related("author", shape.identity_field).in_bulk(ids)
    for revision in found.values():
        # Known here; without this every public id would fetch it again.
        getattr(revision, shape.identity_field).guideline = guideline
    return found


def with_fields(guideline, change: EntryChange, revisions: dict[int, object]) -> EntryChange:
    if change.state != "changed":
        return change
    a, b = revisions[change.old].texts, revisions[change.new].texts
    fields = fields_that_differ(guideline.kind, shape_of(guideline).revision, a, b)
    return replace(change, fields=fields)


def compare_versions(a: Version, b: Version) -> list[EntryChange]:
    """As entries_that_differ, with the fields of those that changed; three queries."""
    found = entries_that_differ(a, b)
    revisions = revisions_of(b.guideline, [change for change in found if change.state == "changed"])
    return [with_fields(b.guideline, change, revisions) for change in found]


def suggested_meaning(changes: list[EntryChange]) -> str:
    """Semantic as soon as an entry came or went or more than a few words changed; the publisher decides."""
    for change in changes:
        if change.state in ("added", "removed"):
            return Meaning.SEMANTIC
        for difference in change.fields:
            tokens = word_diff(difference.before, difference.after)
            touched = sum(len(text.split()) for kind, text in tokens if kind != "same")
            if touched > 6 or difference.field in _MEANS_MORE:
                return Meaning.SEMANTIC
    return Meaning.EDITORIAL
