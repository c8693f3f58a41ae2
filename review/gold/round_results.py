"""How the readers of one round answered what is known: each, and all together. Queries only."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from review.gold.certifying import Marked, marked, passes
from review.gold.results import Tally, measured, names_of_aspects, tallies, with_answers
from review.models import Certification, Decision, Reading, Round, Seat


@dataclass
class Row:
    """One reader. `cells`: in the order of the aspects, beside their pass marks where there are any."""

    seat: Seat
    given: int
    judged: int
    cells: list[tuple[str, Tally | None, Marked | None]]
    passed: bool
    certification: Certification | None
    may_certify: bool = False


def of(round: Round) -> tuple[list[Row], list[tuple[str, Tally | None]]]:
    """Readers who were given any, by name; and all of them together. A constant number of queries."""
    names, marks = names_of_aspects(round.rubric_version), list(round.pass_marks.all())
    decisions: dict[int, list[Decision]] = {}
    everything = list(with_answers(measured().filter(item__round=round)).select_related("reading"))
    for decision in everything:
        decisions.setdefault(decision.reading.seat_id, []).append(decision)
    given: dict[int, int] = {}
    readings = Reading.objects.kept().filter(seat__round=round, item__gold__isnull=False, pass_number=1)
    for _reading, seat in readings.order_by().values_list("pk", "seat").distinct():
        given[seat] = given.get(seat, 0) + 1
    certifications = {one.rater_id: one for one in round.certifications.select_related("by")}
    rows = []
    for seat in round.seats.filter(pk__in=given).select_related("rater__user", "round"):
        own = decisions.get(seat.pk, [])
        found = tallies(own)
        beside = {one.mark.aspect: one for one in marked(marks, found)}
        cells = [(name, found.get(aspect), beside.get(aspect)) for aspect, name in names.items()]
        passed = passes(list(beside.values()))
        rows.append(Row(seat, given[seat.pk], len(own), cells, passed, certifications.get(seat.rater_id)))
    all_found = tallies(everything)
    together = [(name, all_found.get(aspect)) for aspect, name in names.items()]
    return sorted(rows, key=lambda row: str(row.seat.rater)), together


def called_unsafe(round: Round) -> list[tuple[Decision, str]]:
    """Judgements that call a session with known answers unsafe: nothing of it is settled here, so a lead looks."""
    found = (
        Decision.objects.in_force().readers().filter(item__round=round, item__gold__isnull=False, unsafe=True)
    )
    found = found.select_related("item__gold", "item__instance", "rater__user").defer(
        "item__instance__content"
    )
    return [(one, one.comment or _("no comment")) for one in found.order_by("pk")]
