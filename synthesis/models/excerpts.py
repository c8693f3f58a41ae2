"""Excerpts of real sessions: what a program looked for in them, and who read and confirmed each. The text itself stands in
SourceText alone; here are places and counts, so that nothing is left of it when it is erased.
"""

from django.conf import settings
from django.db import models

from accounts.freezing import APPEND_ONLY
from synthesis.models.profiles import SourceText


class ExcerptCheck(models.Model):
    """One look for what could tell who somebody is. `ran`: [{"name", "found"}] of every part that looked; `found`:
    [{"kind", "text", "start", "end", "by"}], `text` the number of the turn (the reply comes last), and never its words.
    """

    freezing = APPEND_ONLY

    source_text = models.ForeignKey(SourceText, models.PROTECT, related_name="checks")
    language = models.CharField(max_length=16)
    # What looked: the tool with its version, and the tokenizer or model that it had.
    tool = models.CharField(max_length=120)
    ran = models.JSONField()
    found = models.JSONField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]


class ExcerptConfirmation(models.Model):
    """A person read the excerpt after this check and stands for it that it tells of nobody."""

    freezing = APPEND_ONLY

    source_text = models.OneToOneField(SourceText, models.PROTECT, related_name="confirmation")
    found_by = models.ForeignKey(ExcerptCheck, models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
