"""What a reviewer's editor sends, and what became of it."""

from collections import Counter
from dataclasses import dataclass

VERDICTS = ("accept", "reject")


class Answers:
    """The result that the editor sends for a reading of this round, one verdict or another."""

    def __init__(self, round):
        from review.judged import Wording
        from review.label_studio.planning import choices_of

        self._offered, self._wording = choices_of(round), Wording()

    def result(self, reading, verdict: str) -> list[dict]:
        from review.label_studio.writing_results import write
        from tests.review.factories import says

        dialogue = self._wording.of(reading.item)["dialogue"]
        answers = says(verdict, comment=f"Says what it says of {reading.external_id}.")
        return write(answers, form=reading.item.arm, dialogue=dialogue, **self._offered)


def readings_of(round) -> list:
    from review.models import Reading

    found = Reading.objects.filter(seat__round=round).order_by("seat", "order")
    return list(found.select_related("item__instance__version__guideline", "seat__rater__user"))


@dataclass(frozen=True)
class Counted:
    """Of judgements whose arrival was confirmed to somebody: how many have no decision, and how many have two."""

    confirmed: int
    lost: int
    doubled: int


def counted(confirmed: set[int], doubled_elsewhere: int = 0) -> Counted:
    """`confirmed`: ids of readings, each judged once."""
    from review.models import Decision

    stored = Counter(Decision.objects.filter(reading__in=confirmed).values_list("reading_id", flat=True))
    doubled = sum(n > 1 for n in stored.values())
    return Counted(len(confirmed), len(confirmed - set(stored)), doubled + doubled_elsewhere)
