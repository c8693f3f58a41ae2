"""An adjudicator's own judgement, given before she sees a verdict, a comment, or which text was the draft."""

from django.db import models

from accounts.freezing import Freezing, another_column_changes
from accounts.models import ReviewerRecord
from review.models.raters import Rater
from review.models.readings import Item, in_closed_round, item_is_erased


class FirstJudgement(models.Model):
    """`n` above 1: the dispute changed meanwhile, so she had seen what was said before of this session."""

    freezing = Freezing(
        update=f"{another_column_changes('shown')} OR NOT {item_is_erased('OLD.item_id')}",
        delete="TRUE",
        insert=in_closed_round("NEW.item_id"),
    )

    item = models.ForeignKey(Item, models.PROTECT, related_name="first_judgements")
    rater = models.ForeignKey(Rater, models.PROTECT, related_name="+")
    record = models.ForeignKey(ReviewerRecord, models.PROTECT, null=True, related_name="+")
    n = models.PositiveSmallIntegerField()
    # Names what was asked and the texts that were shown; another dispute of the same item has another.
    about = models.CharField(max_length=64)
    # [{"token", "words"}] in the order shown, and what she said: {"texts": {token: would give it}, "equivalent",
    # "any_mistake", "mistakes": keys, "marks": [{"mistake", "utterances", "severity"}], "unsafe",
    # "levels": {dimension: level}}, of these what was asked.
    shown = models.JSONField()
    answers = models.JSONField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["item", "rater", "n"]
        constraints = [
            models.UniqueConstraint(name="first_judgements_are_numbered", fields=["item", "rater", "n"]),
            models.UniqueConstraint(name="judged_first_once", fields=["item", "rater", "about"]),
        ]
