"""Tasks that Label Studio still holds of what was erased here: each is deleted there, with what was said of it."""

from django.db import models

from accounts.freezing import Freezing, another_column_changes
from review.models.readings import Reading


class TaskToErase(models.Model):
    """Queued with the erasure itself; a sync deletes the task, whatever state its round is in, and tries again until it
    is gone.
    """

    freezing = Freezing(
        update=another_column_changes("gone_at") + " OR OLD.gone_at IS NOT NULL", delete="TRUE"
    )

    reading = models.OneToOneField(Reading, models.PROTECT, related_name="to_erase")
    asked_at = models.DateTimeField(auto_now_add=True)
    gone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
