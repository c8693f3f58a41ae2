"""Judgements as rows (item, rater, value, cluster), one table for each question: of judges, and of what was read twice."""

from django.db.models import F

from review import grading
from review.agreeing.questions import levels_of_pairs
from review.models import Rating, Round
from review.reports import judgements
from review.standing import GRADED


def rows(round: Round) -> tuple[dict[tuple[str, str], list[tuple]], dict]:
    """{(arm, name): [(item, rater, value, cluster)]}, and {item: one over its chance}; the cluster is the client's base
    case.
    """
    return tabled(judgements(round), lambda item, rater, _pass: (item, rater))


def tabled(said, unit) -> tuple[dict[tuple[str, str], list[tuple]], dict]:
    """`rows` of these judgements; `unit`: (item, rater, pass) → what is judged, and who judges it."""
    keys = ("item__arm", "item_id", "rater_id", "reading__pass_number", "item__instance__profile__base_case")
    found: dict[tuple[str, str], list[tuple]] = {}
    weights: dict = {}
    for arm, *who, base, chance, verdict, any_mistake, believable, preferred in said.order_by(
        "id"
    ).values_list(*keys, "item__inclusion_probability", "verdict", "any_mistake", "believable", "preferred"):
        cluster, (item, rater) = base or f"item {who[0]}", unit(*who)
        weights[item] = 1 / chance
        if preferred:
            found.setdefault((arm, "preferred"), []).append((item, rater, preferred, cluster))
        if arm in GRADED:
            continue  # whoever rates, or compares, is asked nothing else
        if verdict:
            found.setdefault((arm, "verdict"), []).append((item, rater, verdict, cluster))
        mistake = {True: "yes", False: "no", None: None}[any_mistake]
        found.setdefault((arm, "any_mistake"), []).append((item, rater, mistake, cluster))
        found.setdefault((arm, "believable"), []).append((item, rater, believable, cluster))
    ratings = (
        Rating.objects.filter(decision__in=said.order_by())
        .order_by("id")
        .annotate(key=F("dimension_revision__dimension__key"), scale=F("dimension_revision__scale"))
    )
    columns = ("key", "scale", "value", "dimension_revision", *(f"decision__{key}" for key in keys))
    rated = list(ratings.values_list(*columns))
    pairwise = {revision for _key, scale, _value, revision, *_rest in rated if scale == "pairwise"}
    levels = levels_of_pairs(pairwise)
    for key, scale, value, revision, arm, *who, base in rated:
        number = float(value) if scale in ("ordinal", "interval") else value
        if scale == "pairwise":
            number = grading.choice({"scale": scale, "levels": levels[revision]}, value)
        found.setdefault((arm, key), []).append((*unit(*who), number, base or f"item {who[0]}"))
    return found, weights
