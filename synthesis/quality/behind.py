"""Which sessions stand behind a number of the report, so that a lead can hold back all of an alarm at once."""

from collections.abc import Callable

from synthesis.models import Run
from synthesis.quality import alarms, talking
from synthesis.quality.duplicates import Duplicates
from synthesis.quality.reading import Read


def _labels(*names: str) -> Callable[[dict], bool]:
    return lambda found: any((found["labels"] or {"n": {}})["n"].get(name) for name in names)


def _quotes_nowhere(found: dict) -> bool:
    n = (found["labels"] or {"n": {}})["n"]
    return n.get("quotes", 0) > n.get("quotes_in_flagged", 0) + n.get("quotes_elsewhere", 0)


# {place in the report: whether a session is behind it, by what was measured of it (facts.Facts.found)}
_BY_FACTS: dict[str, Callable[[dict], bool]] = {
    "talking.with_a_reason_to_hold": lambda found: bool(talking.reasons(found["talk"])),
    **{f"talking.kinds.{kind}": lambda found, kind=kind: kind in found["talk"] for kind in talking.KINDS},
    "validators.outcomes.needs_manual_check": lambda found: (
        bool(found["refinement"]) and found["refinement"]["outcome"] == "needs_manual_check"
    ),
    "labels.quotes_nowhere": _quotes_nowhere,
    "labels.quotes_in_other_turns": _labels("quotes_elsewhere"),
    "labels.findings_other": _labels("other"),
    "labels.good_practice_with_findings": _labels("good_with_findings"),
    "endings.turns_without_an_end": lambda found: found["unended"] > 0,
}
_DUPLICATES = tuple(
    f"duplicates.{place}.{which}" for place in ("within", "against") for which in ("exact", "near")
)
PLACES = (*_BY_FACTS, *_DUPLICATES)


def offered(report: dict) -> list[tuple[str, str]]:
    """(place, in words) of those behind which there are sessions; none of what is withheld from the reader."""
    words = {where: said for where, said, _limit in alarms.LIMITS}
    words |= {f"talking.kinds.{kind}": said for kind, said in talking.KINDS.items()}
    found = []
    for where in PLACES:
        rate = alarms.at(report, where) or {}
        if rate.get("sessions", rate).get("part"):
            found.append((where, str(words[where])))
    return found


def sessions(run: Run, where: str) -> list[int]:
    """Ids of the made sessions of the run behind one of PLACES, as they stand now. Raises KeyError for another place."""
    if where in _DUPLICATES:
        return _alike(run, *where.split(".")[1:])
    is_behind = _BY_FACTS[where]
    return [cell.pk for cell in Read(run).cells() if cell.facts and is_behind(cell.facts.found)]


def _alike(run: Run, place: str, which: str) -> list[int]:
    read, duplicates, ids = Read(run), Duplicates(), {}
    for cell in read.cells():
        if cell.facts:
            ids[cell.name] = cell.pk
            duplicates.take(cell.name, cell.facts.alike)
    for batch in read.earlier():  # what is most like an earlier one counts there, and not within the run
        duplicates.compare(batch)
    within, against = duplicates.found()
    pairs = getattr(against if place == "against" else within, which)
    return [ids[name] for name, *_of in pairs]
