"""Gold: a session with known answers, agreed by at least three; never changed, only retired."""

from django.conf import settings
from django.db import models
from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from accounts.freezing import APPEND_ONLY, Freezing
from accounts.identity import Identified
from guidelines.models import Version
from synthesis.models import Instance

AGREED_BY = 3


class Golds(models.QuerySet):
    def agreed(self):
        return self.annotate(agreed_by=Count("endorsements", distinct=True)).filter(agreed_by__gte=AGREED_BY)

    def unretired(self):
        return self.filter(retirement=None)


class Gold(Identified):
    """What may be answered to a session under one version of the mistakes and one rubric; the shape of `answers` is in
    review.gold.answers.
    """

    freezing = APPEND_ONLY

    serial = models.PositiveIntegerField(unique=True)
    instance = models.ForeignKey(Instance, models.PROTECT, related_name="+")
    pairs_version = models.ForeignKey(Version, models.PROTECT, related_name="+")
    rubric_version = models.ForeignKey(Version, models.PROTECT, related_name="+")
    answers = models.JSONField()
    # Over the answers, the session and both versions: what an endorsement binds to.
    digest = models.CharField(max_length=64)
    # The settled item that it was made from, if any: whoever read that does not measure herself by it.
    made_from = models.ForeignKey("review.Item", models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(_("proposed"), auto_now_add=True)

    objects = Golds.as_manager()

    class Meta:
        ordering = ["-serial"]

    def __str__(self):
        return _("Known answers %(n)s") % {"n": self.serial}

    def natural_key_parts(self):
        return (self.serial,)


def not_agreed(gold: str) -> str:
    """SQL: fewer than three people stand by the gold of this id."""
    return f"(SELECT COUNT(*) FROM review_endorsement e WHERE e.gold_id = {gold}) < {AGREED_BY}"


class Endorsement(models.Model):
    """Somebody stands by these answers, word for word; the author's own is the first."""

    freezing = Freezing(
        update="TRUE",
        delete="TRUE",
        insert="NEW.digest <> (SELECT g.digest FROM review_gold g WHERE g.id = NEW.gold_id)",
    )

    gold = models.ForeignKey(Gold, models.PROTECT, related_name="endorsements")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(name="endorsed_once", fields=["gold", "by"])]


class Look(models.Model):
    """A reviewer asked to see the answers: from then on they are never put before her as a test."""

    freezing = APPEND_ONLY

    gold = models.ForeignKey(Gold, models.PROTECT, related_name="looks")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="looked_once", fields=["gold", "by"])]


class Retirement(models.Model):
    """These answers are used no more, from now on."""

    freezing = APPEND_ONLY

    gold = models.OneToOneField(Gold, models.PROTECT, related_name="retirement")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reason = models.TextField()
    at = models.DateTimeField(auto_now_add=True)
