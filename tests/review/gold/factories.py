"""Known answers to small sessions, through the verbs alone."""

from review.gold.agreeing import endorse_gold, propose_gold
from review.gold.training import make_training_round
from review.raters import rater_for
from tests.review.factories import made_instances


def found(mistake="premature-advice", turns=(3,), severities=(1, 2)) -> dict:
    return {"mistake": mistake, "turns": list(turns), "severities": list(severities)}


def answers(*, verdict=("accept", "edit"), sets=None, levels=("4", "5")) -> dict:
    """What `says()` of tests.review.factories answers is among these."""
    return {
        "verdict": {"accepted": list(verdict), "why": "The draft names what matters."},
        "findings": {"accepted": [[found()]] if sets is None else sets, "why": "She has not been heard yet."},
        "dimensions": {"specific": {"accepted": list(levels), "why": "It quotes the turn."}},
    }


def proposed(by, pairs, rubric, *, instance=None, given=None, **more):
    instance = instance or made_instances(1, pairs)[0]
    return propose_gold(
        instance=instance,
        pairs_version=pairs,
        rubric_version=rubric,
        answers=given or answers(),
        by=by,
        **more,
    )


def agreed(n, people, pairs, rubric, **more) -> list:
    author, *others = people
    made = [proposed(author, pairs, rubric, **more) for _ in range(n)]
    for gold in made:
        for person in others:
            endorse_gold(gold=gold, by=person, digest=gold.digest)
    return made


def training_of(people, lead, pairs, rubric, **more):
    options = {"name": "First steps", "at_least": 1} | more
    raters = [rater_for(person) for person in people]
    return make_training_round(raters=raters, by=lead, pairs_version=pairs, rubric_version=rubric, **options)


def hers(round, person):
    """Her items in the order of her desk."""
    seat = round.seats.get(rater__user=person)
    return [one.item for one in seat.readings.select_related("item__round").order_by("order")]
