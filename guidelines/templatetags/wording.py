"""Show what changed in a text, word by word."""

from django import template

from guidelines import comparing
from guidelines.discussion import marking

register = template.Library()


@register.filter
def called(key: str, names: dict[str, str] | None) -> str:
    """The name of a pair; its key where the page does not know it."""
    return (names or {}).get(key, key)


@register.simple_tag
def word_diff(before: str, after: str):
    """`{% word_diff a b %}`: escaped HTML with <ins> and <del>."""
    return comparing.as_html(before, after)


@register.filter
def marked(words: str):
    """A text with its marks: Markdown, in which HTML is shown as it was typed."""
    return marking.as_html(words)
