"""The addresses of a guideline's entries, of which every card of a page names seven."""

from functools import lru_cache

from django import template
from django.urls import get_script_prefix, reverse

register = template.Library()
_KEY = "THE-KEY"  # keys and slugs have no capitals


@register.simple_tag
def place(name: str, guideline, key: str = "") -> str:
    """`{% place 'pair_history' guideline key %}`, as `url` would say it; the table of addresses is asked once for all
    entries of a guideline.
    """
    return _address(get_script_prefix(), name, guideline.slug, bool(key)).replace(_KEY, key)


@lru_cache(maxsize=1_000)
def _address(prefix: str, name: str, slug: str, of_an_entry: bool) -> str:
    return reverse(name, args=[slug, _KEY] if of_an_entry else [slug])
