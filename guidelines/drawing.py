"""The words of a pair as HTML, drawn once and kept: a page shows twenty pairs, and drawing them is most of its work.

Everything that the template is given stands in what the drawing is kept under, and it is drawn without a request: so
nothing in it can be of another person, of other words or in another language than was asked for.
"""

import json
from collections.abc import Container, Mapping
from functools import lru_cache

from django.template.loader import render_to_string
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from guidelines.checking import NEIGHBOURS

KEPT, LONGEST = 1_000, 20_000  # drawings; characters of one that is kept


def pair(
    texts: dict,
    *,
    names: Mapping[str, str] | None,
    here: Container[str] | None,
    query: str,
    attributes: dict[str, str],
    unfolded: bool | None,
) -> SafeString:
    """`names`, by key, of the pairs that it may name; `here`: the keys of those on the page; `query`: what the address
    of another page carries. `attributes` are those of what the page itself says, and of what nobody translates.
    """
    words = json.dumps(texts)
    told = tuple(
        (key, _escaped(names[key]), f"?start={key}{query}" if here is not None and key not in here else "")
        for field in NEIGHBOURS
        for key in texts[field]
        if names and key in names
    )
    marks = tuple((name, _escaped(value)) for name, value in attributes.items())
    draw = _drawn if len(words) <= LONGEST else _drawn.__wrapped__
    return draw(words, told, marks, bool(unfolded), get_language())


def _escaped(value) -> str:
    """As it stands in the page. A str: a safe text and one yet to be escaped may be equal, and are not the same."""
    return str(conditional_escape(value))


@lru_cache(maxsize=KEPT)
def _drawn(words: str, told: tuple, marks: tuple, unfolded: bool, language: str) -> SafeString:
    texts = json.loads(words)
    known = {key: {"name": mark_safe(name), "elsewhere": elsewhere} for key, name, elsewhere in told}
    neighbours = {field: [(key, known.get(key)) for key in texts[field]] for field in NEIGHBOURS}
    given = {"revision": texts, "unfolded": unfolded, **neighbours}
    given |= {name: mark_safe(value) for name, value in marks}
    return mark_safe(render_to_string("guidelines/_pair.html", given))
