"""Numbers as the pages write them: 0.74 [0.61, 0.84]; what is undefined, in words."""

from django import template
from django.utils.translation import gettext_lazy as _

register = template.Library()

NAMES = {
    "percent_agreement": _("percent agreement"),
    "krippendorff_alpha": "Krippendorff α",
    "gwet_ac": "Gwet AC",
    "fleiss_kappa": "Fleiss κ",
    "brennan_prediger": "Brennan–Prediger",
    "cohen_kappa": "Cohen κ",
    "cohen_kappa_weighted": _("Cohen κ, weighted"),
}


@register.filter
def figure(coefficient: dict) -> str:
    """One coefficient with its interval; a dash where it is undefined (its note says why)."""
    if coefficient["estimate"] is None:
        return "–"
    written = f"{coefficient['estimate']:.2f}"
    if coefficient["ci"]:
        low, high = coefficient["ci"]
        return f"{written} [{low:.2f}, {high:.2f}]"
    return written


@register.filter
def summary(tables: dict) -> list[dict]:
    """One line for each dimension: its `title`, and under each arm what Krippendorff's alpha says; None under `aided` and
    `unaided` where the arm has no rating.
    """
    lines: dict[str, dict] = {}
    for arm, dimensions in tables.items():
        for name, figures in dimensions.items():
            line = lines.setdefault(name, {"title": figures["title"], "aided": None, "unaided": None})
            line[arm] = _in_one_line(figures)
    first = [name for name in ("verdict", "preferred", "any_mistake", "believable") if name in lines]
    return [lines[name] for name in [*first, *(name for name in lines if name not in first)]]


def _in_one_line(figures: dict) -> dict:
    """`figure`, with n; where alpha is undefined `why` instead. `weight`: how far it carries, in words."""
    alpha, agree = figures["krippendorff_alpha"], figures["percent_agreement"]["estimate"]
    if alpha["estimate"] is None:
        return {"why": alpha["note"], "agree": agree}
    written = f"{figure(alpha)} n={figures['n_items']}"
    return {"figure": written, "weight": _weight(alpha["ci"]), "agree": agree}


def _weight(ci) -> str:
    """Krippendorff's .667 and .80, on the lower bound only (methods.md §6)."""
    if not ci:
        return _("no interval, so it cannot be relied on yet")
    if ci[0] >= 0.8:
        return _("can be relied on")
    return _("for tentative conclusions") if ci[0] >= 0.667 else _("too low or too uncertain to rely on")


@register.filter
def coefficients(figures: dict) -> list[dict]:
    """The coefficients of one dimension in a fixed order, ICCs last, each with the `name` that people
    read.
    """
    named = [{"name": str(name), **figures[key]} for key, name in NAMES.items() if key in figures]
    return named + [{"name": form, **value} for form, value in figures.get("icc", {}).items()]


@register.filter
def percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.0f} %"


@register.filter
def signed(difference: float) -> str:
    written = f"{difference:+.2f}"
    return "0.00" if float(written) == 0 else written.replace("-", "−")


@register.filter
def share_of(part: int, whole: int) -> str:
    return percent(part / whole if whole else None)


@register.filter
def get(mapping: dict, key: str):
    return mapping.get(key, 0)


@register.filter
def under(line: dict, arm: str) -> dict | None:
    return line.get(arm)
