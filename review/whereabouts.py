"""How far a session has come on the road: one expression for every list and count that says so."""

from django.db.models import Case, CharField, Exists, OuterRef, Q, QuerySet, TextChoices, Value, When
from django.utils.translation import gettext_lazy as _

from review.models import Item, Round, RoundState, Standing, StandingState
from synthesis.models import InstanceState


class Stage(TextChoices):
    PLANNED = "planned", _("planned")
    MADE = "made", _("made")
    OUT = "out", _("out for review")
    SETTLED = "settled", _("settled")


def staged(instances: QuerySet) -> QuerySet:
    """Annotates `stage`. Out for review: in an open round, and not settled there. Settled: so in some round, and not
    out again. What a closed round left unsettled is made, as if nobody had read it.
    """
    return instances.annotate(
        stage=Case(
            When(state__in=[InstanceState.PLANNED, InstanceState.MAKING], then=Value(Stage.PLANNED)),
            When(out_for_review(), then=Value(Stage.OUT)),
            When(
                Exists(_items().filter(Exists(_standings()), ~Exists(_unsettled()))),
                then=Value(Stage.SETTLED),
            ),
            default=Value(Stage.MADE),
            output_field=CharField(),
        )
    )


def out_for_review() -> Exists:
    """Of an instance: readers have still to judge it, or an adjudicator to settle it; not where it was erased."""
    unsettled = ~Q(Exists(_standings())) | Q(Exists(_unsettled()))
    # A query of its own, which is asked once and not of every session.
    opened = Round.objects.filter(state=RoundState.OPEN).values("pk")
    return Exists(_items().unerased().filter(unsettled, round__in=opened))


def _items() -> QuerySet:
    return Item.objects.counted().filter(instance=OuterRef("pk"))


def _standings() -> QuerySet:
    return Standing.objects.filter(item=OuterRef("pk"))


def _unsettled() -> QuerySet:
    return _standings().filter(state__in=[StandingState.OPEN, StandingState.DISPUTED])
