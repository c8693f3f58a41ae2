"""Calls: every model reply, stored raw and once; prompts, stored by digest when a run is planned."""

from django.db import models

from accounts.freezing import APPEND_ONLY, Freezing, another_column_changes
from synthesis.models.instances import Instance
from synthesis.models.profiles import source_is_erased


class PromptText(models.Model):
    freezing = APPEND_ONLY

    digest = models.CharField(max_length=64, primary_key=True)
    name = models.CharField(max_length=120)
    text = models.TextField()


class Call(models.Model):
    """One reply. `key` is the SHA-256 of invariant 7; `instance` is the one that paid for it; where none did, as of a judge
    model, `about` is the one that it tells of.
    """

    freezing = Freezing(
        update=f"{another_column_changes('messages', 'reply', 'text')} OR NOT EXISTS (SELECT 1 FROM synthesis_instance i "
        f"WHERE i.id IN (OLD.instance_id, OLD.about_id) AND {source_is_erased('i.profile_id')})",
        delete="TRUE",
    )

    key = models.CharField(max_length=64, unique=True)
    instance = models.ForeignKey(Instance, models.PROTECT, null=True, related_name="calls")
    about = models.ForeignKey(Instance, models.PROTECT, null=True, related_name="told_of")
    endpoint = models.CharField(max_length=80)
    model = models.CharField(max_length=200)
    sampling = models.JSONField(default=dict)
    role = models.CharField(max_length=60)
    step = models.CharField(max_length=80)
    attempt = models.PositiveSmallIntegerField(default=1)
    seed = models.PositiveBigIntegerField()
    messages_digest = models.CharField(max_length=64)
    messages = models.JSONField()
    # The endpoint's reply as it came, and the two parts that everybody reads.
    reply = models.JSONField()
    text = models.TextField()
    finish_reason = models.CharField(max_length=40, blank=True)
    tokens_in = models.PositiveIntegerField(null=True)
    tokens_out = models.PositiveIntegerField(null=True)
    latency_ms = models.PositiveIntegerField()
    price = models.DecimalField(max_digits=14, decimal_places=8, null=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
