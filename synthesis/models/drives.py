"""Who is, or was, at a run: one row per process and drive, refreshed every few seconds while it works."""

from datetime import timedelta

from django.db import models
from django.utils import timezone

from synthesis.models.runs import Run

SEEN_EVERY = 3.0  # seconds
# Not seen for so long: it was killed, or its machine cannot reach the database.
GONE_AFTER = timedelta(seconds=20)


class Drives(models.QuerySet):
    def alive(self):
        """Not ended, and seen just now."""
        return self.filter(ended_at=None, seen_at__gte=timezone.now() - GONE_AFTER)


class Drive(models.Model):
    run = models.ForeignKey(Run, models.PROTECT, related_name="drives")
    worker = models.CharField(max_length=80)
    began_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    # Sessions that it has in the making.
    in_flight = models.PositiveIntegerField(default=0)
    # {endpoint: {"at_once": calls allowed, "calls": calls out, "waiting": calls that wait, "state": "well" |
    # "slowed" | "resting" | "down", "why": ...}}
    limits = models.JSONField(default=dict)
    # Why it ended: "done", "paused", "cancelled", "stopped", or the name of the fault that ended it.
    why = models.CharField(max_length=120, blank=True)

    objects = Drives.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(name="drives_of_a_run", fields=["run", "seen_at"])]
