"""Moments as the pages write them: short, in the reader's zone, with the full stamp and its zone on hover."""

from datetime import datetime

from django import template
from django.contrib.humanize.templatetags.humanize import naturaltime
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html

register = template.Library()


@register.filter
def stamp(moment: datetime | None, written: str = "j M Y, H:i") -> str:
    """A moment in Django's date format `written`; nothing for no moment."""
    return _timed(moment, date_format(timezone.localtime(moment), written)) if moment else ""


@register.filter
def ago(moment: datetime | None) -> str:
    """How long ago; nothing for no moment."""
    return _timed(moment, naturaltime(moment)) if moment else ""


def _timed(moment: datetime, words: str) -> str:
    here = timezone.localtime(moment)
    full = f"{date_format(here, 'l j F Y, H:i:s')} {timezone.get_current_timezone_name()}"
    return format_html(
        '<time datetime="{}" title="{}" dir="auto">{}</time>', here.isoformat(timespec="seconds"), full, words
    )
