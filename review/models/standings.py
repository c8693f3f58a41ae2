"""Where an item stands, per aspect: open → settled | disputed → settled; written by review.workflow alone."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.freezing import Freezing
from review.models.readings import Item, in_closed_round


class StandingState(models.TextChoices):
    OPEN = "open", _("open")
    DISPUTED = "disputed", _("disputed")
    SETTLED = "settled", _("settled")


class Aspect(models.TextChoices):
    """Fixed aspects. Where a round asks for it, `dimension:<key>` stands beside them, and is all that there is of what has
    no draft; severity is kept and never blocks.
    """

    VERDICT = "verdict", _("verdict")
    FINDINGS = "findings", _("findings")
    WORDING = "wording", _("wording")
    SAFETY = "safety", _("safety")
    PREFERRED = "preferred", _("which is better on the whole")


class Standings(models.QuerySet):
    def disputed(self):
        """But for what was erased meanwhile."""
        found = self.filter(state=StandingState.DISPUTED)
        return found.exclude(item__in=Item.objects.erased().order_by().values("pk"))


# What has known answers measures its readers: nothing is ever settled or in dispute there.
_NOTHING_STANDS = (
    in_closed_round("NEW.item_id")
    + " OR EXISTS (SELECT 1 FROM review_item i WHERE i.id = NEW.item_id AND i.gold_id IS NOT NULL)"
)


class Standing(models.Model):
    freezing = Freezing(
        update=f"OLD.state = 'settled' OR {in_closed_round('OLD.item_id')}",
        delete="TRUE",
        insert=_NOTHING_STANDS,
    )

    item = models.ForeignKey(Item, models.PROTECT, related_name="standings")
    aspect = models.CharField(max_length=100)
    state = models.CharField(max_length=8, choices=StandingState, default=StandingState.OPEN)
    # verdict: "accept" | "edit" | "reject"; findings: a list of findings; wording: public ids of the
    # decisions whose texts are approved; dimension: the levels given, or the one that an adjudicator gave; of two
    # texts "a", "b" or "tie", as a list for a dimension; preferred: one of these.
    outcome = models.JSONField(null=True)
    at = models.DateTimeField(auto_now=True)

    objects = Standings.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_standing_per_aspect", fields=["item", "aspect"]),
            models.CheckConstraint(
                name="outcome_only_when_settled",
                condition=Q(state="settled", outcome__isnull=False) | (~Q(state="settled") & Q(outcome=None)),
            ),
        ]
        # With the item, so that items in dispute are counted without reading what was settled.
        indexes = [
            models.Index(name="standing_by_state", fields=["state", "aspect", "item"]),
            # Asked by every finding that is stored (review.models.decisions): SQLite would read all that was ever settled.
            models.Index(name="standing_of_item", fields=["item", "state", "aspect"]),
            # Which disputes wait longest.
            models.Index(name="standing_since", fields=["state", "at"]),
        ]


class Stood(models.Model):
    """Each change of where an item stands as a whole: disputed where any aspect is, settled when all are. What pages say
    of a large round is added up from these (review.stood_so_far), which only come.
    """

    freezing = Freezing(update="TRUE", delete="TRUE", insert=_NOTHING_STANDS)

    item = models.ForeignKey(Item, models.PROTECT, related_name="stood")
    n = models.PositiveIntegerField()
    state = models.CharField(max_length=8, choices=StandingState)
    # When settled: the verdict, or of two texts which is better.
    outcome = models.CharField(max_length=8, blank=True)
    # Before; empty where nothing had been said.
    was = models.CharField(max_length=8, choices=StandingState, blank=True)
    was_outcome = models.CharField(max_length=8, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["item", "n"]
        constraints = [
            models.UniqueConstraint(name="changes_are_numbered", fields=["item", "n"]),
            models.CheckConstraint(
                name="an_outcome_when_settled",
                condition=(Q(state="settled") | Q(outcome="")) & (Q(was="settled") | Q(was_outcome="")),
            ),
        ]
        # Which items stand so, in their order (review.sessions.behind).
        indexes = [models.Index(name="stood_by_state", fields=["state", "item", "outcome", "n"])]
