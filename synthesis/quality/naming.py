"""What the parts of a report are called on a page, and how its numbers are written."""

import re

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from synthesis import choice_words, factors
from synthesis.models import Tier
from synthesis.quality.talking import KINDS
from synthesis.recipes import RECIPES

__all__ = ["KINDS", "in_figures", "in_order", "level", "percent", "tier"]

FACTORS = {
    **factors.NAMES,
    "pair": gettext_lazy("intended mistake"),
    "client": gettext_lazy("client"),
    "counsellor": gettext_lazy("who counsels"),
}
# What recipes declare of their own.
FACTORS |= {
    name: words.label
    for recipe in RECIPES.values()
    for name, words in recipe.words.items()
    if name not in FACTORS
}
SPEAKERS = {"counsellor": gettext_lazy("counsellor"), "client": gettext_lazy("client")}
LABELS = {
    "quotes_in_flagged_turns": gettext_lazy("quotes that are of the turn flagged"),
    "quotes_in_other_turns": gettext_lazy("quotes that are of another turn"),
    "quotes_nowhere": gettext_lazy("quotes of words that nobody said"),
    "findings_on_client_turns": gettext_lazy("findings that flag the client’s turns"),
    "findings_said_twice": gettext_lazy("findings that say the same twice"),
    "findings_other": gettext_lazy("findings of no mistake of the guideline"),
    "good_practice_with_findings": gettext_lazy("good practice meant, mistakes found"),
    "intended_named_untold": gettext_lazy("meant mistake named, supervisor not told"),
    "intended_named_told": gettext_lazy("meant mistake named, supervisor told"),
    "mistake_meant_nothing_found_untold": gettext_lazy("mistake meant, nothing found, not told"),
    "mistake_meant_nothing_found_told": gettext_lazy("mistake meant, nothing found, told"),
}
OUTCOMES = {
    "accepted_as_is": gettext_lazy("passed as it was"),
    "accepted_after_refinement": gettext_lazy("passed after it was refined"),
    "needs_manual_check": gettext_lazy("did not pass"),
}
CHECKS = {
    "stepwise": gettext_lazy("step by step"),
    "specific": gettext_lazy("specific"),
    "ethical": gettext_lazy("ethical"),
    "supportive": gettext_lazy("supportive"),
}
WHICH = {"original": gettext_lazy("first version"), "refined": gettext_lazy("refined")}
PARTS = {
    "fitted": gettext_lazy("The %(n)s labelled sentences that the rule was fitted to"),
    "unseen": gettext_lazy("%(n)s labelled sentences that it was not fitted to"),
}


# In which order people read what a report holds by name; PostgreSQL keeps the members of JSON in one of its own.
_ORDER = (*KINDS, *SPEAKERS, *FACTORS, "1", "2", "3", *OUTCOMES, *CHECKS, *WHICH, *PARTS, *Tier.values)
_RANK = {name: n for n, name in reversed(list(enumerate(_ORDER)))}


def in_order(part):
    """A report, or a part of it, with what is known by name in the order of reading and the rest after it."""
    if not isinstance(part, dict):
        return part
    names = sorted(part, key=lambda name: _RANK.get(name, len(_ORDER)))
    return {name: in_order(part[name]) for name in names}


def level(factor: str, name: str, names: dict[str, str]) -> str:
    """A level as people read it; `names`: those of mistakes and clients by their keys."""
    if factor in ("pair", "client"):
        return names.get(name, name)
    try:
        return factors.called(factor, name) if factor in factors.NAMES else choice_words.choice(factor, name)
    except (KeyError, ValueError):  # of an older run, which knew another level
        return name


def named(alarm: dict, names: dict[str, str]) -> str:
    """The words of an alarm as people read them: a report holds mistakes and clients by their keys, in quotation marks or
    as the list at the end.
    """
    words, about = alarm["words"], alarm["where"]
    if about in ("intended", "labels.mistakes"):
        return re.sub("“([^”]*)”", lambda found: f"“{names.get(found[1], found[1])}”", words)
    if about in ("balance.factors.pair", "balance.factors.client"):
        head, colon, listed = words.removesuffix(".").rpartition(": ")
        return f"{head}{colon}{', '.join(names.get(key, key) for key in listed.split(', '))}."
    return words


def tier(name: str) -> str:
    return str(Tier(name).label)


def percent(share: float | None) -> str:
    """Whole per cent; between 0 and 1 % and just under 100 % one digit more, so that some is never told as none."""
    if share is None:
        return "–"
    is_near_an_end = 0 < share < 0.01 or 0.99 < share < 1
    return f"{100 * share:.1f} %" if is_near_an_end else f"{100 * share:.0f} %"


def in_figures(rate: dict) -> str:
    """12 % [8 %, 17 %] n=120."""
    if not rate["n"]:
        return _("none to count")
    return f"{percent(rate['share'])} [{percent(rate['low'])}, {percent(rate['high'])}] n={rate['n']:,}"
