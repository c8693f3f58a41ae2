"""Numbers as the pages write them: 0.74 [0.61, 0.84]; what is undefined, in words."""

from django import template
from django.utils.translation import gettext_lazy as _

from review.agreeing.paradox import is_paradox
from review.agreeing.telling import landis_koch, weight
from review.models import Arm, OutcomeKind

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

KAPPAS = ("fleiss_kappa", "cohen_kappa", "cohen_kappa_weighted")


@register.filter
def figure(coefficient: dict) -> str:
    """One coefficient with its interval; a dash where it is undefined (its note says why)."""
    if coefficient["estimate"] is None:
        return "–"
    written = hundredths(coefficient["estimate"])
    if coefficient["ci"]:
        low, high = coefficient["ci"]
        return f"{written} [{hundredths(low)}, {hundredths(high)}]"
    return written


def hundredths(value: float) -> str:
    """Never -0.00."""
    return f"{round(value, 2) + 0.0:.2f}"


@register.filter
def summary(tables: dict) -> list[dict]:
    """One line for each dimension: its `title`, and under each arm what Krippendorff's alpha says; None under `aided` and
    `unaided` where the arm has no rating.
    """
    lines: dict[str, dict] = {}
    for arm, dimensions in tables.items():
        for name, figures in dimensions.items():
            line = lines.setdefault(name, {"title": figures["title"], "aided": None, "unaided": None})
            line[arm] = said = _in_one_line(figures)
            if "of" in said:
                said |= {"arm": arm, "question": name}
    first = [name for name in ("verdict", "preferred", "any_mistake", "believable") if name in lines]
    return [lines[name] for name in [*first, *(name for name in lines if name not in first)]]


def _in_one_line(figures: dict) -> dict:
    """`figure`, with the n that it rests on; where alpha is undefined `why` instead. `weight`: how far it carries."""
    alpha, agree = figures["krippendorff_alpha"], figures["percent_agreement"]["estimate"]
    said = {"why": alpha["note"], "agree": agree}
    if alpha["estimate"] is not None:
        # Alpha rests on the sessions that two or more read.
        written = f"{figure(alpha)} n={figures['n_paired']}"
        said = {"figure": written, "weight": weight(alpha["ci"]), "agree": agree, "alpha": alpha}
    if "prevalence" not in figures:
        return said
    return said | {"paradox": is_paradox(figures), "of": figures}


@register.filter
def coefficients(figures: dict) -> list[dict]:
    """The coefficients of one dimension in a fixed order, ICCs last, each with the `name` that people
    read.
    """
    named = [
        {"name": str(name), "words": _words(key, figures[key]), **figures[key]}
        for key, name in NAMES.items()
        if key in figures
    ]
    return named + [{"name": form, **value} for form, value in figures.get("icc", {}).items()]


def _words(key: str, coefficient: dict) -> str:
    """How far it carries, of the lower bound only: Landis & Koch's words for a kappa, Krippendorff's for alpha; none for
    AC, for which neither was made.
    """
    if key == "krippendorff_alpha":
        return weight(coefficient["ci"]) if coefficient["ci"] else ""
    return str(landis_koch(coefficient["ci"])) if key in KAPPAS else ""


@register.filter
def percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.0f} %"


@register.filter
def two_places(value: float | None) -> str:
    return "–" if value is None else hundredths(value)


@register.filter
def signed(difference: float) -> str:
    written = f"{difference:+.2f}"
    return "0.00" if float(written) == 0 else written.replace("-", "−")


@register.filter
def difference(lean: dict) -> str:
    """A signed mean with its interval, in the steps of the scale."""
    written = signed(lean["estimate"])
    return f"{written} [{signed(lean['ci'][0])}, {signed(lean['ci'][1])}]" if lean["ci"] else written


@register.filter
def difference_of(coefficient: dict) -> str:
    """The same of a coefficient; a dash where it is undefined."""
    return "–" if coefficient["estimate"] is None else difference(coefficient)


@register.filter
def limits(found: dict) -> str:
    """Limits of agreement: −1.20 to +0.80."""
    low, high = found["lower_limit"]["estimate"], found["upper_limit"]["estimate"]
    return "–" if low is None else _("%(low)s to %(high)s") % {"low": signed(low), "high": signed(high)}


@register.filter
def span_of(coefficients: list[dict]) -> str:
    """The least and the largest of several coefficients; those that are undefined are left out."""
    known = [one["estimate"] for one in coefficients if one["estimate"] is not None]
    if not known:
        return "–"
    least, most = f"{min(known):.2f}", f"{max(known):.2f}"
    return least if least == most else _("%(least)s to %(most)s") % {"least": least, "most": most}


@register.filter
def advantage(test: dict) -> str:
    return figure({"estimate": test["advantage"], "ci": test["ci"]})


@register.filter
def no_test(test: dict) -> str:
    """The first reason of the note: why there is no test."""
    return test["note"].partition(";")[0]


@register.filter
def rare(found: dict) -> str:
    """What happened in few sessions or none: 1 of 20 (5 %, 0 to 24 %); none of 30 (under 10 %)."""
    if found["share"] is None:
        return _("no share, as there is no such session")
    told = {"seen": found["seen"], "n": found["n"], "share": percent(found["share"])}
    if found["bound"] is not None:
        return _("none of %(n)d (at 95 %% under %(bound)s)") % (told | {"bound": percent(found["bound"])})
    if found["ci"] is None:
        return _("%(seen)d of %(n)d (%(share)s)") % told
    told |= {"low": percent(found["ci"][0]), "high": percent(found["ci"][1])}
    return _("%(seen)d of %(n)d (%(share)s, 95 %%: %(low)s to %(high)s)") % told


@register.filter
def outcomes(judge: dict) -> list[dict]:
    """Of a judge's readings how many came to what, in words."""
    return [{"name": OutcomeKind(kind).label, "n": n} for kind, n in judge["outcomes"].items()]


@register.filter
def read_how(arm: str) -> str:
    return Arm(arm).label


@register.filter
def get(mapping: dict, key: str):
    return mapping.get(key, 0)


@register.filter
def under(line: dict, arm: str) -> dict | None:
    return line.get(arm)
