"""A run is a planned grid: recipe × guideline version × profiles × factors × samples."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.identity import Identified
from guidelines.models import Version


class RunState(models.TextChoices):
    """What a person wants of the run; how far it is follows from its instances."""

    OPEN = "open", _("open")
    PAUSED = "paused", _("paused")
    CANCELLED = "cancelled", _("cancelled")
    STOPPED = "stopped", _("stopped by a budget or the breaker")


class Runs(models.QuerySet):
    def open(self):
        return self.filter(state=RunState.OPEN)

    def at_work(self):
        """Open ones of which sessions are in the making."""
        return self.open().filter(instances__state="making").distinct()


class Run(Identified):
    serial = models.PositiveIntegerField(unique=True)
    recipe = models.SlugField(max_length=60)
    version = models.ForeignKey(Version, models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=RunState, default=RunState.OPEN)
    why = models.CharField(max_length=300, blank=True)
    seed = models.PositiveBigIntegerField(default=0)
    # Recipe parameters (e.g. {"supervisor": "untold"}), stored prompts {name: digest} and model specs {role: {...}}.
    parameters = models.JSONField(default=dict)
    prompts = models.JSONField(default=dict)
    model_specs = models.JSONField(default=dict)
    concurrency = models.PositiveIntegerField(default=8)
    planned_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    planned_at = models.DateTimeField(auto_now_add=True)

    objects = Runs.as_manager()

    class Meta:
        ordering = ["-serial"]

    def __str__(self):
        return f"run {self.serial}"

    def natural_key_parts(self):
        return (self.serial,)
