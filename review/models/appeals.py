"""A reviewer appeals against how an item was settled, or judges it otherwise afterwards: it waits for a lead. Nothing of
the item ever changes by it.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.freezing import Freezing, another_column_changes
from accounts.identity import Identified
from review.models.decisions import RawAnnotation
from review.models.readings import Item, item_is_erased


class AppealState(models.TextChoices):
    WAITING = "waiting", _("waits for a lead")
    GRANTED = "granted", _("granted: the session is judged again")
    DECLINED = "declined", _("declined")


class Appeals(models.QuerySet):
    def waiting(self):
        return self.filter(state=AppealState.WAITING)

    def in_words(self):
        """Those that somebody wrote, after she was told how it was settled."""
        return self.filter(raw=None)

    def late(self):
        """Judgements that came when the item was settled, otherwise than before."""
        return self.filter(raw__isnull=False)


class Appeal(Identified):
    # Answered once.
    freezing = Freezing(
        update=f"({another_column_changes('state', 'answer', 'answered_by_id', 'answered_at', 'led_to_id')} "
        f"OR OLD.state <> 'waiting') AND ({another_column_changes('reason', 'answer')} "
        f"OR NOT {item_is_erased('OLD.item_id')})",
        delete="TRUE",
    )

    item = models.ForeignKey(Item, models.PROTECT, related_name="appeals")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reason = models.TextField(blank=True)
    # The late judgement; while it waits, what she changes in it further is read from the reading's later states.
    raw = models.OneToOneField(RawAnnotation, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=8, choices=AppealState, default=AppealState.WAITING)
    # What the lead writes to her who appealed.
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    # The new item on the same session, which names the one it supersedes.
    led_to = models.ForeignKey(Item, models.PROTECT, null=True, related_name="+")

    objects = Appeals.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                name="appealed_once_by_each", fields=["item", "by"], condition=Q(raw=None)
            ),
            models.UniqueConstraint(
                name="one_late_judgement_waits",
                fields=["item", "by"],
                condition=Q(raw__isnull=False, state="waiting"),
            ),
            models.CheckConstraint(
                name="an_appeal_says_why",
                condition=Q(raw__isnull=True) & ~Q(reason="") | Q(raw__isnull=False, reason=""),
            ),
            models.CheckConstraint(
                name="an_answer_to_an_appeal_is_whole",
                condition=Q(state="waiting", answered_at=None, answered_by=None, led_to=None, answer="")
                | Q(state="declined", answered_at__isnull=False, led_to=None) & ~Q(answer="")
                | Q(state="granted", answered_at__isnull=False, led_to__isnull=False),
            ),
        ]
        indexes = [models.Index(name="appeals_that_wait", fields=["item"], condition=Q(state="waiting"))]

    def natural_key_parts(self):
        late = [self.raw.reading.external_id, self.raw.ls_id, self.raw.ls_updated_at] if self.raw else []
        return (*self.item.natural_key_parts(), self.by.email, *late)
