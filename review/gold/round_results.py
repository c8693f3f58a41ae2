"""How the readers of one round answered what is known: each, and all together. Queries only."""

from dataclasses import dataclass

from accounts.roles import Answer
from review.gold import certified
from review.gold.certifying import Marked, marked, passes
from review.gold.results import Tally, measured, names_of_aspects, tallies, with_answers
from review.models import Certification, Decision, Reading, Round, Seat, Withdrawal


@dataclass
class Row:
    """One reader. `cells`: in the order of the aspects, beside their pass marks where there are any. `withdrawn`: what
    ended her certification by this round; without one, her last withdrawal under versions that mean the same.
    """

    seat: Seat
    given: int
    judged: int
    cells: list[tuple[str, Tally | None, Marked | None]]
    passed: bool
    certification: Certification | None
    withdrawn: Withdrawal | None
    may_certify: Answer | None = None
    may_withdraw: Answer | None = None

    @property
    def ended(self) -> bool:
        """No round opened by then certifies her any more."""
        return self.withdrawn is not None and self.withdrawn.at >= self.seat.round.opened_at


def of(round: Round) -> tuple[list[Row], list[tuple[str, Tally | None]]]:
    """Readers who were given any, by name; and all of them together. A constant number of queries."""
    names, marks = names_of_aspects(round.rubric_version), list(round.pass_marks.all())
    decisions: dict[int, list[Decision]] = {}
    everything = list(with_answers(measured().filter(item__round=round)).select_related("reading"))
    for decision in everything:
        decisions.setdefault(decision.reading.seat_id, []).append(decision)
    given: dict[int, int] = {}
    readings = Reading.objects.kept().filter(seat__round=round, item__gold__isnull=False, pass_number=1)
    for seat in readings.order_by().values_list("seat", flat=True):
        given[seat] = given.get(seat, 0) + 1
    versions = ("pairs_version", "rubric_version")
    certifications = {one.rater_id: one for one in round.certifications.select_related("by", *versions)}
    ended = certified.ended_by(list(certifications.values()))
    rows, seats = [], list(round.seats.filter(pk__in=given).select_related("rater__user", "round"))
    raters, versions = [seat.rater for seat in seats], (round.pairs_version, round.rubric_version)
    withdrawn = certified.withdrawals(raters, *versions)
    again = set(certified.in_force(*versions).filter(rater__in=raters).values_list("rater", flat=True))
    for seat in seats:
        own = decisions.get(seat.pk, [])
        found = tallies(own)
        beside = {one.mark.aspect: one for one in marked(marks, found)}
        cells = [(name, found.get(aspect), beside.get(aspect)) for aspect, name in names.items()]
        passed = passes(list(beside.values()))
        certification, last = certifications.get(seat.rater_id), withdrawn.get(seat.rater_id)
        if certification:
            last = ended.get(certification.pk)
        elif last and last.at < round.opened_at and seat.rater_id in again:
            last = None  # she has passed since
        rows.append(Row(seat, given[seat.pk], len(own), cells, passed, certification, last))
    all_found = tallies(everything)
    together = [(name, all_found.get(aspect)) for aspect, name in names.items()]
    return sorted(rows, key=lambda row: str(row.seat.rater)), together
