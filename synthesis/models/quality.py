"""The newest quality report of a run, kept so that a page need not measure 10,000 sessions again at every look."""

from django.db import models

from synthesis.models.runs import Run


class QualityReport(models.Model):
    """`basis` names what it was measured on (synthesis.quality.keeping); with another basis it is out of date."""

    run = models.OneToOneField(Run, models.PROTECT, related_name="quality_report")
    basis = models.CharField(max_length=64)
    report = models.JSONField()
    seconds = models.FloatField()
    measured_at = models.DateTimeField()
