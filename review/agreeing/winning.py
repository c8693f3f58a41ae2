"""Rounds in which two texts are compared: how far readers agree on win, tie and loss, and what a text's place does. Queries
only; the figures are review.agreement.preferences'.
"""

from review import grading
from review.agreeing.questions import levels_of_pairs
from review.agreement.preferences import preference_agreement
from review.models import Arm, Rating, Round
from review.reports import BOOTSTRAP, judgements

CLIENT = "item__instance__profile__base_case"
WHOLE = "preferred"
FIRST = {"ab": "a", "ba": "b"}


def figures(round: Round, seed: int) -> dict[str, dict]:
    """{question: of review.agreement.preferences.preference_agreement}, its raters numbered; empty where no two texts are
    compared. By the judgements that count for agreement. Three queries at most.
    """
    said = judgements(round).filter(item__arm=Arm.PAIR)
    rows: dict[str, list[tuple]] = {}
    weights: dict[int, float] = {}
    columns = ("item_id", "rater_id", CLIENT, "reading__position_ab", "item__inclusion_probability")
    for item, rater, client, position, chance, preferred in (
        said.order_by("id").values_list(*columns, "preferred").iterator(20_000)
    ):
        weights[item] = 1 / chance
        if preferred:
            one = (item, rater, preferred, client or f"item {item}", FIRST.get(position))
            rows.setdefault(WHOLE, []).append(one)
    if not weights:
        return {}
    ratings = Rating.objects.filter(
        decision__in=said.order_by().values("pk"), dimension_revision__scale="pairwise"
    )
    rated = list(
        ratings.order_by("id").values_list(
            *(f"decision__{name}" for name in columns[:4]), "dimension_revision__dimension__key",
            "dimension_revision", "value",
        )
    )  # fmt: skip
    levels = levels_of_pairs({row[5] for row in rated})
    for item, rater, client, position, key, revision, value in rated:
        chosen = grading.choice({"scale": "pairwise", "levels": levels[revision]}, value)
        one = (item, rater, chosen, client or f"item {item}", FIRST.get(position))
        rows.setdefault(key, []).append(one)
    return {question: _of(own, weights, seed) for question, own in rows.items()}


def _of(rows: list[tuple], weights: dict, seed: int) -> dict:
    found = preference_agreement(rows, bootstrap=BOOTSTRAP, seed=seed, weights=weights)
    own = found.pop("raters")
    return found | {"raters": [{"rater": rater} | figures for rater, figures in sorted(own.items())]}
