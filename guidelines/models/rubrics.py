"""Dimensions: the same shape as pairs, for rating rubrics."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.freezing import APPEND_ONLY
from accounts.identity import Identified
from guidelines.models.guideline import Guideline
from guidelines.models.said import SaidField


class Scale(models.TextChoices):
    NOMINAL = "nominal", _("named categories")
    ORDINAL = "ordinal", _("ordered levels")
    INTERVAL = "interval", _("equal steps")
    BOOLEAN = "boolean", _("yes or no")
    PAIRWISE = "pairwise", _("which of two is better")


class Dimension(Identified):
    """One thing that is rated."""

    guideline = models.ForeignKey(Guideline, models.PROTECT, related_name="dimensions")
    key = models.SlugField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(name="a_dimension_has_one_key", fields=["guideline", "key"])]

    def __str__(self):
        return self.key

    def natural_key_parts(self):
        return (self.guideline.slug, self.key)


class DimensionRevision(Identified):
    """One saved text of a dimension. `levels` is a list of {value, anchor}, lowest first."""

    freezing = APPEND_ONLY
    FIELDS = ("name", "definition", "scale", "levels", "reverse", "weight", "source")

    dimension = models.ForeignKey(Dimension, models.PROTECT, related_name="revisions")
    n = models.PositiveIntegerField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    reason = models.CharField(max_length=300, blank=True)
    base = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    digest = models.CharField(max_length=64)
    name = models.CharField(_("name"), max_length=200)
    definition = models.TextField(_("definition"))
    scale = models.CharField(_("scale"), max_length=10, choices=Scale)
    levels = models.JSONField(_("levels and their anchors"), default=list)
    reverse = models.BooleanField(_("worded in reverse"), default=False)
    # How much it counts when ratings are put together; None: not weighted (guidelines/weighing.py).
    weight = models.FloatField(_("weight"), null=True, blank=True)
    source = models.TextField(_("source"), blank=True)
    said = SaidField()

    class Meta:
        ordering = ["dimension", "n"]
        constraints = [
            models.UniqueConstraint(name="dimension_revisions_are_numbered", fields=["dimension", "n"])
        ]

    def __str__(self):
        return f"{self.dimension.key} r{self.n}"

    def natural_key_parts(self):
        return (*self.dimension.natural_key_parts(), self.n)

    @property
    def entry_of(self) -> Dimension:
        return self.dimension

    @property
    def texts(self) -> dict:
        return {field: getattr(self, field) for field in self.FIELDS}


class DimensionScratch(models.Model):
    """What somebody has typed and not yet saved; the one mutable row per person, dimension and base."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    dimension = models.ForeignKey(Dimension, models.PROTECT, related_name="scratches")
    base = models.ForeignKey(DimensionRevision, models.PROTECT, null=True, related_name="+")
    texts = models.JSONField()
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_dimension_scratch_per_person_and_base", fields=["user", "dimension", "base"]
            ),
            models.UniqueConstraint(
                name="one_dimension_scratch_without_base",
                fields=["user", "dimension"],
                condition=models.Q(base=None),
            ),
        ]
