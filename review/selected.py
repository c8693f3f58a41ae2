"""The words of a reply that its raters gave as evidence, and how far they chose the same. Queries only.

An answer keeps the words, not where they stood; they are looked for in the reply. Words that stand there twice are taken
where they come first, and counted.
"""

from dataclasses import dataclass, field

from review.models import Arm, Rating, Round
from review.reports import BOOTSTRAP, judgements

REPLY = "reply"
CLIENT = "item__instance__profile__base_case"


@dataclass
class Selected:
    """Readings (item, rater, {(turn, start, end, dimension)}, client), as review.agreement.selections takes them;
    `lengths`: of each item's reply, in characters. `ambiguous`: selections whose words stand in the reply more than once.
    """

    readings: list[tuple] = field(default_factory=list)
    lengths: dict[int, int] = field(default_factory=dict)
    weights: dict[int, float] = field(default_factory=dict)
    ambiguous: int = 0


def selected(round: Round, arm: str = Arm.RATED) -> Selected:
    """In one arm, by the judgements that count for agreement. Two queries."""
    said = judgements(round).filter(item__arm=arm)
    found, by_decision, replies = Selected(), {}, {}
    columns = ("id", "item_id", "rater_id", "judged", CLIENT, "item__inclusion_probability")
    for pk, item, rater, judged, client, chance in said.order_by("id").values_list(*columns):
        if "reply" not in judged:
            continue  # whole sessions are rated: evidence is turns, not words
        reply = " ".join(judged["reply"].split())
        by_decision[pk], replies[pk] = set(), reply
        found.readings.append((item, rater, by_decision[pk], client or f"item {item}"))
        found.lengths[item], found.weights[item] = len(reply), 1 / chance
    rows = Rating.objects.filter(decision__in=said.order_by().values("pk")).order_by("id")
    for pk, key, evidence in rows.values_list("decision", "dimension_revision__dimension__key", "evidence"):
        if pk not in replies:
            continue
        for quote in (" ".join(mark["quote"].split()) for mark in evidence if mark["quote"]):
            start = replies[pk].find(quote)
            if start >= 0:
                by_decision[pk].add((REPLY, start, start + len(quote), key))
                found.ambiguous += replies[pk].count(quote) > 1
    return found


def figures(round: Round, arm: str = Arm.RATED) -> dict:
    """{"n_sessions", "n_pairs", "n_selections", "ambiguous", "f1_exact", "f1_overlap", "alpha_u"}, which has "by_label"."""
    from review.agreement.selections import of_sessions  # they load SciPy
    from review.agreement.unitizing import alpha_u

    own = selected(round, arm)
    how = {"bootstrap": BOOTSTRAP, "seed": round.seed % 2**31, "weights": own.weights}
    readers: dict[int, list] = {}
    for item, rater, _selections, _client in own.readings:
        readers.setdefault(item, []).append(rater)
    units = [
        (item, rater, label, start, end - start)
        for item, rater, selections, _client in own.readings
        for _turn, start, end, label in joined(selections)
    ]
    cluster = {item: client for item, _rater, _selections, client in own.readings}
    return of_sessions(own.readings, **how) | {
        "alpha_u": alpha_u(units, lengths=own.lengths, readers=readers, cluster=cluster),
        "ambiguous": own.ambiguous,
        "n_selections": sum(len(selections) for _item, _rater, selections, _client in own.readings),
    }


def joined(selections) -> list[tuple]:
    """What one rater selected for one label, with overlapping selections joined: for alpha they are one stretch."""
    found: list[tuple] = []
    for turn, start, end, label in sorted(selections, key=lambda one: (one[3], one[1], one[2])):
        if found and found[-1][3] == label and start < found[-1][2]:
            _turn, first, last, _label = found.pop()
            start, end = first, max(last, end)
        found.append((turn, start, end, label))
    return found
