"""Amounts as the pages write them: only as exact as they are known."""

from math import floor, log10

from django import template
from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import gettext as _

from synthesis import choice_words

register = template.Library()


@register.filter
def about(number: float | None, digits: int = 2) -> str:
    """A number that was estimated, to so many figures: 1234 is 1,200."""
    if number is None:
        return _("not known")
    if number == 0:
        return "0"
    places = digits - 1 - floor(log10(abs(number)))
    rounded = round(number, places)
    return intcomma(f"{rounded:.{max(0, places)}f}" if places > 0 else int(rounded))


@register.filter
def duration(seconds: float | None) -> str:
    """Seconds in the two units that matter: 3750 is “1 h 2 min”."""
    if seconds is None:
        return _("not known")
    if seconds < 90:
        return _("%s s") % (round(seconds) if seconds >= 10 else f"{seconds:.1f}".removesuffix(".0"))
    minutes = round(seconds / 60)
    if minutes < 60:
        return _("%d min") % minutes
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": minutes}
    return _("%(days)d days %(hours)d h") % {"days": hours // 24, "hours": hours % 24}


@register.filter
def role_name(role: str) -> str:
    return choice_words.role(role)


@register.filter
def recipe_name(recipe: str) -> str:
    return choice_words.recipe(recipe)


@register.filter
def crossed_in(factors: dict, run) -> str:
    """Those of a session's settings in which the sessions of its run differ, in words."""
    return " · ".join(
        chosen for _label, chosen in choice_words.rows({n: factors[n] for n in run.factors if n in factors})
    )


@register.filter
def in_words(settings: dict) -> list[tuple[str, str]]:
    """A run's or a session's factors and parameters, each with what it is called and what was chosen."""
    return choice_words.rows(settings or {})


@register.filter
def item(mapping: dict, key):
    return (mapping or {}).get(key)
