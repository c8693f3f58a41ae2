"""Figures as lines of a page: what they are called, how far they carry, and where the sessions behind them are."""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from review.agreeing import access, named, paradox
from review.agreeing.figures import said
from review.agreeing.looking import Looked, behind


@dataclass
class Line:
    """One part. `figures`: of review.agreeing.measuring.part, or None where `few` sessions are not told; `url`: its
    sessions; `paradox`: said in words where it is one; `about`: what else its place needs.
    """

    key: str
    name: str
    figures: dict | None
    url: str = ""
    paradox: str = ""
    differs: dict | None = None
    few: int = 0
    about: dict = field(default_factory=dict)

    @property
    def worst(self) -> float:
        return self.differs["shrunken"] if self.differs else -1.0


CUT_TITLES = {
    "pair": lambda: _("By the mistake a session was to show"),
    "named": lambda: _("By the mistake that readers name"),
    "recipe": lambda: _("By recipe"),
    "model": lambda: _("By the models that made the sessions"),
    "time": lambda: _("Over time"),
}


def lines(look: Looked, cut: str, parts: list[dict], user) -> list[Line]:
    """In their own order; a caller sorts."""
    calls, abouts = names_of(look, cut, [part["key"] for part in parts])
    found = []
    for part in parts:
        key = part["key"]
        about = {"question": look.question} if cut != "named" else {}
        url = behind(look.round, arm=look.arm, cut=cut, key=key, **about)
        line = Line(key, calls(key), None, url, about=abouts.get(key, {}))
        if hidden(look.round, part["n_items"]):
            line.few = part["n_items"]
        else:
            line.figures, line.differs = said(part), part["differs"]
            line.paradox = paradox.in_words(part, named.level)
        found.append(line)
    return found


def hidden(round, n: int) -> bool:
    """So few sessions are not told while nobody reads how a session of the round goes."""
    return 0 < n < access.FEWEST and not round.is_released


def names_of(look: Looked, cut: str, keys: list[str]):
    if cut in ("pair", "named"):
        known = named.pairs(look.round, keys)
        nothing = _("no mistake intended") if cut == "pair" else _("not in the guideline")
        return (lambda key: known[key]["name"] if key in known else nothing), known
    if cut == "time":
        return named.period, {}
    if cut == "readers":
        who = named.readers(look.kept.table.names["by"])
        return (lambda key: " · ".join(who[int(n)] for n in key.split("+"))), {}
    return (lambda key: key or _("not made by a run")), {}


def worst_first(found: list[Line]) -> list[Line]:
    """By how often readers differ, drawn toward the mean of all; what is not told comes last."""
    return sorted(found, key=lambda line: -line.worst)


def weight(ci) -> str:
    """Krippendorff's .667 and .80, on the lower bound only (methods.md §6)."""
    if not ci:
        return _("no interval, so it cannot be relied on yet")
    if ci[0] >= 0.8:
        return _("can be relied on")
    return _("for tentative conclusions") if ci[0] >= 0.667 else _("too low or too uncertain to rely on")


LANDIS_KOCH = (
    (0.8, "almost perfect"),
    (0.6, "substantial"),
    (0.4, "moderate"),
    (0.2, "fair"),
    (0.0, "slight"),
)


def landis_koch(ci) -> str:
    """Landis & Koch's word (1977) for the lower bound of a kappa; never for AC1, which their words were not made for."""
    if not ci:
        return ""
    return next((word for bound, word in LANDIS_KOCH if ci[0] > bound), "poor")
