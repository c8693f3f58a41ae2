from django.db import models

from accounts.freezing import APPEND_ONLY
from accounts.identity import Identified
from exports.models.training import TrainingRun
from guidelines.models import Version


class Scorecard(Identified):
    """How a model does on the held-out split, against the guideline it was trained under."""

    freezing = APPEND_ONLY

    training_run = models.ForeignKey(TrainingRun, models.PROTECT, related_name="scorecards")
    version = models.ForeignKey(Version, models.PROTECT, related_name="+")
    split = models.CharField(max_length=40)
    rehearsal = models.BooleanField(default=False)
    n_items = models.PositiveIntegerField()
    n_groups = models.PositiveIntegerField()
    scores = models.JSONField()
    made_at = models.DateTimeField(auto_now_add=True)

    def natural_key_parts(self):
        return (self.training_run.serial, self.split, self.version_id)
