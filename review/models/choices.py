"""How the sessions of a round were chosen; for its leads. No reader sees what one of them was chosen for."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.freezing import APPEND_ONLY
from review.models.readings import Item
from review.models.rounds import Round


class Choice(models.Model):
    """Of a round whose sessions were chosen by a filter; one made of whole runs has none."""

    freezing = APPEND_ONLY

    round = models.OneToOneField(Round, models.PROTECT, related_name="choice")
    # The filter, as its address has it: {name: [values]}.
    wanted = models.JSONField()
    # How many sessions fitted, and could be chosen; how many more fitted and stayed out as they were held back.
    fitted = models.PositiveIntegerField()
    held = models.PositiveIntegerField(default=0)
    # Of these some thousands were drawn at random first, where there were more; they alone were weighed up.
    weighed = models.PositiveIntegerField()
    # The share of the chances that is alike for all; the rest goes by these parts: {name: weight}, none at 0.
    random_share = models.FloatField(default=1.0)
    weights = models.JSONField(default=dict)
    # Of how many sessions anything was known: {name: n}.
    known = models.JSONField(default=dict)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="random_share_is_a_share", condition=Q(random_share__gte=0, random_share__lte=1)
            ),
            models.CheckConstraint(
                name="weighed_is_of_what_fitted", condition=Q(weighed__gte=1, fitted__gte=models.F("weighed"))
            ),
        ]


class Reason(models.TextChoices):
    CHANCE = "chance", _("by chance alone")
    DISAGREEMENT = "disagreement", _("machine judges disagree")
    NOVELTY = "novelty", _("unlike what was judged")
    COVERAGE = "coverage", _("its mistake was judged little")


class ChosenFor(models.Model):
    """Why an item was drawn: by the part of the chance that is alike for all, or for what counted most in its score."""

    freezing = APPEND_ONLY

    item = models.OneToOneField(Item, models.PROTECT, related_name="chosen_for")
    reason = models.CharField(max_length=12, choices=Reason)
    # Where it stood in each part that had a weight, 0..1.
    parts = models.JSONField(default=dict)
