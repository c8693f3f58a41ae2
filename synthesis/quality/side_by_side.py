"""The reports of two runs in one table: the rates that both have, and where chance alone hardly explains a difference."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from synthesis.models import QualityReport, Run
from synthesis.quality import keeping, naming, verdicts
from synthesis.quality.naming import in_figures
from synthesis.quality.own import measures_of
from synthesis.quality.withholding import for_reader


@dataclass(frozen=True)
class Side:
    """`report` is None while a worker measures; `is_current` says whether it is of what stands now."""

    run: Run
    report: dict | None
    measured: QualityReport | None
    is_current: bool


@dataclass(frozen=True)
class Line:
    """One measure of both runs. `a` and `b` are rates ({part, n, share, low, high}), numbers, or None, where
    `why_not` says why.
    """

    key: str
    label: str
    a: dict | float | None
    b: dict | float | None
    why_not: str = ""

    @property
    def apart(self) -> bool:
        """Both are rates, and their intervals do not overlap."""
        if not all(isinstance(one, dict) and one["n"] for one in (self.a, self.b)):
            return False
        return self.a["high"] < self.b["low"] or self.b["high"] < self.a["low"]

    @property
    def cells(self) -> tuple[str, str]:
        return tuple(self._figures(one) for one in (self.a, self.b))

    def _figures(self, one: dict | float | None) -> str:
        if one is None:
            return self.why_not or "–"
        return in_figures(one) if isinstance(one, dict) else f"{one:,.3g}" if one < 100 else f"{one:,.0f}"


def for_user(user, run: Run, report: dict) -> dict:
    """The report with what people settled, or what of it this person may see now."""
    whole = report | {"verdicts": verdicts.told(run, report["calls"])}
    return for_reader(whole, verdicts.may_see(user, run))


def side(user, run: Run, send: Callable[[Run], bool]) -> Side:
    """As the run's own quality page has it; `send(run)` asks a worker to measure a large run."""
    kept, is_current = keeping.shown(run, send)
    return Side(run, for_user(user, run, kept.report) if kept else None, kept, is_current)


def lines(a: dict, b: dict) -> list[Line]:
    """Of two reports; measures that neither has anything to say of are left out."""
    rows = dict(_told(naming.in_order(a)))
    others = dict(_told(naming.in_order(b)))
    found = []
    for key in dict.fromkeys([*rows, *others]):
        label, one, why = rows.get(key) or (others[key][0], None, "")
        _label, other, why_other = others.get(key) or (label, None, "")
        if any(isinstance(x, dict) and x["n"] or isinstance(x, int | float) for x in (one, other)) or why:
            found.append(Line(key, str(label), one, other, why or why_other))
    return found


def _told(report: dict) -> Iterator[tuple[str, tuple]]:
    """(key, (label, value or None, why there is none))."""
    talking, within = report["talking"], report["duplicates"]["within"]
    yield "with_a_reason_to_hold", (_("with a reason to be held back"), talking["with_a_reason_to_hold"], "")
    for kind, found in talking["kinds"].items():
        # A problem that no session of either has needs no line.
        value = found["sessions"] if found["sessions"]["part"] else None
        yield f"talking.{kind}", (naming.KINDS.get(kind, kind), value, "")
    yield "duplicates.exact", (_("word for word like another of the run"), within["exact"], "")
    yield "duplicates.near", (_("nearly like another of the run"), within["near"], "")
    for who, found in report["lengths"]["words"].items():
        label = _("median words of a turn, %s") % naming.SPEAKERS.get(who, who)
        yield f"words.{who}", (label, found["median"] if found["n"] else None, "")
    for who, found in report["diversity"].items():
        if two := found.get("2"):
            label = _("different pairs of words, adjusted, %s") % naming.SPEAKERS.get(who, who)
            yield f"distinct_2.{who}", (label, two["adjusted"] if two["n"] else None, "")
    ended = report["endings"]["turns_without_an_end"]
    yield "turns_without_an_end", (_("turns that stop without an end of sentence"), ended, "")
    yield "safety.any", (_("words of risk"), report["safety"]["any"], "")
    yield from _own(report)
    yield from _closed(report, "validators", _("feedback, when checked"), naming.OUTCOMES, "outcomes")
    yield from _closed(report, "labels", _("labels"), naming.LABELS)
    yield from _closed(report, "verdicts", _("reviewers"), _verdicts())


def _own(report: dict) -> Iterator[tuple[str, tuple]]:
    """What the recipe measures by itself: of a spread how even it is, of numbers the median."""
    own = report.get("own", {})
    for measure in measures_of(report["recipe"]):
        if "withheld" in own:
            yield f"own.{measure.name}", (measure.label, None, own["withheld"])
        elif found := own.get(measure.name, {}).get("found"):
            if measure.kind in ("rate", "share"):
                for choice, words in measure.choices.items():
                    yield f"own.{measure.name}.{choice}", (f"{measure.label}: {words}", found[choice], "")
            elif measure.kind == "means":
                for name, one in found.items():
                    words = measure.choices.get(name, name)
                    yield f"own.{measure.name}.{name}", (f"{measure.label}: {words}", one["mean"], "")
            else:
                value = found["evenness" if measure.kind == "spread" else "median"]
                how = _("%s, of the widest") if measure.kind == "spread" else _("%s, median")
                yield f"own.{measure.name}", (how % measure.label, value, "")


def _verdicts() -> dict:
    return {
        "accepted": _("accepted as it was"),
        "edited": _("accepted after an edit"),
        "rejected": _("rejected"),
    }


def _closed(report: dict, part: str, about: str, names: dict, below: str = "") -> Iterator[tuple[str, tuple]]:
    """Rates of a part that may be closed to the reader: then one line says why."""
    found = report[part]
    if "withheld" in found:
        yield part, (about, None, found["withheld"])
        return
    rates = found.get(below, {}) if below else found
    for name, label in names.items():
        if name in rates:
            yield f"{part}.{name}", (f"{about}: {label}", rates[name], "")
