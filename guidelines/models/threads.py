"""Discussion: a thread on a pair, a dimension or a proposal, and what was said in it, append-only."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.freezing import APPEND_ONLY, Freezing, another_column_changes
from guidelines.models.guideline import Guideline
from guidelines.models.pairs import PairRevision
from guidelines.models.proposals import Proposal
from guidelines.models.rubrics import DimensionRevision


class ThreadState(models.TextChoices):
    OPEN = "open", _("open")
    RESOLVED = "resolved", _("resolved")


class ThreadSource(models.TextChoices):
    COLLEAGUES = "colleagues", _("among colleagues")
    REVIEW = "review", _("from review: a reader finds the text unclear")


class Threads(models.QuerySet):
    def from_review(self):
        """Begun by somebody who judges by the text, to say that it is unclear."""
        return self.filter(source=ThreadSource.REVIEW)

    def open(self):
        return self.filter(state=ThreadState.OPEN)

    def resolved(self):
        return self.filter(state=ThreadState.RESOLVED)

    def on(self, guideline: Guideline, key: str):
        """Those on a pair or dimension, whichever of its texts each was begun on."""
        return self.filter(
            Q(pair_revision__pair__key=key) | Q(dimension_revision__dimension__key=key), guideline=guideline
        )


class Thread(models.Model):
    """It hangs on the pair or dimension of the revision it was begun on, or on a proposal."""

    freezing = Freezing(update=another_column_changes("state"), delete="TRUE")

    guideline = models.ForeignKey(Guideline, models.PROTECT, related_name="threads")
    n = models.PositiveIntegerField()
    pair_revision = models.ForeignKey(PairRevision, models.PROTECT, null=True, related_name="threads")
    dimension_revision = models.ForeignKey(
        DimensionRevision, models.PROTECT, null=True, related_name="threads"
    )
    proposal = models.OneToOneField(Proposal, models.PROTECT, null=True, related_name="thread")
    begun_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    source = models.CharField(max_length=10, choices=ThreadSource, default=ThreadSource.COLLEAGUES)
    # The last remark that resolved or reopened it says by whom and when.
    state = models.CharField(max_length=8, choices=ThreadState, default=ThreadState.OPEN)

    objects = Threads.as_manager()

    class Meta:
        ordering = ["guideline", "-n"]
        constraints = [
            models.UniqueConstraint(name="threads_are_numbered", fields=["guideline", "n"]),
            models.CheckConstraint(
                name="a_thread_hangs_on_one_thing",
                condition=Q(pair_revision__isnull=False, dimension_revision=None, proposal=None)
                | Q(pair_revision=None, dimension_revision__isnull=False, proposal=None)
                | Q(pair_revision=None, dimension_revision=None, proposal__isnull=False),
            ),
            models.CheckConstraint(
                name="what_is_unclear_is_a_text", condition=~Q(source="review") | Q(proposal=None)
            ),
        ]

    @property
    def begun_on(self) -> PairRevision | DimensionRevision | None:
        return self.pair_revision or self.dimension_revision


class RemarkKind(models.TextChoices):
    SAID = "said", _("said")
    TAKEN_BACK = "taken_back", _("took back her words")
    RESOLVED = "resolved", _("resolved the thread")
    REOPENED = "reopened", _("reopened the thread")
    TAKEN = "taken", _("took the proposal into the draft")
    DECLINED = "declined", _("declined the proposal")
    WITHDRAWN = "withdrawn", _("withdrew the proposal")
    GIVEN_BACK = "given_back", _("discarded the draft; the proposal is open again")


class Remark(models.Model):
    """What somebody said or did in a thread. Other words, or none, are a new row that supersedes the earlier."""

    freezing = APPEND_ONLY

    thread = models.ForeignKey(Thread, models.PROTECT, related_name="remarks")
    n = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=RemarkKind, default=RemarkKind.SAID)
    words = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    supersedes = models.OneToOneField("self", models.PROTECT, null=True, related_name="superseded_by")

    class Meta:
        ordering = ["thread", "n"]
        constraints = [
            models.UniqueConstraint(name="remarks_are_numbered", fields=["thread", "n"]),
            models.CheckConstraint(name="a_remark_has_words", condition=~Q(kind="said") | ~Q(words="")),
            models.CheckConstraint(
                name="words_taken_back_are_named",
                condition=~Q(kind="taken_back") | Q(supersedes__isnull=False, words=""),
            ),
        ]


class Mentions(models.QuerySet):
    def waiting_for(self, user):
        """Of this person, in words that still stand, in a thread that she has not opened since."""
        return self.filter(person=user, seen_at=None, remark__superseded_by=None)


class Mention(models.Model):
    """A remark names a person. When she opened the thread is written once."""

    freezing = Freezing(
        update=another_column_changes("seen_at") + " OR OLD.seen_at IS NOT NULL", delete="TRUE"
    )

    remark = models.ForeignKey(Remark, models.PROTECT, related_name="mentions")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    seen_at = models.DateTimeField(null=True)

    objects = Mentions.as_manager()

    class Meta:
        ordering = ["remark", "id"]
        constraints = [models.UniqueConstraint(name="mentioned_once", fields=["remark", "person"])]
        indexes = [
            models.Index(name="mentions_that_wait", fields=["person"], condition=Q(seen_at=None)),
        ]
