"""Requests to plan a run, each named by whoever sends it: sent again, it plans nothing again."""

from django.conf import settings
from django.db import models

from accounts.freezing import APPEND_ONLY
from synthesis.models.runs import Run


class PlanRequest(models.Model):
    freezing = APPEND_ONLY

    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    key = models.CharField(max_length=200)
    # Of what was asked for: the same name with other words is no repetition.
    digest = models.CharField(max_length=64)
    run = models.ForeignKey(Run, models.PROTECT, related_name="requests")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="a_request_plans_once", fields=["by", "key"]),
        ]
