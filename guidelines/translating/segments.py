"""The parts of an entry that are translated, each by its place, and how they go together again. Pure.

A place is a path into the texts, such as ("shows",), ("corrections", 1), ("examples", 0, "before") or
("levels", 2, "anchor"). Only what the source says has a place: a translation adds nothing and leaves out nothing.
Keys, tags, references, scales, values of levels and weights are the same in every language.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from guidelines.checking import EXAMPLE_PARTS, Problem
from guidelines.texts import LONGEST_ITEM, LONGEST_TEXT, text_problem, tidy

Place = tuple[str | int, ...]
PLAIN = {"pairs": ("name", "shows", "harms", "not_a_mistake"), "rubric": ("name", "definition")}
LISTS = {"pairs": ("corrections", "examples"), "rubric": ("levels",)}
FIELDS = {kind: PLAIN[kind] + LISTS[kind] for kind in PLAIN}
LONGEST_NAME = 200


def segments(kind: str, texts: dict) -> dict[Place, str]:
    """Every text that is there to be translated, by its place, in reading order."""
    found: dict[Place, str] = {(field,): texts[field] for field in PLAIN[kind]}
    for field in LISTS[kind]:
        for n, item in enumerate(texts[field]):
            if isinstance(item, str):
                found[field, n] = item
            else:
                parts = EXAMPLE_PARTS if field == "examples" else ("anchor",)
                found |= {(field, n, part): item[part] for part in parts if part in item}
    return {place: text for place, text in found.items() if text}


def assembled(kind: str, source: dict, said: dict[Place, str]) -> dict:
    """The translated fields in the shape of the source; what `said` does not hold is empty."""
    found: dict = {field: said.get((field,), "") for field in PLAIN[kind]}
    for field in LISTS[kind]:
        found[field] = [
            said.get((field, n), "")
            if isinstance(item, str)
            else {
                part: said.get((field, n, part), "") if part in (*EXAMPLE_PARTS, "anchor") else value
                for part, value in item.items()
            }
            for n, item in enumerate(source[field])
        ]
    return found


def tidied(kind: str, translated: dict) -> dict:
    """Every translated field, empty where absent; white space around texts taken off. What does not belong stays:
    checking refuses it.
    """
    whole = tidy(kind, translated)
    return {field: value for field, value in whole.items() if field in FIELDS[kind] or field in translated}


def missing(kind: str, source: dict, translated: dict) -> list[Place]:
    """Places of the source that the translation leaves empty."""
    said = segments(kind, translated)
    return [place for place in segments(kind, source) if place not in said]


def problems(kind: str, source: dict, translated: dict) -> list[Problem]:
    """Every reason why this is no translation of the source; empty places are none, they make it unfinished."""
    return list(_shape(kind, source, translated)) or list(_words(kind, source, translated))


def _shape(kind: str, source: dict, translated: dict) -> Iterator[Problem]:
    """What is not shaped as the source: fields, number of items, parts of examples, values of levels."""
    if not isinstance(translated, dict):
        yield Problem((), _("must have the fields of one entry"))
        return
    known = ", ".join(FIELDS[kind])
    for field in translated:
        if field not in FIELDS[kind]:
            yield Problem((field,), _("is not a field that is translated; those are %s") % known)
    for field in LISTS[kind]:
        items, wanted = translated.get(field), source[field]
        if not isinstance(items, list) or len(items) != len(wanted):
            told = {"n": len(wanted), "there": len(items) if isinstance(items, list) else _("none")}
            yield Problem((field,), _("must have %(n)s items as in the source, not %(there)s") % told)
            continue
        for n, (item, original) in enumerate(zip(items, wanted, strict=True)):
            yield from _item(field, n, item, original)


def _item(field: str, n: int, item, original) -> Iterator[Problem]:
    if isinstance(original, str):
        return
    if not isinstance(item, dict) or set(item) != set(original):
        yield Problem((field, n), _("must have exactly: %s") % ", ".join(sorted(original)))
    elif field == "levels" and (item["value"], type(item["value"])) != (
        original["value"],
        type(original["value"]),
    ):
        told = {"was": original["value"], "now": item["value"]}
        yield Problem((field, n, "value"), _("the level stays %(was)s in every language, not %(now)s") % told)


def _words(kind: str, source: dict, translated: dict) -> Iterator[Problem]:
    places = _every_place(kind, source)
    for place in places:
        text = _at(translated, place)
        longest = LONGEST_NAME if place == ("name",) else LONGEST_TEXT if len(place) == 1 else LONGEST_ITEM
        if reason := text_problem(text, longest):
            yield Problem(place, reason)
        elif place == ("name",) and "\n" in text:
            yield Problem(place, _("must be one line"))
        elif text and not _at(source, place):
            yield Problem(place, _("says something where the source says nothing"))


def _every_place(kind: str, source: dict) -> list[Place]:
    found: list[Place] = [(field,) for field in PLAIN[kind]]
    for field in LISTS[kind]:
        for n, item in enumerate(source[field]):
            parts = item if isinstance(item, dict) else ()
            found += [(field, n, part) for part in parts if part != "value"] or [(field, n)]
    return found


def _at(texts: dict, place: Place):
    found = texts
    for part in place:
        found = found.get(part, "") if isinstance(found, dict) else found[part]
    return found


@dataclass(frozen=True)
class Start:
    """What a translator begins with at one place: words, and how the source read that they translate (or none)."""

    text: str
    was: str | None = None


def carried_over(kind: str, old: dict, translated: dict, new: dict) -> dict[Place, Start]:
    """An earlier translation as the start of a new one, by the places of the new source.

    An item that moved takes its words along. Where the source says something else now, the words at the same place
    are offered, with what it said then (`was`); an item that is new beside the old ones begins empty.
    """
    before, now, said = segments(kind, old), segments(kind, new), segments(kind, translated)
    stood = {_words_of(place, text): place for place, text in before.items()}
    stands = {_words_of(place, text) for place, text in now.items()}
    found = {}
    for place, text in now.items():
        if before.get(place) == text:
            found[place] = Start(said.get(place, ""))
        elif at := stood.get(_words_of(place, text)):
            found[place] = Start(said.get(at, ""))
        elif place in before and _words_of(place, before[place]) not in stands:
            found[place] = Start(said.get(place, ""), before[place])
    return found


def _words_of(place: Place, text: str) -> tuple:
    """A text and what it is, wherever in its list it stands."""
    return place[0], place[-1] if len(place) == 3 else "", text


def gone(kind: str, old: dict, new: dict) -> list[str]:
    """What the earlier source said that the new one neither says nor says otherwise in its place."""
    starts = carried_over(kind, old, {field: old[field] for field in FIELDS[kind]}, new).values()
    kept = {start.text for start in starts}
    return [text for text in segments(kind, old).values() if text not in kept]
