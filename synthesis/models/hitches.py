"""Every fault of an endpoint or of a reply that a run met, one row each; what is done then: synthesis.policies."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.freezing import APPEND_ONLY
from synthesis.models.instances import Instance
from synthesis.models.runs import Run


class HitchKind(models.TextChoices):
    """The first five: the endpoint did not give its answer. The next three: it did, and it cannot be used. The
    last four: the request is not taken as it is.
    """

    RATE_LIMITED = "rate_limited", _("asked too often")
    SERVER_ERROR = "server_error", _("the server failed")
    HANG = "hang", _("no answer in time")
    CUT = "cut", _("the connection broke")
    NOT_JSON = "not_json", _("the answer was no reply")
    MALFORMED = "malformed", _("not of the form asked for")
    TRUNCATED = "truncated", _("cut off at the limit of its length")
    EMPTY = "empty", _("empty")
    CONTENT_FILTER = "content_filter", _("stopped by the provider's content filter")
    REFUSED_BY_MODEL = "refused_by_model", _("refused by the model")
    CONTEXT_OVERFLOW = "context_overflow", _("longer than the model can read")
    REFUSED = "refused", _("refused by the endpoint")


class Hitches(models.QuerySet):
    def by_kind(self) -> dict[str, int]:
        """{kind: how many}, most frequent first."""
        found = self.order_by().values_list("kind").annotate(n=models.Count("pk")).order_by("-n", "kind")
        return dict(found)


class Hitch(models.Model):
    freezing = APPEND_ONLY

    run = models.ForeignKey(Run, models.PROTECT, related_name="hitches")
    instance = models.ForeignKey(Instance, models.PROTECT, null=True, related_name="hitches")
    endpoint = models.CharField(max_length=80)
    model = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=20, choices=HitchKind)
    step = models.CharField(max_length=80, blank=True)
    # The HTTP status where there was one, and our own words for what happened: what a server says may quote the
    # session that was sent to it.
    status = models.PositiveSmallIntegerField(null=True)
    told = models.CharField(max_length=120, blank=True)
    # How long the request was out before the fault was known.
    waited_ms = models.PositiveIntegerField(default=0)
    at = models.DateTimeField(auto_now_add=True)

    objects = Hitches.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(name="hitches_of_a_run", fields=["run", "kind"])]
