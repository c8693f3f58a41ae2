"""Where models answer, and which model plays which role. A key itself is never stored."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Endpoint(models.Model):
    """An OpenAI-compatible endpoint; `key_env` names the environment variable that holds its key."""

    name = models.SlugField(unique=True)
    base_url = models.URLField(_("address"), max_length=300)
    key_env = models.CharField(_("environment variable with the key"), max_length=80, blank=True)
    # What the last probe found: json_schema honoured or ignored, models, error; and when.
    probed = models.JSONField(default=dict, blank=True)
    probed_at = models.DateTimeField(null=True)
    # Price per million tokens, if known: {"in": 0.15, "out": 0.6, "currency": "USD"}.
    price = models.JSONField(default=dict, blank=True)

    def __str__(self):
        return self.name


class ModelRole(models.Model):
    """A role of a recipe (counsellor, client, supervisor, validator, refiner, or "default")."""

    role = models.SlugField(unique=True)
    endpoint = models.ForeignKey(Endpoint, models.PROTECT, related_name="roles")
    model = models.CharField(_("model"), max_length=200)
    sampling = models.JSONField(default=dict, blank=True)

    def __str__(self):
        return f"{self.role}: {self.model}"
