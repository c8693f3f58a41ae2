"""The newest quality report of a run, and what was measured of its sessions, kept so that nobody need measure 10,000
sessions again at every look.
"""

from django.db import models

from synthesis.models.instances import Instance
from synthesis.models.runs import Run


class QualityReport(models.Model):
    """`basis` names what it was measured on (synthesis.quality.keeping); with another basis it is out of date."""

    run = models.OneToOneField(Run, models.PROTECT, related_name="quality_report")
    basis = models.CharField(max_length=64)
    report = models.JSONField()
    seconds = models.FloatField()
    measured_at = models.DateTimeField()


class Measured(models.Model):
    """What a report needs of one made session (synthesis.quality.facts), which is frozen; about 5 kB."""

    instance = models.OneToOneField(Instance, models.PROTECT, primary_key=True, related_name="measured")
    # The rules that measured it; by others it is measured anew.
    rules = models.CharField(max_length=16)
    # What it is compared with others by: a digest of all that is said, and 128 numbers of 32 bits or none.
    whole = models.BinaryField(max_length=16)
    opening = models.BigIntegerField(null=True)
    signature = models.BinaryField(max_length=512)
    # The rest. None where it was only compared with so far; a number of 64 bits for each word.
    found = models.JSONField(null=True)
    words = models.BinaryField(default=b"")
