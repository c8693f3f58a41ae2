"""What a training round asks for, and who was certified by it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.freezing import APPEND_ONLY, Freezing
from guidelines.models import Version
from review.models.raters import Rater
from review.models.rounds import Round


class PassMark(models.Model):
    """Of one aspect: the share of accepted answers, among at least so many."""

    freezing = APPEND_ONLY

    round = models.ForeignKey(Round, models.PROTECT, related_name="pass_marks")
    # "verdict", "findings", or "dimension:KEY"
    aspect = models.CharField(max_length=100)
    share = models.FloatField()
    at_least = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(name="one_pass_mark_per_aspect", fields=["round", "aspect"]),
            models.CheckConstraint(
                name="a_pass_mark_is_a_share", condition=Q(share__gt=0, share__lte=1, at_least__gte=1)
            ),
        ]


class Grounds(models.TextChoices):
    CONFIRMED = "confirmed", _("passed, and confirmed")
    WAIVED = "waived", _("certified without passing")


class Certification(models.Model):
    """A lead says that somebody is ready to judge by these versions; the figures alone say so of nobody."""

    freezing = APPEND_ONLY

    rater = models.ForeignKey(Rater, models.PROTECT, related_name="certifications")
    round = models.ForeignKey(Round, models.PROTECT, related_name="certifications")
    pairs_version = models.ForeignKey(Version, models.PROTECT, related_name="+")
    rubric_version = models.ForeignKey(Version, models.PROTECT, related_name="+")
    # Sessions judged, and of each aspect {"n", "hits", "low", "high", "share", "at_least", "passed"}.
    n = models.PositiveSmallIntegerField()
    results = models.JSONField()
    passed = models.BooleanField()
    grounds = models.CharField(max_length=10, choices=Grounds)
    reason = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(name="certified_once_by_a_round", fields=["round", "rater"]),
            models.CheckConstraint(
                name="confirmed_passed_or_waived_with_a_reason",
                condition=Q(grounds="confirmed", passed=True)
                | (Q(grounds="waived", passed=False) & ~Q(reason="")),
            ),
        ]


class Withdrawal(models.Model):
    """A lead says in writing that a certification holds no longer. The certification stays as it is, and so does what was
    judged until then. Certifications by training rounds that were opened before end with it (review.gold.certified).
    """

    freezing = Freezing(
        update="TRUE",
        delete="TRUE",
        # Nobody withdraws her own.
        insert="EXISTS (SELECT 1 FROM review_certification c JOIN review_rater t ON t.id = c.rater_id "
        "WHERE c.id = NEW.certification_id AND t.user_id = NEW.by_id)",
    )

    certification = models.OneToOneField(Certification, models.PROTECT, related_name="withdrawal")
    reason = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        constraints = [models.CheckConstraint(name="withdrawn_with_a_reason", condition=~Q(reason=""))]
