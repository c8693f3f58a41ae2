"""What we keep about Label Studio: one account per reviewer, one project per seat and screen form."""

from django.db import models

from review.models.raters import Rater
from review.models.readings import Arm
from review.models.rounds import Seat


class Account(models.Model):
    """A reviewer's own Label Studio account, made by us; its password is encrypted and kept server-side."""

    rater = models.OneToOneField(Rater, models.PROTECT, related_name="label_studio_account")
    email = models.EmailField(unique=True)
    ls_user_id = models.PositiveBigIntegerField(null=True, unique=True)
    password_encrypted = models.TextField()
    made_at = models.DateTimeField(auto_now_add=True)


class SeatProject(models.Model):
    """One Label Studio project: a seat's tasks of one form, with how far we have read it."""

    seat = models.ForeignKey(Seat, models.PROTECT, related_name="projects")
    form = models.CharField(max_length=8, choices=Arm)
    project_id = models.PositiveBigIntegerField(null=True, unique=True)
    config = models.TextField()
    config_hash = models.CharField(max_length=64)
    webhook_id = models.PositiveBigIntegerField(null=True)
    # The server's own updated_at up to which everything has been read; moved after the commit only.
    watermark = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    failure = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="one_project_per_form", fields=["seat", "form"])]
