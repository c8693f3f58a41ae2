"""What the pages of agreement write besides figures: intervals as drawings, shares, durations, addresses."""

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from review.agreeing import drawing, looking, named, telling
from review.agreeing.paradox import is_paradox
from review.templatetags.figures import percent

register = template.Library()
register.filter("level", named.level)


@register.simple_tag(takes_context=True)
def address(context, **changes) -> str:
    """This page with other filters."""
    return looking.address(context["request"], **changes)


register.filter("paradoxical", is_paradox)


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


MARKED = {
    "f1_exact": _lazy("name the same in exactly the same turns"),
    "f1_overlap": _lazy("name the same with a turn in common"),
    "f1_labelled": _lazy("name the same, turn by turn"),
    "f1_turns": _lazy("mark the same turns, whatever they name"),
    "jaccard_turns": _lazy("mark the same turns, shared over all (Jaccard)"),
}
WORDS = {
    "f1_exact": _lazy("the same words for the same aspect (F1)"),
    "f1_overlap": _lazy("words that overlap for the same aspect (F1)"),
    "alpha_u": _lazy("alpha for unitizing, guessing taken out"),
}
# Which question each coefficient answers (docs/random-effects-icc.md).
ICCS = {
    "ICC(A,1)": _lazy("Could another reviewer's single score take the place of this one?"),
    "ICC(C,1)": _lazy("Does one reviewer order the sessions as another does, strictness aside?"),
    "ICC(A,khat)": _lazy("Is the mean of as many reviewers as a session usually has good enough?"),
    "ICC(Q,khat)": _lazy("Can the means of two sessions be compared, though others read the other?"),
    "ICC(A,k)": _lazy("What if all reviewers read every session?"),
    "ICC(C,k)": _lazy("What if all read every session, strictness aside?"),
}


@register.filter
def marked_lines(figures: dict) -> list[dict]:
    """What two readings of a session have in common, from the strictest to the mildest, each with what it `asks`."""
    return [{"asks": asks} | figures[name] for name, asks in MARKED.items()]


SETS = {
    "percent_agreement": _lazy("name the very same mistakes"),
    "mean_jaccard": _lazy("share so much of what either names (Jaccard)"),
    "krippendorff_alpha_masi": _lazy("agree on the set beyond chance (α, MASI distance)"),
}


@register.filter
def set_lines(figures: dict) -> list[dict]:
    return [{"asks": asks} | figures[name] for name, asks in SETS.items()]


@register.filter
def word_lines(figures: dict) -> list[dict]:
    return [{"asks": asks} | figures[name] for name, asks in WORDS.items()]


@register.filter
def icc_lines(found: dict) -> list[dict]:
    """Each ICC with the question that it `asks`, and under `others` the interval over reviewers too."""
    return [
        {"name": name, "asks": asks} | found[name] | {"others": _of_others(found[name])}
        for name, asks in ICCS.items()
    ]


def _of_others(one: dict) -> dict:
    analytic = one["ci_analytic"]
    return {"estimate": one["estimate"], "ci": analytic and [analytic["low"], analytic["high"]]}


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
    return f"{named.level(level)} ({percent(share)})"


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
