"""What an adjudicator said before anything was revealed to her, and what a second one says of a dispute that is settled."""

from django.conf import settings
from django.db import models

from accounts.freezing import APPEND_ONLY, Freezing, another_column_changes
from accounts.models import ReviewerRecord
from review.models.decisions import Decision, ErrorType
from review.models.first_judgements import FirstJudgement
from review.models.raters import Rater
from review.models.readings import in_closed_round, item_is_erased


class SecondReading(models.Model):
    """A settled dispute that was drawn to be judged once more, by somebody who does not know that it is settled."""

    freezing = Freezing(update="TRUE", delete="TRUE")

    decision = models.OneToOneField(Decision, models.PROTECT, related_name="second_reading")
    at = models.DateTimeField(auto_now_add=True)


class ToldSettled(models.Model):
    """An adjudicator opened a dispute that another had settled, and read so: she judges it no second time."""

    freezing = APPEND_ONLY

    decision = models.ForeignKey(Decision, models.PROTECT, related_name="+")
    to = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="told_settled_once", fields=["decision", "to"])]


class SecondJudgement(models.Model):
    """How the second adjudicator would have settled it. It never moves a standing."""

    freezing = Freezing(
        update=f"{another_column_changes('judged', 'answer', 'reason')} OR NOT EXISTS "
        "(SELECT 1 FROM review_secondreading s JOIN review_decision d ON d.id = s.decision_id "
        f"WHERE s.id = OLD.second_reading_id AND {item_is_erased('d.item_id')})",
        delete="TRUE",
        insert="EXISTS (SELECT 1 FROM review_secondreading s JOIN review_decision d ON d.id = s.decision_id "
        f"WHERE s.id = NEW.second_reading_id AND {in_closed_round('d.item_id')})",
    )

    second_reading = models.OneToOneField(SecondReading, models.PROTECT, related_name="judgement")
    rater = models.ForeignKey(Rater, models.PROTECT, related_name="+")
    record = models.ForeignKey(ReviewerRecord, models.PROTECT, null=True, related_name="+")
    first = models.ForeignKey(FirstJudgement, models.PROTECT, null=True, related_name="+")
    # As a decision has them: the words shown, and review.workflow.answering.Answer as plain data.
    judged = models.JSONField()
    answer = models.JSONField()
    error_type = models.CharField(max_length=20, choices=ErrorType, blank=True)
    reason = models.TextField()
    at = models.DateTimeField(auto_now_add=True)
