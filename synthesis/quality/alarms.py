"""What of a report deserves a person's eye, each with the limit that it passed. A rate alarms when its whole interval
lies above the limit: few sessions alarm nobody.
"""

from django.utils.translation import gettext_lazy as _

from synthesis.quality import naming
from synthesis.quality.own import measures_of

# Of a kind of which some are to be expected, a person looks when there are enough to tell.
LEAST = 5

# Where the rate stands in a report, what is said of it, and the limit.
LIMITS = (
    ("talking.with_a_reason_to_hold", _("sessions have a reason to be held back"), 0.05),
    ("duplicates.within.exact", _("sessions are word for word like another of this run"), 0.0),
    ("duplicates.within.near", _("sessions are nearly like another of this run"), 0.02),
    ("duplicates.against.exact", _("sessions are word for word like one of an earlier run"), 0.0),
    ("duplicates.against.near", _("sessions are nearly like one of an earlier run"), 0.02),
    ("validators.outcomes.needs_manual_check", _("sessions did not pass the validator’s checks"), 0.3),
    ("labels.quotes_nowhere", _("quotes in the feedback are of words that nobody said"), 0.1),
    ("labels.quotes_in_other_turns", _("quotes in the feedback are of another turn than the flagged one"), 0.1),
    ("labels.findings_other", _("findings are of no mistake of the guideline"), 0.25),
    ("labels.good_practice_with_findings", _("sessions of good practice have findings"), 0.2),
    ("endings.turns_without_an_end", _("turns end without an end of sentence"), 0.2),
)  # fmt: skip
SPREADS = (
    ("intended", _("Mistakes that were meant")),
    ("labels.mistakes", _("Mistakes that the supervisor names")),
    ("labels.severity", _("Severity")),
)


def of(report: dict) -> list[dict]:
    """[{where, words}]: `where` is the path in the report."""
    found = []
    for where, words, limit in LIMITS:
        rate = at(report, where)
        if rate and _is_above(rate, limit):
            found.append({"where": where, "words": _above(rate, words, limit)})
    for where, words in SPREADS:
        spread = at(report, where)
        if spread and spread.get("alarm"):
            found.append({"where": where, "words": f"{words}: {spread['alarm']}"})
    found += _own(report)
    for factor, levels in report["balance"]["factors"].items():
        if levels["alarm"]:
            found.append(
                {"where": f"balance.factors.{factor}", "words": f"{_called(factor)}: {levels['alarm']}"}
            )
    return found


def _is_above(rate: dict, limit: float) -> bool:
    is_enough = rate.get("low") is not None and (rate["n"] >= LEAST or not limit)
    return is_enough and rate["low"] > limit


def _above(rate: dict, words: str, limit: float) -> str:
    said = {"share": round(100 * rate["share"]), "n": rate["n"], "words": words, "limit": round(100 * limit)}
    return str(_("%(share)d %% of %(n)s %(words)s; the limit is %(limit)d %%.") % said)


def _own(report: dict) -> list[dict]:
    """What the recipe measures by itself, by the limits that it sets."""
    found = []
    for measure in measures_of(report["recipe"]):
        told = report.get("own", {}).get(measure.name)
        if told is None:
            continue
        if words := told["found"].get("alarm"):
            found.append({"where": f"own.{measure.name}.found", "words": f"{measure.label}: {words}"})
        for choice, (limit, words) in measure.alarms.items():
            if _is_above(told["found"][choice], limit):
                where = f"own.{measure.name}.found.{choice}"
                found.append({"where": where, "words": _above(told["found"][choice], words, limit)})
    return found


def _called(factor: str) -> str:
    name = str(naming.FACTORS.get(factor, factor))
    return name[0].upper() + name[1:]


def at(report: dict, where: str) -> dict | None:
    """The part of the report at a path, None where there is none."""
    for name in where.split("."):
        report = report.get(name)
        if report is None:
            return None
    return report
