"""What readers are spared: what each says that she reads, and what the study offers them. Both dated, never rewritten."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.freezing import APPEND_ONLY


class Wish(models.Model):
    """A reviewer's own word on which risk tiers she reads and how much in a day; her newest is in force. No reason is
    asked, so none is kept. Without one she reads no session that carries a tier.
    """

    freezing = APPEND_ONLY

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    n = models.PositiveIntegerField()
    # Values of synthesis.models.Tier.
    reads = models.JSONField(default=list)
    daily_cap = models.PositiveSmallIntegerField(null=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["user", "-n"]
        constraints = [
            models.UniqueConstraint(name="wishes_are_numbered", fields=["user", "n"]),
            models.CheckConstraint(
                name="a_daily_cap_leaves_one", condition=Q(daily_cap=None) | Q(daily_cap__gte=1)
            ),
        ]


class Welfare(models.Model):
    """What the leads provide: somebody to turn to, the local protocol, the most that anybody judges in a day."""

    freezing = APPEND_ONLY

    serial = models.PositiveIntegerField(unique=True)
    contact_name = models.CharField(_("whom to turn to"), max_length=120, blank=True)
    contact_reach = models.CharField(_("how to reach them"), max_length=200, blank=True)
    contact_text = models.TextField(_("what else to say"), max_length=2000, blank=True)
    protocol = models.TextField(_("local protocol"), max_length=4000, blank=True)
    daily_ceiling = models.PositiveSmallIntegerField(_("most judgements in a day"), null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-serial"]
        constraints = [
            models.CheckConstraint(
                name="a_daily_ceiling_leaves_one", condition=Q(daily_ceiling=None) | Q(daily_ceiling__gte=1)
            ),
            models.CheckConstraint(
                name="a_contact_can_be_reached", condition=Q(contact_name="") | ~Q(contact_reach="")
            ),
        ]
