"""Intervals drawn as inline SVG: one row of a forest plot, in the colours of the page, with the numbers in words. Pure."""

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

WIDTH, HEIGHT, EDGE = 180, 22, 8
# Krippendorff's marks; chance is 0, full agreement 1.
COEFFICIENT, SHARE = (-0.2, 1.0), (0.0, 1.0)
MARKS = {COEFFICIENT: (0.0, 0.667, 0.8), SHARE: (0.0, 0.5, 1.0)}
MIDDLE = HEIGHT / 2
# Two marks lie close to each other, and the last label ends with the drawing.
ANCHORS = {0.667: "end", 0.8: "start", 1.0: "end"}


def interval(estimate: float | None, ci, ends: tuple[float, float] = COEFFICIENT) -> SafeString:
    """A square at the estimate, a line over the interval; hollow without one. Beyond the left end: an arrow."""
    if estimate is None:
        return SafeString("")
    at = [_x(one, ends) for one in (estimate, *(ci or ()))]
    line = SafeString("")
    if ci:
        line = format_html(
            '<line class="reach" x1="{}" x2="{}" y1="{}" y2="{}"/>', at[1], at[2], MIDDLE, MIDDLE
        )
        if ci[0] < ends[0]:
            line += format_html('<path class="reach" d="M{} {}l-6 5l6 5" fill="none"/>', EDGE + 6, MIDDLE - 5)
    told = _("%(estimate)s, no interval") % {"estimate": f"{estimate:.2f}"}
    if ci:
        told = _("%(estimate)s, 95 %% interval from %(low)s to %(high)s") % {
            "estimate": f"{estimate:.2f}", "low": f"{ci[0]:.2f}", "high": f"{ci[1]:.2f}",
        }  # fmt: skip
    point = format_html(
        '<rect class="{}" x="{}" y="{}" width="8" height="8"/>',
        "point" if ci else "point hollow", round(at[0] - 4, 1), MIDDLE - 4,
    )  # fmt: skip
    return format_html(
        '<svg class="forest" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}{}</svg>',
        WIDTH, HEIGHT, told, _marks(ends), line, point,
    )  # fmt: skip


def axis(ends: tuple[float, float] = COEFFICIENT) -> SafeString:
    """The scale above a column of intervals; the table says the same in numbers, so nobody is read it."""
    marks = {*MARKS[ends], 1.0}
    labels = format_html_join(
        "",
        '<text x="{}" y="14" text-anchor="{}">{}</text>',
        ((_x(one, ends), ANCHORS.get(one, "middle"), _label(one, ends)) for one in sorted(marks)),
    )
    return format_html(
        '<svg class="forest axis" viewBox="0 0 {} {}" aria-hidden="true">{}</svg>', WIDTH, HEIGHT, labels
    )


def _label(value: float, ends) -> str:
    return f"{100 * value:.0f} %" if ends == SHARE else f"{value:.3g}".replace("0.", ".")


def _marks(ends) -> SafeString:
    return format_html_join(
        "",
        '<line class="mark" x1="{0}" x2="{0}" y1="0" y2="{1}"/>',
        ((_x(one, ends), HEIGHT) for one in MARKS[ends]),
    )


def _x(value: float, ends: tuple[float, float]) -> float:
    low, high = ends
    share = (min(max(value, low), high) - low) / (high - low)
    return round(EDGE + share * (WIDTH - 2 * EDGE), 1)
