"""A round puts instances before raters; a seat is one rater in it."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.freezing import Freezing, another_column_changes
from accounts.identity import Identified
from guidelines.models import Version
from review.models.raters import Rater
from review.standing import Rule

READ_AFTER_CLOSING = timedelta(days=30)


class RoundState(models.TextChoices):
    OPEN = "open", _("open")
    CLOSED = "closed", _("closed")


class VerdictRule(models.TextChoices):
    UNANIMOUS = "unanimous", _("when all its readers say the same")
    MAJORITY = "majority", _("when more than half of its readers say the same")


class Purpose(models.TextChoices):
    REVIEW = "review", _("review")
    # Known answers only: it measures its readers, and settles nothing.
    TRAINING = "training", _("training")


class Asked(models.TextChoices):
    """Whether a round asks that its readers be certified under its versions."""

    REQUIRED = "required", _("whoever is not certified is not seated")
    WARN = "warn", _("say who is not certified")
    NO = "no", _("do not ask")


class Rounds(models.QuerySet):
    def of_review(self):
        return self.filter(purpose=Purpose.REVIEW)

    def open(self):
        return self.filter(state=RoundState.OPEN)

    def closed(self):
        return self.filter(state=RoundState.CLOSED)

    def released(self):
        """Those of which reviewers see how their settled sessions were resolved."""
        return self.filter(Q(state=RoundState.CLOSED) | Q(resolutions_from__lte=timezone.now()))

    def read_on(self):
        """Open ones, and those closed not long ago: what was submitted too late is kept and shown."""
        return self.filter(Q(state=RoundState.OPEN) | Q(closed_at__gte=timezone.now() - READ_AFTER_CLOSING))


class Round(Identified):
    # What was drawn and judged by stays as it was; a closed round stays whole, but for who reads it on and the lead
    # to whom its flags go.
    freezing = Freezing(
        update=another_column_changes(
            "state",
            "closed_at",
            "closed_by_id",
            "deadline",
            "syncing_until",
            "resolutions_from",
            "risk_lead_id",
        )
        # From that moment on reviewers may have seen resolutions, and nobody can make it undone.
        + " OR (NEW.resolutions_from IS DISTINCT FROM OLD.resolutions_from"
        " AND OLD.resolutions_from <= CURRENT_TIMESTAMP)"
        + f" OR (OLD.state = 'closed' AND {another_column_changes('syncing_until', 'risk_lead_id')})"
        " OR (NEW.risk_lead_id IS DISTINCT FROM OLD.risk_lead_id AND EXISTS (SELECT 1 FROM review_seat s "
        "JOIN review_rater t ON t.id = s.rater_id WHERE s.round_id = NEW.id AND t.user_id = NEW.risk_lead_id))",
        delete="TRUE",
    )

    serial = models.PositiveIntegerField(unique=True)
    name = models.CharField(_("name"), max_length=120)
    screen = models.SlugField(max_length=60)
    pairs_version = models.ForeignKey(Version, models.PROTECT, related_name="+")
    rubric_version = models.ForeignKey(Version, models.PROTECT, related_name="+")
    overlap = models.PositiveSmallIntegerField(_("readers per item"), default=2)
    # Of the sessions, those that so many read; the others are read by one.
    doubly_read = models.FloatField(_("share read by several"), default=1.0)
    unaided_share = models.FloatField(_("share read without the draft"), default=0.2)
    # How many sessions one reader is given at most, repeats apart; None: as many as there are.
    most_each = models.PositiveIntegerField(_("sessions for each reader at most"), null=True)
    # Of each reader's sessions, those that she is given once more without being told.
    repeat_share = models.FloatField(_("share read twice by the same reader"), default=0.0)
    # What settles an item (review.standing.Rule): how the verdict does; within how many turns marks of one mistake lie,
    # and within how many levels ratings do, None where they are kept and do not block.
    verdict_rule = models.CharField(
        _("a verdict is settled"), max_length=10, choices=VerdictRule, default=VerdictRule.UNANIMOUS
    )
    marks_within = models.PositiveSmallIntegerField(null=True)
    levels_within = models.PositiveSmallIntegerField(null=True)
    seed = models.PositiveBigIntegerField(default=0)
    # Sessions chosen for the round that stayed out because they carry a risk tier.
    left_out_risk = models.PositiveIntegerField(default=0)
    # True when a simulated or model rater counts toward standing; decided when the round is made.
    rehearsal = models.BooleanField(default=False)
    purpose = models.CharField(max_length=8, choices=Purpose, default=Purpose.REVIEW)
    certification = models.CharField(max_length=8, choices=Asked, default=Asked.WARN)
    state = models.CharField(max_length=8, choices=RoundState, default=RoundState.OPEN)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    # To whom flags go first. She reads nothing here; other leads see them too.
    risk_lead = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    opened_at = models.DateTimeField(auto_now_add=True)
    deadline = models.DateTimeField(_("deadline"), null=True, blank=True)
    # From when on each reviewer sees how her settled sessions were resolved; None: when the round is closed.
    resolutions_from = models.DateTimeField(_("resolutions open from"), null=True, blank=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    # Until when one process has the exchange with Label Studio for itself; a crashed one's claim runs out.
    syncing_until = models.DateTimeField(null=True)

    objects = Rounds.as_manager()

    class Meta:
        ordering = ["-serial"]
        constraints = [
            models.CheckConstraint(
                name="closed_has_a_time",
                condition=Q(state="closed", closed_at__isnull=False) | Q(state="open", closed_at=None),
            ),
            models.CheckConstraint(name="overlap_is_at_least_one", condition=Q(overlap__gte=1)),
            models.CheckConstraint(
                name="doubly_read_is_a_share", condition=Q(doubly_read__gte=0, doubly_read__lte=1)
            ),
            models.CheckConstraint(
                name="repeat_share_is_a_share", condition=Q(repeat_share__gte=0, repeat_share__lte=1)
            ),
            models.CheckConstraint(
                name="unaided_share_is_a_share", condition=Q(unaided_share__gte=0, unaided_share__lte=1)
            ),
            models.CheckConstraint(
                name="a_verdict_rule_is_known", condition=Q(verdict_rule__in=["unanimous", "majority"])
            ),
        ]

    def __str__(self):
        return self.name or f"round {self.serial}"

    @property
    def is_released(self) -> bool:
        opens = self.resolutions_from
        return self.state == RoundState.CLOSED or (opens is not None and opens <= timezone.now())

    def natural_key_parts(self):
        return (self.serial,)

    @property
    def rule(self) -> Rule:
        return Rule(
            majority=self.verdict_rule == VerdictRule.MAJORITY,
            marks_within=self.marks_within,
            levels_within=self.levels_within,
        )


class Seat(Identified):
    """A rater in a round. An observer's decisions never enter standing."""

    freezing = Freezing(
        update="TRUE",
        delete="TRUE",
        # The lead named for risk reads nothing here; a model counts in a rehearsal only.
        insert="EXISTS (SELECT 1 FROM review_round r JOIN review_rater t ON t.id = NEW.rater_id "
        "WHERE r.id = NEW.round_id AND (r.risk_lead_id = t.user_id "
        "OR (t.kind = 'model' AND NOT NEW.observer AND NOT r.rehearsal)))",
    )

    round = models.ForeignKey(Round, models.PROTECT, related_name="seats")
    rater = models.ForeignKey(Rater, models.PROTECT, related_name="seats")
    observer = models.BooleanField(default=False)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="a_rater_sits_once", fields=["round", "rater"])]

    def __str__(self):
        return f"{self.rater} in {self.round}"

    def natural_key_parts(self):
        return (self.round.serial, *self.rater.natural_key_parts())
