"""Shares and coefficients as the pages write them: 34 % [21, 49] n=40."""

from django import template

from guidelines.coverage import Figure, Share

register = template.Library()


@register.filter
def percent(value: float | None) -> str:
    return "" if value is None else f"{100 * value:.0f} %"


@register.filter
def share_alone(found: Share) -> str:
    """With its interval where it has one."""
    between = " [{:.0f}, {:.0f}]".format(*(100 * bound for bound in found.interval)) if found.interval else ""
    return f"{percent(found.value)}{between}"


@register.filter
def share(found: Share) -> str:
    """And with the number of sessions, without which no share is shown."""
    return f"{share_alone(found)} n={found.n}"


@register.filter
def figure(found: Figure) -> str:
    """A coefficient; a dash where it is undefined (its note says why)."""
    if found.value is None:
        return "–"
    between = " [{:.2f}, {:.2f}]".format(*found.interval) if found.interval else ""
    return f"{found.value:.2f}{between}"
