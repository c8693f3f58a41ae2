"""What people settled of a run's sessions; fills synthesis.quality.verdicts. Two queries."""

from collections import Counter

from review.models import Aspect, Item, RoundState, Standing, StandingState
from synthesis.models import Run
from synthesis.quality.verdicts import Verdicts


def verdicts(run: Run) -> Verdicts:
    """Of each session the latest verdict that was settled in a closed round of people. A session that is before readers,
    for the first time or again, waits: its old verdict would tell.
    """
    by_people = Item.objects.counted().filter(instance__run=run, round__rehearsal=False)
    waiting = set(by_people.filter(round__state=RoundState.OPEN).values_list("instance", flat=True))
    found = Standing.objects.filter(
        aspect=Aspect.VERDICT, item__in=by_people.filter(round__state=RoundState.CLOSED)
    )
    settled: dict[int, str] = {}
    undecided = set()
    for instance, state, outcome in found.order_by("item_id").values_list(
        "item__instance_id", "state", "outcome"
    ):
        if state == StandingState.SETTLED:
            settled[instance] = outcome
        else:
            undecided.add(instance)
    n = Counter(outcome for instance, outcome in settled.items() if instance not in waiting)
    return Verdicts(
        accepted=n["accept"],
        edited=n["edit"],
        rejected=n["reject"],
        waiting=len(waiting),
        undecided=len(undecided - settled.keys() - waiting),
    )
