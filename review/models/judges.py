"""Judge models: models that read a round beside its people. They sit there as observers, so nothing that they say counts
toward standing, gold or agreement of people; the database keeps it so (Seat, Reading).
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.freezing import Freezing, another_column_changes
from review.models.decisions import Decision
from review.models.readings import Reading, of_a_judge, reading_is_erased
from review.models.rounds import Seat
from synthesis.models import Call

MOST_REPEATS = 20


class JudgingState(models.TextChoices):
    OPEN = "open", _("reading")
    STOPPED = "stopped", _("stopped")


class Judging(models.Model):
    """A judge that was asked to read a round. How far it is stands in its readings: what has no outcome is to be asked."""

    freezing = Freezing(
        update=another_column_changes("state", "why", "lease_by", "lease_until"),
        delete="TRUE",
        insert="NOT EXISTS (SELECT 1 FROM review_seat s JOIN review_rater t ON t.id = s.rater_id "
        "WHERE s.id = NEW.seat_id AND s.observer AND t.kind = 'model')",
    )

    seat = models.OneToOneField(Seat, models.PROTECT, related_name="judging")
    repeats = models.PositiveSmallIntegerField()
    # Sessions of the round that were held back when it was asked; it never reads them.
    left_out_held = models.PositiveIntegerField(default=0)
    # None: the operator.
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=8, choices=JudgingState, default=JudgingState.OPEN)
    why = models.CharField(max_length=300, blank=True)
    # Who is at it, so that no two workers pay for the same.
    lease_by = models.CharField(max_length=80, blank=True)
    lease_until = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                name="repeats_are_within_bounds", condition=Q(repeats__gte=1, repeats__lte=MOST_REPEATS)
            ),
            models.CheckConstraint(name="stopped_says_why", condition=~Q(state="stopped") | ~Q(why="")),
        ]


class OutcomeKind(models.TextChoices):
    JUDGED = "judged", _("judged")
    REFUSED = "refused", _("the model refused")
    FILTERED = "filtered", _("stopped by the provider's content filter")
    UNREADABLE = "unreadable", _("no answer of the form asked for")
    TOO_LONG = "too_long", _("longer than the model can read")
    NOT_TAKEN = "not_taken", _("the endpoint does not take the request")
    NOT_COUNTED = "not_counted", _("answered, and cannot be counted")
    HELD = "held", _("held back before it was asked")
    ERASED = "erased", _("erased before it was judged")


class JudgeOutcome(models.Model):
    """What came of one reading of a judge, once: a judgement, or why there is none."""

    freezing = Freezing(
        update=f"{another_column_changes('why')} OR NOT {reading_is_erased('OLD.reading_id')}",
        delete="TRUE",
        insert=f"NOT {of_a_judge('NEW.reading_id')}",
    )

    reading = models.OneToOneField(Reading, models.PROTECT, related_name="judge_outcome")
    kind = models.CharField(max_length=12, choices=OutcomeKind)
    decision = models.OneToOneField(Decision, models.PROTECT, null=True, related_name="+")
    # The reply that it was made of; None where there was none.
    call = models.ForeignKey(Call, models.PROTECT, null=True, related_name="+")
    # What a server says may quote the session: for leads alone.
    why = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                name="judged_has_a_decision",
                condition=Q(kind="judged", decision__isnull=False) | (~Q(kind="judged") & Q(decision=None)),
            ),
        ]
