"""Flags: what a reader calls unsafe, or takes for a real person's; each waits until a lead has answered in writing."""

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.freezing import Freezing, another_column_changes
from review.models.decisions import Decision, RawAnnotation
from review.models.raters import Rater
from review.models.readings import Item, item_is_erased


class FlagKind(models.TextChoices):
    UNSAFE = "unsafe", _("something here is unsafe")
    PERSON = "person", _("this may concern a real person")


class Flags(models.QuerySet):
    def waiting(self):
        """Nobody has answered in writing since: of an item and kind, an answer answers the flags until then."""
        since = Resolution.objects.filter(
            flag__item=OuterRef("item"), flag__kind=OuterRef("kind"), flag__gte=OuterRef("pk")
        )
        return self.filter(~Exists(since))


class Flag(models.Model):
    """Raised in a judgement that counts (`decision`), in an annotation that does not (`raw`), or on our page."""

    freezing = Freezing(
        update=f"{another_column_changes('words')} OR NOT {item_is_erased('OLD.item_id')}", delete="TRUE"
    )

    item = models.ForeignKey(Item, models.PROTECT, related_name="flags")
    kind = models.CharField(max_length=8, choices=FlagKind)
    # None: somebody in Label Studio who is not the reader of the seat.
    rater = models.ForeignKey(Rater, models.PROTECT, null=True, related_name="+")
    decision = models.OneToOneField(Decision, models.PROTECT, null=True, related_name="flag")
    raw = models.OneToOneField(RawAnnotation, models.PROTECT, null=True, related_name="flag")
    words = models.TextField(blank=True)
    # When it was said; and when we heard of it.
    raised_at = models.DateTimeField()
    at = models.DateTimeField(auto_now_add=True)

    objects = Flags.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(name="a_flag_has_one_source", condition=Q(decision=None) | Q(raw=None)),
            models.CheckConstraint(
                name="a_flag_of_our_page_is_signed",
                condition=Q(decision__isnull=False)
                | Q(raw__isnull=False)
                | (Q(rater__isnull=False) & ~Q(words="")),
            ),
        ]


class Resolution(models.Model):
    """A lead's answer in writing to a flag, and to those of its item and kind that came before it."""

    freezing = Freezing(
        update=f"{another_column_changes('reason')} OR NOT EXISTS (SELECT 1 FROM review_flag f "
        f"WHERE f.id = OLD.flag_id AND {item_is_erased('f.item_id')})",
        delete="TRUE",
    )

    # The newest one that she saw.
    flag = models.OneToOneField(Flag, models.PROTECT, related_name="resolution")
    # Whether the session is held back from every round and release.
    holds = models.BooleanField()
    reason = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.CheckConstraint(name="an_answer_has_words", condition=~Q(reason=""))]
