"""What changed between two texts, word by word, and between two versions, entry by entry."""

import re
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from guidelines import drafts
from guidelines.kinds import shape_of
from guidelines.models import Meaning, Version
from guidelines.texts import fields_of, number_in_words

# A word or a sign, with the white space after it: a changed space alone is not a changed word.
_TOKEN = re.compile(r"\s+|(?:\w+|[^\w\s])\s*")
_TAGS = {"same": "span", "added": "ins", "removed": "del"}
_LONG, _MOST_TOKENS = 800, 4_000


def word_diff(a: str, b: str) -> list[tuple[str, str]]:
    """Return [(kind, text)], kind same | added | removed, in reading order.

    The texts of same and added, joined, are exactly `b`; those of same and removed are `a` up to white space.
    Very long texts are compared line by line.
    """
    words_a, words_b = _TOKEN.findall(a), _TOKEN.findall(b)
    if max(len(words_a), len(words_b)) > _MOST_TOKENS:
        words_a, words_b = a.splitlines(keepends=True), b.splitlines(keepends=True)
    plain_a, plain_b = [w.strip() for w in words_a], [w.strip() for w in words_b]
    found: list[tuple[str, str]] = []
    # In long texts frequent words no longer start a match: it would take seconds and read no better.
    matcher = SequenceMatcher(None, plain_a, plain_b, autojunk=max(len(plain_a), len(plain_b)) > _LONG)
    for kind, a0, a1, b0, b1 in matcher.get_opcodes():
        if kind == "equal":
            found.append(("same", "".join(words_b[b0:b1])))
            continue
        if a1 > a0:
            found.append(("removed", "".join(words_a[a0:a1])))
        if b1 > b0:
            found.append(("added", "".join(words_b[b0:b1])))
    return [(kind, text) for kind, text in found if text]


def as_html(a: str, b: str) -> SafeString:
    """The word diff as escaped HTML with <ins> and <del>."""
    tokens = ((_TAGS[kind], text, _TAGS[kind]) for kind, text in word_diff(a, b))
    return format_html_join("", "<{}>{}</{}>", tokens)


def as_text(value) -> str:
    """A field of a pair or dimension as text that people can read and compare."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return ""
    if isinstance(value, float):
        return number_in_words(value)
    if isinstance(value, list):
        return "\n".join(as_text(item) for item in value)
    if isinstance(value, dict):
        if "value" in value:
            return f"{as_text(value['value'])}: {value.get('anchor', '')}"
        return "\n".join(f"{part}: {text}" for part, text in value.items())
    return str(value)


@dataclass(frozen=True)
class FieldChange:
    field: str
    label: str
    before: str
    after: str


@dataclass(frozen=True)
class EntryChange:
    """One entry: state is added, removed, changed, moved or same; `fields` are those that differ."""

    key: str
    name: str
    state: str
    fields: list[FieldChange] = field(default_factory=list)


def fields_that_differ(kind: str, model, a: dict, b: dict) -> list[FieldChange]:
    return [
        FieldChange(name, str(model._meta.get_field(name).verbose_name), as_text(a[name]), as_text(b[name]))
        for name in fields_of(kind)
        if a[name] != b[name]
    ]


def compare_versions(a: Version, b: Version) -> list[EntryChange]:
    """Every entry of both, in the order of `b`, those that are gone last; three queries, and only the texts of
    what differs.
    """
    kind, shape = b.guideline.kind, shape_of(b.guideline)
    old, new = drafts.light(a), drafts.light(b)
    differ = [key for key, entry in new.items() if key in old and old[key].digest != entry.digest]
    ids = [entry.pk for key in differ for entry in (old[key], new[key])]
    texts = {revision.pk: revision.texts for revision in shape.revision.objects.filter(pk__in=ids)}
    stayed_old, stayed_new = [k for k in old if k in new], [k for k in new if k in old]
    moved = {key for key, other in zip(stayed_new, stayed_old, strict=True) if key != other}
    found = []
    for key, entry in new.items():
        if key not in old:
            found.append(EntryChange(key, entry.name, "added"))
            continue
        fields = []
        if entry.digest != old[key].digest:
            fields = fields_that_differ(kind, shape.revision, texts[old[key].pk], texts[entry.pk])
        state = "changed" if fields else "moved" if key in moved else "same"
        found.append(EntryChange(key, entry.name, state, fields))
    return found + [EntryChange(key, entry.name, "removed") for key, entry in old.items() if key not in new]


def suggested_meaning(changes: list[EntryChange]) -> str:
    """Semantic as soon as an entry came or went or more than a few words changed; the publisher decides."""
    for change in changes:
        if change.state in ("added", "removed"):
            return Meaning.SEMANTIC
        for difference in change.fields:
            tokens = word_diff(difference.before, difference.after)
            touched = sum(len(text.split()) for kind, text in tokens if kind != "same")
            if touched > 6 or difference.field in ("positive", "scale", "reverse", "weight"):
                return Meaning.SEMANTIC
    return Meaning.EDITORIAL
