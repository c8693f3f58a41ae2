"""What was computed of a round's judgements, kept until something new is judged."""

from django.db import models

from review.models.rounds import Round


class KeptFigures(models.Model):
    """One part of it. Derived, and written over: losing it loses a computation. No text of a session, no name is in it."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="+")
    part = models.SlugField(max_length=20)
    # What it was computed from, by name (review.agreeing.kept.state_of): so many decisions, of which so many judgements
    # count; when, and how long it took; {arm: the questions that anybody answered}.
    state = models.CharField(max_length=64)
    decisions = models.PositiveIntegerField()
    judgements = models.PositiveIntegerField()
    asked = models.JSONField()
    at = models.DateTimeField()
    seconds = models.FloatField()
    body = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(name="figures_are_kept_once", fields=["round", "part"])]
