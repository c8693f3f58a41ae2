"""A reviewer's way into Label Studio: a ticket that opens once, then a session at the gateway."""

from django.db import models

from review.models.label_studio import SeatProject
from review.models.raters import Rater


class Pass(models.Model):
    """Of ticket and session only digests are kept: whoever reads this table can enter nowhere."""

    rater = models.ForeignKey(Rater, models.CASCADE, related_name="+")
    # Where the ticket leads; the session then reaches whatever is hers.
    project = models.ForeignKey(SeatProject, models.CASCADE, related_name="+")
    ticket_digest = models.CharField(max_length=64, unique=True)
    ticket_until = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    session_digest = models.CharField(max_length=64, unique=True, null=True)
    ends_at = models.DateTimeField()
    # Her session on our pages: logging out there ends this one too.
    app_session = models.CharField(max_length=40)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="a_session_at_the_gateway_began_with_its_ticket",
                condition=models.Q(session_digest=None) | models.Q(used_at__isnull=False),
            )
        ]
