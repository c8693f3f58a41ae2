"""Of pairs, how often one text was settled as the better one."""

from collections import Counter

from django.db.models import Count

from review.models import Aspect, Round, Standing, StandingState


def preferences(round: Round) -> dict[str, int]:
    """Pairs in which one text was settled as the better one on the whole, and those in which neither was. Which of them
    it was is for whoever knows what the two are.
    """
    settled = Standing.objects.filter(
        item__round=round, aspect=Aspect.PREFERRED, state=StandingState.SETTLED
    ).exclude(item__in=Standing.objects.unsettled().values("item"))
    said = Counter(dict(settled.order_by().values_list("outcome").annotate(n=Count("pk"))))
    return {"better": said["a"] + said["b"], "tie": said["tie"]} if said else {}
