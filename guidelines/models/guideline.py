from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.identity import Identified


class Kind(models.TextChoices):
    PAIRS = "pairs", _("Mistakes and corrections")
    RUBRIC = "rubric", _("Rating rubric")


class Guideline(Identified):
    """A standard that clinicians write: mistake–correction pairs, or a rubric."""

    slug = models.SlugField(unique=True)
    kind = models.CharField(max_length=8, choices=Kind)
    title = models.CharField(_("title"), max_length=200)
    about = models.TextField(_("about"), blank=True)
    licence = models.CharField(_("licence"), max_length=80, blank=True)
    source = models.TextField(_("source"), blank=True)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["title"]

    def __str__(self):
        return self.title

    def natural_key_parts(self):
        return (self.slug,)

    @property
    def in_force(self):
        """The latest published version, or None."""
        return self.versions.published().order_by("-number").first()


class NewScratch(models.Model):
    """What somebody has typed about an entry that does not exist yet; one mutable row per person and guideline."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    guideline = models.ForeignKey(Guideline, models.PROTECT, related_name="scratches")
    texts = models.JSONField()
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_new_scratch_per_person", fields=["user", "guideline"])
        ]
