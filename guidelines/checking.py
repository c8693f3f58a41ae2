"""What the texts of a pair or a dimension must be before they are stored. Pure: texts in, problems out."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from guidelines.checking_levels import levels_problems
from guidelines.texts import (
    HEAVIEST,
    KEY,
    LONGEST_ITEM,
    LONGEST_TEXT,
    MOST_ITEMS,
    WEIGHT_DECIMALS,
    fields_of,
    is_number,
    text_problem,
)

LISTS_OF_TEXT = ("confused_with", "may_co_occur_with", "corrections", "references", "tags")
NEIGHBOURS = ("confused_with", "may_co_occur_with")
EXAMPLE_PARTS = ("context", "before", "after")


@dataclass(frozen=True)
class Problem:
    """One reason to refuse; `path` says where in the texts, such as ("corrections", 1)."""

    path: tuple[str | int, ...]
    reason: str

    @property
    def field(self) -> str:
        return next((part for part in self.path if isinstance(part, str)), "")


class BadTexts(ValueError):
    """Texts that may not be stored; `problems` names each field and reason."""

    def __init__(self, problems: list[Problem]):
        self.problems = problems
        super().__init__("; ".join(f"{problem.field}: {problem.reason}" for problem in problems))


def sentence(words, *, field: str, longest: int) -> str:
    """What is said beside the texts, such as why they changed, as it is stored; or BadTexts."""
    if isinstance(words, str):
        words = words.replace("\r\n", "\n").replace("\r", "\n").strip()
    if reason := text_problem(words, longest):
        raise BadTexts([Problem((field,), reason)])
    return words


def key_problems(key) -> Iterator[Problem]:
    if not isinstance(key, str) or not KEY.fullmatch(key) or len(key) > 80:
        yield Problem(
            ("key",), _("must be a short name of small letters, digits and hyphens, such as poor-listening")
        )


def problems(kind: str, texts: dict) -> list[Problem]:
    """Every problem of one entry's texts, in the order of the fields; wants `texts.tidy`d texts."""
    unknown = [field for field in texts if field not in fields_of(kind)]
    known = ", ".join(fields_of(kind))
    found = [Problem((field,), _("is not a known field; known are %s") % known) for field in unknown]
    return found + list(_pair(texts) if kind == "pairs" else _dimension(texts))


def _plain(texts: dict, field: str, *, required: bool, longest: int = LONGEST_TEXT) -> Iterator[Problem]:
    if reason := text_problem(texts[field], longest):
        yield Problem((field,), reason)
    elif required and not texts[field]:
        yield Problem((field,), _("is missing"))


def _name(texts: dict) -> Iterator[Problem]:
    yield from _plain(texts, "name", required=True, longest=200)
    if isinstance(texts["name"], str) and "\n" in texts["name"]:
        yield Problem(("name",), _("must be one line"))


def _flag(texts: dict, field: str) -> Iterator[Problem]:
    if not isinstance(texts[field], bool):
        yield Problem((field,), _("must be true or false"))


def _pair(texts: dict) -> Iterator[Problem]:
    yield from _name(texts)
    yield from _plain(texts, "shows", required=True)
    for field in ("harms", "not_a_mistake"):
        yield from _plain(texts, field, required=False)
    for field in LISTS_OF_TEXT:
        yield from _list_of_text(texts, field)
    yield from _examples(texts["examples"])
    yield from _flag(texts, "positive")
    if texts["corrections"] == [] and texts["positive"] is not True:
        yield Problem(("corrections",), _("is missing: a mistake needs at least one correction"))


def _list_of_text(texts: dict, field: str) -> Iterator[Problem]:
    value = texts[field]
    if not isinstance(value, list):
        yield Problem((field,), _("must be a list of texts"))
        return
    if len(value) > MOST_ITEMS:
        yield Problem((field,), _("has more than %d items") % MOST_ITEMS)
    seen = set()
    for n, item in enumerate(value):
        if reason := text_problem(item, LONGEST_ITEM):
            yield Problem((field, n), reason)
        elif not item:
            yield Problem((field, n), _("number %d is empty") % (n + 1))
        elif item in seen:
            yield Problem((field, n), _("names “%s” twice") % item[:60])
        elif field == "tags" and ("," in item or "\n" in item):
            yield Problem((field, n), _("a tag is one line without commas"))
        else:
            seen.add(item)


def _examples(value) -> Iterator[Problem]:
    if not isinstance(value, list):
        yield Problem(("examples",), _("must be a list of examples with context, before and after"))
        return
    if len(value) > MOST_ITEMS:
        yield Problem(("examples",), _("has more than %d items") % MOST_ITEMS)
    for n, example in enumerate(value):
        if not isinstance(example, dict) or not example:
            yield Problem(("examples", n), _("number %d must have context, before or after") % (n + 1))
            continue
        for part, text in example.items():
            if part not in EXAMPLE_PARTS:
                yield Problem(("examples", n, part), _("“%s” is not context, before or after") % part)
            elif reason := text_problem(text, LONGEST_ITEM):
                yield Problem(("examples", n, part), reason)


def _dimension(texts: dict) -> Iterator[Problem]:
    yield from _name(texts)
    yield from _plain(texts, "definition", required=True)
    yield from (Problem(path, reason) for path, reason in levels_problems(texts["scale"], texts["levels"]))
    yield from _flag(texts, "reverse")
    yield from _weight(texts["weight"])
    yield from _plain(texts, "source", required=False)


def _weight(value) -> Iterator[Problem]:
    if value is None:
        return
    if not is_number(value):
        yield Problem(("weight",), _("must be a number, or left out where the dimension is not weighted"))
    elif not 0 < value <= HEAVIEST:
        yield Problem(("weight",), _("must be above zero and at most %d") % HEAVIEST)
    elif round(value, WEIGHT_DECIMALS) != value:
        # So that it stands in every format as the very same number.
        yield Problem(("weight",), _("must have at most %d decimals") % WEIGHT_DECIMALS)


def together(kind: str, entries: Iterable[tuple[str, dict]]) -> list[Problem]:
    """Problems between entries (key, texts); the path begins with the entry's place in the list."""
    entries = list(entries)
    keys, names, found = set(), {}, []
    for i, (key, texts) in enumerate(entries):
        if key in keys:
            found.append(Problem((i, "key"), _("“%s” is the key of another entry above") % key))
        keys.add(key)
        name = _spoken(texts["name"])
        if name in names:
            found.append(
                Problem((i, "name"), _("“%s” is also the name of %s") % (texts["name"], names[name]))
            )
        names.setdefault(name, key)
    if kind == "pairs":
        for i, (key, texts) in enumerate(entries):
            found += [Problem((i, *p.path), p.reason) for p in neighbour_problems(key, texts, keys)]
    return found


def beside(kind: str, key: str, texts: dict, names: dict[str, str]) -> Iterator[Problem]:
    """Problems of one entry with the others of its version, given by their names; its own may be among them."""
    name = _spoken(texts["name"])
    same = next((other for other, called in names.items() if other != key and _spoken(called) == name), None)
    if same is not None:
        yield Problem(("name",), _("“%s” is also the name of %s") % (texts["name"], same))
    if kind == "pairs":
        yield from neighbour_problems(key, texts, {*names, key})


def _spoken(name: str) -> str:
    """Names that differ in white space or in upper and lower case are one name."""
    return " ".join(name.split()).casefold()


def neighbour_problems(key: str, texts: dict, keys: set[str]) -> Iterator[Problem]:
    for field in NEIGHBOURS:
        for n, other in enumerate(texts[field]):
            if other == key:
                yield Problem((field, n), _("a pair cannot name itself"))
            elif other not in keys:
                yield Problem((field, n), _("“%s” is not a pair of this guideline") % other)
