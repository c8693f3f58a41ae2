"""How a session begins that goes on from a turn which somebody edited."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.freezing import APPEND_ONLY
from synthesis.models.instances import Instance


class Opening(models.Model):
    """Of an instance of origin `edit`: the turns that were taken over, the last of them in other words.

    `utterances`: [{"id", "speaker", "text"}] as in its parent, up to the edited one; `before`: what that said there.
    """

    freezing = APPEND_ONLY

    instance = models.OneToOneField(Instance, models.PROTECT, related_name="opening")
    utterances = models.JSONField()
    before = models.TextField()
    reason = models.TextField(_("why"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    @property
    def turn(self) -> int:
        """The id of the edited utterance."""
        return self.utterances[-1]["id"]
