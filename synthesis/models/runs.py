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


class Holds(models.TextChoices):
    """What becomes of a session in which the quality rules find a reason: seen by a person first, or only reported."""

    HOLD = "hold", _("held back until a person has looked")
    REPORT = "report", _("reported only")


class Purpose(models.TextChoices):
    RUN = "run", _("a run")
    # One session of a plan, made before the others so that somebody can look at it; never put before reviewers.
    PREVIEW = "preview", _("a preview")


class Runs(models.QuerySet):
    def listed(self):
        """Without previews, which belong to whoever plans and to nothing else."""
        return self.filter(purpose=Purpose.RUN)

    def previews(self):
        return self.filter(purpose=Purpose.PREVIEW)

    def open(self):
        return self.filter(state=RunState.OPEN)

    def at_work(self):
        """Open ones of which sessions are in the making."""
        return self.open().filter(instances__state="making").distinct()


class Run(Identified):
    serial = models.PositiveIntegerField(unique=True)
    recipe = models.SlugField(max_length=60)
    # None where the recipe plays no mistakes of a guideline.
    version = models.ForeignKey(Version, models.PROTECT, null=True, related_name="+")
    purpose = models.CharField(max_length=10, choices=Purpose, default=Purpose.RUN)
    state = models.CharField(max_length=10, choices=RunState, default=RunState.OPEN)
    why = models.CharField(max_length=300, blank=True)
    seed = models.PositiveBigIntegerField(default=0)
    # Recipe parameters (e.g. {"supervisor": "untold"}), stored prompts {name: digest} and model specs {role: {...}}.
    parameters = models.JSONField(default=dict)
    # What its clients and mistakes are crossed with, {factor: [levels]}; a run before there were factors has none.
    factors = models.JSONField(default=dict)
    # The translations that its sessions in other languages are made by: {language: ids} (synthesis.translated).
    translations = models.JSONField(default=dict)
    # Cells of its grid that stood already when it was planned, so that nothing was planned for them.
    standing = models.PositiveIntegerField(default=0)
    prompts = models.JSONField(default=dict)
    model_specs = models.JSONField(default=dict)
    # Both may change while it runs. Sessions in the making at once, per worker; and what it may spend in all:
    # {"money": 5.0, "currency": "USD", "tokens": 200000, "seconds": 3600}, each only where it is bounded.
    concurrency = models.PositiveIntegerField(default=8)
    holds = models.CharField(max_length=6, choices=Holds, default=Holds.HOLD)
    budget = models.JSONField(default=dict, blank=True)
    planned_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    planned_at = models.DateTimeField(auto_now_add=True)

    objects = Runs.as_manager()

    class Meta:
        ordering = ["-serial"]

    def __str__(self):
        return f"run {self.serial}"

    def natural_key_parts(self):
        return (self.serial,)
