"""The texts of an edition as HTML, by the same renderer as its PDF."""

from django import template
from django.utils.safestring import SafeString, mark_safe

from guidelines.discussion.marking import as_html

register = template.Library()
register.filter("marked", as_html)


@register.filter
def css_string(text: str) -> SafeString:
    """A text as it may stand between quotes in a style sheet."""
    return mark_safe(
        "".join(sign if sign.isalnum() or sign in " .," else f"\\{ord(sign):06x}" for sign in text)
    )
