"""What became of a session in review, in sentences for whoever may read the session."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from review.models import Aspect, Item, RoundState, Standing, StandingState
from review.standing import DIMENSION

RATED = "rated"
# Of a closed round alone: while one is open, nobody reads how it goes.
_OUTCOMES = {
    "accept": gettext_lazy("approved as it is"),
    "edit": gettext_lazy("approved in other words"),
    "reject": gettext_lazy("rejected"),
    RATED: gettext_lazy("rated"),
}


def sentences(user, instance) -> list[str]:
    """Two queries. `user` may read the session (access.may_see_instance)."""
    items = list(
        Item.objects.counted().filter(instance=instance).select_related("round").order_by("round__serial")
    )
    settled = Standing.objects.filter(item__in=items, state=StandingState.SETTLED).exclude(
        aspect=Aspect.SAFETY
    )
    outcome: dict[int, str] = {}
    for item, aspect, said in settled.values_list("item", "aspect", "outcome"):
        if aspect == Aspect.VERDICT or aspect.startswith(DIMENSION):
            # A verdict says more than how its draft was rated.
            outcome[item] = said if aspect == Aspect.VERDICT else outcome.get(item, RATED)
    return [_of(item, outcome.get(item.pk)) for item in items]


def _of(item: Item, outcome: str | None) -> str:
    named = {"round": item.round.name, "outcome": _OUTCOMES.get(outcome, outcome)}
    if item.round.state == RoundState.OPEN:
        return _("It is before reviewers in the round “%(round)s”.") % named
    if outcome is None:
        return _("The round “%(round)s” was closed before it was settled.") % named
    if item.round.rehearsal:
        return _("In the rehearsal “%(round)s” it was %(outcome)s.") % named
    return _("In the round “%(round)s” it was %(outcome)s.") % named
