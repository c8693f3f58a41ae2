"""What a session's supervisor was shown of earlier ones: edits by people, as examples."""

from django.db import models

from accounts.freezing import APPEND_ONLY
from synthesis.models.calls import PromptText
from synthesis.models.instances import Instance


class Shown(models.Model):
    """One example that `instance` is made with: an edit of the session `of`. Both belong to one group of a split
    ever after.
    """

    freezing = APPEND_ONLY

    instance = models.ForeignKey(Instance, models.PROTECT, related_name="shown")
    position = models.PositiveSmallIntegerField()
    of = models.ForeignKey(Instance, models.PROTECT, related_name="shown_to")
    text = models.ForeignKey(PromptText, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["instance", "position"]
        constraints = [
            models.UniqueConstraint(name="examples_have_positions", fields=["instance", "position"]),
            models.CheckConstraint(
                name="no_session_is_its_own_example", condition=~models.Q(of=models.F("instance"))
            ),
        ]
