"""Training: nodes elsewhere claim runs; the claim is a lease held by compare-and-set."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.freezing import APPEND_ONLY, Freezing
from accounts.identity import Identified
from exports.models.datasets import Dataset


class Node(models.Model):
    """A GPU node; only the digest of its token is stored."""

    name = models.CharField(max_length=80, unique=True)
    token_digest = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField(null=True)
    retired_at = models.DateTimeField(null=True)

    def __str__(self):
        return self.name


class TrainingState(models.TextChoices):
    QUEUED = "queued", _("waiting for a node")
    RUNNING = "running", _("running")
    SUCCEEDED = "succeeded", _("succeeded")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("cancelled")


ENDED = ("succeeded", "failed", "cancelled")


class TrainingRuns(models.QuerySet):
    def unfinished(self):
        return self.exclude(state__in=ENDED)


class TrainingRun(Identified):
    freezing = Freezing(update="OLD.state IN ('succeeded', 'failed', 'cancelled')", delete="TRUE")

    serial = models.PositiveIntegerField(unique=True)
    dataset = models.ForeignKey(Dataset, models.PROTECT, related_name="training_runs")
    rehearsal = models.BooleanField(default=False)
    config = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=TrainingState, default=TrainingState.QUEUED)
    cancel_asked = models.BooleanField(default=False)
    node = models.ForeignKey(Node, models.PROTECT, null=True, related_name="training_runs")
    worker = models.CharField(max_length=80, blank=True)
    claim_digest = models.CharField(max_length=64, blank=True)
    claims = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    step = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(null=True)
    metrics = models.JSONField(default=dict)
    dataset_sha256 = models.CharField(max_length=64, blank=True)
    artifact = models.CharField(max_length=300, blank=True)
    artifact_sha256 = models.CharField(max_length=64, blank=True)
    error = models.TextField(blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = TrainingRuns.as_manager()

    class Meta:
        ordering = ["-serial"]
        constraints = [
            models.CheckConstraint(
                name="running_has_a_lease",
                condition=~Q(state="running") | Q(lease_until__isnull=False, node__isnull=False),
            ),
            models.CheckConstraint(
                name="succeeded_echoes_the_hash_and_has_an_artifact",
                condition=~Q(state="succeeded") | ~Q(artifact_sha256="") & ~Q(dataset_sha256=""),
            ),
        ]

    def __str__(self):
        return f"training {self.serial}"

    def natural_key_parts(self):
        return (self.serial,)


class TrainingMetric(models.Model):
    """What the node reported at one step; a repeated report changes nothing."""

    freezing = APPEND_ONLY

    run = models.ForeignKey(TrainingRun, models.PROTECT, related_name="metric_rows")
    step = models.PositiveIntegerField()
    values = models.JSONField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["run", "step"]
        constraints = [models.UniqueConstraint(name="one_report_per_step", fields=["run", "step"])]
