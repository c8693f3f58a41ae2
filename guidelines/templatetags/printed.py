"""What only the page for printing needs."""

from django import template
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@register.filter
def css_string(text: str) -> SafeString:
    """A text as it may stand between quotes in a style sheet."""
    return mark_safe(
        "".join(sign if sign.isalnum() or sign in " .," else f"\\{ord(sign):06x}" for sign in text)
    )
