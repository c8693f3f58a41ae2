"""Show what changed in a text, word by word."""

from django import template

from guidelines import comparing

register = template.Library()


@register.simple_tag
def word_diff(before: str, after: str):
    """`{% word_diff a b %}`: escaped HTML with <ins> and <del>."""
    return comparing.as_html(before, after)
