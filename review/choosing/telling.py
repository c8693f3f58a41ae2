"""How the sessions of a round were chosen, for a lead who judges none of them."""

from collections import Counter
from dataclasses import dataclass

from django.db.models import Max, Min

from review.models import Choice, ChosenFor, Reason, Round


@dataclass(frozen=True)
class Chosen:
    """`reasons`: (words, sessions), the most frequent first; none where chances were alike."""

    choice: Choice
    sessions: int
    least: float
    most: float
    reasons: list[tuple[str, int]]


def chosen(round: Round) -> Chosen | None:
    """None for a round of whole runs, or of a stale list. At most four queries."""
    choice = Choice.objects.filter(round=round).first()
    if choice is None:
        return None
    chances = round.items.counted().aggregate(
        least=Min("inclusion_probability"), most=Max("inclusion_probability")
    )
    reasons = Counter(ChosenFor.objects.filter(item__round=round).values_list("reason", flat=True))
    return Chosen(
        choice,
        sessions=round.items.counted().count(),
        reasons=[(str(Reason(reason).label), n) for reason, n in reasons.most_common()],
        **chances,
    )
