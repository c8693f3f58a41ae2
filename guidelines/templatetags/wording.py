"""Show what changed in a text, word by word."""

from django import template

from guidelines import comparing

register = template.Library()


@register.filter
def called(key: str, names: dict[str, str] | None) -> str:
    """The name of a pair; its key where the page does not know it."""
    return (names or {}).get(key, key)


@register.filter
def spoken_out(value) -> str:
    """A field of an entry as text: a list one item after the other."""
    return comparing.as_text(value)


@register.simple_tag
def word_diff(before: str, after: str):
    """`{% word_diff a b %}`: escaped HTML with <ins> and <del>."""
    return comparing.as_html(before, after)
