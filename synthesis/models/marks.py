"""Marks: later facts about frozen rows. The tier in force is the highest not lowered."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.freezing import Freezing, another_column_changes
from synthesis.models.instances import Instance
from synthesis.models.profiles import Profile, Tier, source_is_erased


class MarkKind(models.TextChoices):
    TIER = "tier"
    HELD = "held"
    RELEASED = "released"


class Mark(models.Model):
    freezing = Freezing(
        update=f"{another_column_changes('reason')} OR NOT EXISTS (SELECT 1 FROM synthesis_instance i "
        f"WHERE i.id = OLD.instance_id AND {source_is_erased('i.profile_id')})",
        delete="TRUE",
    )

    instance = models.ForeignKey(Instance, models.PROTECT, null=True, related_name="marks")
    profile = models.ForeignKey(Profile, models.PROTECT, null=True, related_name="marks")
    kind = models.CharField(max_length=8, choices=MarkKind)
    tier = models.CharField(max_length=24, choices=Tier, blank=True)
    # A lowering names the mark that it lowers, and only a qualified human may make it.
    lowers = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    by_machine = models.CharField(max_length=120, blank=True)
    reason = models.TextField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            # Which sessions were ever held back: few among many.
            models.Index(name="marked_as", fields=["kind", "instance"]),
        ]
        constraints = [
            models.CheckConstraint(
                name="a_mark_is_on_one_thing",
                condition=Q(instance__isnull=True) ^ Q(profile__isnull=True),
            ),
            models.CheckConstraint(
                name="a_mark_is_made_by_somebody", condition=Q(by__isnull=False) | ~Q(by_machine="")
            ),
            models.CheckConstraint(name="a_tier_mark_names_it", condition=~Q(kind="tier") | ~Q(tier="")),
        ]
