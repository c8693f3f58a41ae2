"""A dataset: a frozen, hash-bound release of what was settled."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.freezing import Freezing
from accounts.identity import Identified
from review.models import Item


class DatasetState(models.TextChoices):
    BUILDING = "building", _("being built")
    FROZEN = "frozen", _("frozen")
    FAILED = "failed", _("failed")


class Datasets(models.QuerySet):
    def frozen(self):
        return self.filter(state=DatasetState.FROZEN)


class Dataset(Identified):
    freezing = Freezing(update="OLD.state = 'frozen'", delete="OLD.state = 'frozen'")

    serial = models.PositiveIntegerField(unique=True)
    name = models.CharField(_("name"), max_length=120)
    # What was asked for: {"rounds": [public ids], "formats": [...], "seed": 0}.
    selection = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=DatasetState, default=DatasetState.BUILDING)
    failure = models.CharField(max_length=500, blank=True)
    rehearsal = models.BooleanField(default=False)
    # SHA-256 of manifest.json, which holds the SHA-256 of every other file.
    sha256 = models.CharField(max_length=64, blank=True)
    manifest = models.JSONField(null=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    frozen_at = models.DateTimeField(null=True)

    objects = Datasets.as_manager()

    class Meta:
        ordering = ["-serial"]
        constraints = [
            models.CheckConstraint(
                name="frozen_has_a_hash",
                condition=Q(state="frozen", manifest__isnull=False, frozen_at__isnull=False) & ~Q(sha256="")
                | ~Q(state="frozen") & Q(sha256="", frozen_at=None),
            )
        ]

    def __str__(self):
        return self.name or f"dataset {self.serial}"

    def natural_key_parts(self):
        return (self.serial,)


class DatasetItem(models.Model):
    """Which item went into which release, and on which side of the split; erasure asks this."""

    freezing = Freezing(
        update="TRUE",
        delete="TRUE",
        insert="EXISTS (SELECT 1 FROM exports_dataset d WHERE d.id = NEW.dataset_id AND d.state = 'frozen')",
    )

    dataset = models.ForeignKey(Dataset, models.PROTECT, related_name="dataset_items")
    item = models.ForeignKey(Item, models.PROTECT, related_name="+")
    split = models.CharField(max_length=12)

    class Meta:
        constraints = [models.UniqueConstraint(name="an_item_enters_once", fields=["dataset", "item"])]
