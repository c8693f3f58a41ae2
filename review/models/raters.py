"""Whoever judges: a human, a simulation or a model, and marked as such."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.identity import Identified


class RaterKind(models.TextChoices):
    HUMAN = "human", _("human")
    SIMULATED = "simulated", _("simulated")
    MODEL = "model", _("model")


class Rater(Identified):
    kind = models.CharField(max_length=10, choices=RaterKind)
    # A simulated rater acts through a user account too: it logs in like anybody.
    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    # For a model: "endpoint/model", its prompt digest and sampling; for the others empty.
    model_name = models.CharField(max_length=200, blank=True)
    model_spec = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="a_rater_is_a_user_or_a_model",
                condition=Q(kind__in=["human", "simulated"], user__isnull=False, model_name="")
                | (Q(kind="model", user__isnull=True) & ~Q(model_name="")),
            ),
            models.UniqueConstraint(
                name="a_model_rater_is_named_once",
                fields=["model_name", "model_spec"],
                condition=Q(kind="model"),
            ),
        ]

    def __str__(self):
        return str(self.user) if self.user else self.model_name

    def natural_key_parts(self):
        return (
            (self.kind, self.user.email) if self.user else (self.kind, self.model_name, str(self.model_spec))
        )
