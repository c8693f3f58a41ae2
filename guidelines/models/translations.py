from django.conf import settings
from django.db import models

from accounts.freezing import APPEND_ONLY
from guidelines.models.pairs import PairRevision
from guidelines.models.rubrics import DimensionRevision


class Translation(models.Model):
    """A revision in another language. It hangs on the revision and never enters the source digest."""

    freezing = APPEND_ONLY

    pair_revision = models.ForeignKey(PairRevision, models.PROTECT, null=True, related_name="translations")
    dimension_revision = models.ForeignKey(
        DimensionRevision, models.PROTECT, null=True, related_name="translations"
    )
    language = models.CharField(max_length=16)
    n = models.PositiveIntegerField()
    texts = models.JSONField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="pair_translations_are_numbered", fields=["pair_revision", "language", "n"]
            ),
            models.UniqueConstraint(
                name="dimension_translations_are_numbered", fields=["dimension_revision", "language", "n"]
            ),
            models.CheckConstraint(
                name="a_translation_hangs_on_one_revision",
                condition=models.Q(pair_revision__isnull=True) ^ models.Q(dimension_revision__isnull=True),
            ),
        ]
