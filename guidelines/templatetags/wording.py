"""Show what changed in a text, word by word."""

from django import template

from guidelines import drawing
from guidelines import word_diff as words
from guidelines.comparing import as_text
from guidelines.discussion import marking

register = template.Library()


@register.filter
def called(key: str, names: dict[str, str] | None) -> str:
    """The name of a pair; its key where the page does not know it."""
    return (names or {}).get(key, key)


@register.simple_tag(takes_context=True)
def pair_in_full(context, revision):
    """`{% pair_in_full revision %}`: everything that a pair says, in the language and with the names of the page."""
    of_the_page = {name: context.get(name) for name in ("names", "here", "unfolded")}
    attributes = {name: context.get(name, "") for name in ("own", "untranslated")}
    query = (context.get("tongues") or {}).get("query", "")
    return drawing.pair(revision.texts, query=query, attributes=attributes, **of_the_page)


@register.filter
def spoken_out(value) -> str:
    """A field of an entry as text: a list one item after the other."""
    return as_text(value)


@register.simple_tag
def word_diff(before: str, after: str):
    """`{% word_diff a b %}`: escaped HTML with <ins> and <del>."""
    return words.as_html(before, after)


@register.simple_tag
def side_by_side(before: str, after: str):
    """`{% side_by_side a b as lines %}`: the lines of both texts, each beside the one that it became."""
    return words.side_by_side(before, after)


@register.filter
def marked(text: str):
    """A text with its marks: Markdown, in which HTML is shown as it was typed."""
    return marking.as_html(text)
