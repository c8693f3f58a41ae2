"""What the pages of agreement write besides figures: intervals as drawings, shares, durations, addresses."""

from django import template
from django.utils.translation import gettext as _

from review.agreeing import drawing, looking, named, telling
from review.templatetags.figures import percent

register = template.Library()
register.filter("level", named.level)


@register.simple_tag(takes_context=True)
def address(context, **changes) -> str:
    """This page with other filters."""
    return looking.address(context["request"], **changes)


@register.filter
def weight(coefficient: dict) -> str:
    return telling.weight(coefficient["ci"])


@register.filter
def interval(coefficient: dict):
    return drawing.interval(coefficient["estimate"], coefficient["ci"])


@register.filter
def share_interval(rate: dict | None):
    return "" if rate is None else drawing.interval(rate["share"], rate["ci"], drawing.SHARE)


@register.filter
def share_figure(figure: dict):
    return drawing.interval(figure["estimate"], figure["ci"], drawing.SHARE)


@register.filter
def share_of(figure: dict) -> str:
    """A share given as a coefficient is."""
    return rate(None if figure["estimate"] is None else {"share": figure["estimate"], "ci": figure["ci"]})


@register.filter
def rate(found: dict | None) -> str:
    """62 % [55, 69]; without an interval the share alone."""
    if found is None:
        return "–"
    if not found["ci"]:
        return percent(found["share"])
    low, high = (f"{100 * bound:.0f}" for bound in found["ci"])
    return f"{percent(found['share'])} [{low}, {high}]"


@register.filter
def frequent(figures: dict) -> str:
    """The most frequent answer with its share."""
    if not figures["prevalence"]:
        return "–"
    level, share = max(figures["prevalence"], key=lambda one: one[1])
    return f"{named.level(level)} {percent(share)}"


@register.filter
def shade(share: float | None) -> str:
    """A number for a style, whatever the language."""
    return "0" if share is None else f"{min(1.0, max(0.0, share)):.2f}"


@register.filter
def duration(seconds: float) -> str:
    """95 s, or 4 min 10 s."""
    whole = round(seconds)
    if whole < 120:
        return _("%(n)d s") % {"n": whole}
    return _("%(minutes)d min %(seconds)02d s") % {"minutes": whole // 60, "seconds": whole % 60}
