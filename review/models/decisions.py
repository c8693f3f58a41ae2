"""Decisions: one judgement on a reading or a dispute, append-only, with the words that were judged."""

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.freezing import Freezing, another_column_changes
from accounts.identity import Identified
from accounts.models import ReviewerRecord
from guidelines.models import DimensionRevision, PairRevision, Version
from review.models.first_judgements import FirstJudgement
from review.models.label_studio import Account, SeatProject
from review.models.raters import Rater
from review.models.readings import (
    Item,
    Reading,
    in_closed_round,
    item_is_erased,
    of_a_judge,
    reading_is_erased,
)


class Verdict(models.TextChoices):
    ACCEPT = "accept", _("accept")
    EDIT = "edit", _("accept after my edit")
    REJECT = "reject", _("reject")


class ExemplarVerdict(models.TextChoices):
    """Of another reply to the same words, whether one would teach it; it stands apart and settles nothing."""

    ACCEPT = "accept", _("a good example")
    EDIT = "edit", _("a good example after my edit")
    REJECT = "reject", _("not an example")
    NONE = "none", _("none offered, or unsure")


class Preferred(models.TextChoices):
    """Of two texts, by their own names, whichever stood first."""

    A = "a", _("the one")
    B = "b", _("the other")
    TIE = "tie", _("no difference")


class DecisionKind(models.TextChoices):
    READING = "reading", _("a reader's judgement")
    ADJUDICATION = "adjudication", _("settles a disputed verdict or findings")
    WORDING = "wording", _("says which edited wordings stand")


class ErrorType(models.TextChoices):
    """What a disagreement came from, as its adjudicator says; a closed list, so that it can be counted."""

    OVERLOOKED = "overlooked", _("a reader overlooked something")
    RIGHT_PRACTICE = "right_practice", _("something was marked that is right practice")
    BOUNDARY = "boundary", _("the boundary between two pairs is unclear")
    GUIDELINE = "guideline", _("the guideline is unclear, or says nothing of it")
    MISLED = "misled", _("the draft misled a reader")
    WORDING = "wording", _("a matter of wording only")
    OTHER = "other", _("something else")


# A payload is written with sorted keys, so `was_cancelled` ends it; the words of a reviewer cannot.
_A_SKIP_ENDS = '"was_cancelled": true}'


class RawAnnotations(models.QuerySet):
    def done(self):
        """Those that became a decision, or say why not; the others were cut short and are judged again."""
        return self.filter(~Q(uncounted="") | Q(decision__isnull=False))

    def uncounted_judgements(self):
        """Those that do not count although somebody judged; a skip is permitted and is no judgement."""
        return self.filter(~_skip(), ~Q(uncounted=""))

    def skips(self):
        """By the reviewer of the seat; a stranger's is no skip, and is shown."""
        return self.filter(_skip(), ~Q(uncounted=""))


def _skip() -> Q:
    own = Account.objects.filter(
        rater=OuterRef("seat_project__seat__rater"), server=OuterRef("seat_project__server"),
        ls_user_id=OuterRef("completed_by"),
    )  # fmt: skip
    return Q(cancelled=True, reading__isnull=False) & Exists(own)


class RawAnnotation(models.Model):
    """An annotation as Label Studio gave it. What cannot be read as a decision says why, and is shown to the lead."""

    freezing = Freezing(
        # Stored first, then judged: why it does not count, and the reading it is of, are added once at most.
        update=another_column_changes("uncounted", "reading_id", "payload")
        + f" OR (NEW.payload <> OLD.payload AND NOT {reading_is_erased('OLD.reading_id')})"
        " OR (OLD.uncounted <> '' AND NEW.uncounted <> OLD.uncounted)"
        " OR (OLD.reading_id IS NOT NULL AND NEW.reading_id IS DISTINCT FROM OLD.reading_id)"
        " OR EXISTS (SELECT 1 FROM review_decision d WHERE d.raw_id = OLD.id AND NEW.uncounted <> '')",
        delete="TRUE",
    )

    # Whose ids these are: those of the server that has the seat's project, wherever it answers.
    seat_project = models.ForeignKey(SeatProject, models.PROTECT, related_name="raw_annotations")
    # Its address when this was read.
    server = models.CharField(max_length=300)
    project_id = models.PositiveBigIntegerField()
    task_id = models.PositiveBigIntegerField()
    ls_id = models.PositiveBigIntegerField()
    ls_updated_at = models.DateTimeField()
    completed_by = models.PositiveBigIntegerField(null=True)
    payload = models.TextField()
    # Whether it says that the session was skipped: of the payload, which is too long to be read at every look.
    cancelled = models.GeneratedField(
        expression=Q(payload__endswith=_A_SKIP_ENDS), output_field=models.BooleanField(), db_persist=True
    )
    reading = models.ForeignKey(Reading, models.PROTECT, null=True, related_name="raw_annotations")
    # Why it did not count, in words. Empty when it became a decision, or is still to be judged.
    uncounted = models.CharField(max_length=300, blank=True)
    received_at = models.DateTimeField(auto_now_add=True)

    objects = RawAnnotations.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                name="each_state_of_an_annotation_once",
                fields=["seat_project", "project_id", "task_id", "ls_id", "ls_updated_at"],
            )
        ]
        indexes = [
            # What does not count is little beside what does, and every look at the road or a round asks for it.
            models.Index(
                name="uncounted_by_project",
                fields=["seat_project", "cancelled", "reading", "completed_by"],
                condition=~Q(uncounted=""),
            )
        ]


class Decisions(models.QuerySet):
    def in_force(self):
        """Not superseded by a later decision of the same rater within the reading."""
        # As a question of its own: where later ones were joined, PostgreSQL takes it that one row is left, and goes through
        # findings and ratings of 100,000 sessions one by one.
        return self.exclude(Exists(Decision.objects.filter(supersedes=OuterRef("pk")).order_by()))

    def readers(self):
        return self.filter(kind=DecisionKind.READING)

    def counting(self):
        """Those of readers that count: of the first pass, no observer's."""
        return self.readers().filter(reading__pass_number=1, reading__seat__observer=False)

    def settling(self):
        """Those of adjudicators."""
        return self.exclude(kind=DecisionKind.READING)


class Decision(Identified):
    # What a judge model says counts for nothing, and may be asked of a closed round too.
    freezing = Freezing(
        # Words may be taken out where the text of a real person was erased, and for no other reason.
        update=f"{another_column_changes('judged', 'edited_text', 'better_reply', 'rationale', 'comment')} "
        f"OR NOT {item_is_erased('OLD.item_id')}",
        delete="TRUE",
        insert=f"{in_closed_round('NEW.item_id')} AND NOT {of_a_judge('NEW.reading_id')}"
        " OR (NEW.reading_id IS NOT NULL AND NOT EXISTS "
        "(SELECT 1 FROM review_reading j WHERE j.id = NEW.reading_id AND j.judged))",
    )

    item = models.ForeignKey(Item, models.PROTECT, related_name="decisions")
    reading = models.ForeignKey(Reading, models.PROTECT, null=True, related_name="decisions")
    rater = models.ForeignKey(Rater, models.PROTECT, related_name="decisions")
    record = models.ForeignKey(ReviewerRecord, models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=12, choices=DecisionKind, default=DecisionKind.READING)
    n = models.PositiveIntegerField()
    supersedes = models.OneToOneField("self", models.PROTECT, null=True, related_name="superseded_by")
    # What was judged: the words shown, the versions they were judged under.
    judged = models.JSONField()
    judged_digest = models.CharField(max_length=64)
    pairs_version = models.ForeignKey(Version, models.PROTECT, related_name="+")
    rubric_version = models.ForeignKey(Version, models.PROTECT, related_name="+")
    # The judgement.
    any_mistake = models.BooleanField(null=True)
    believable = models.PositiveSmallIntegerField(null=True)
    verdict = models.CharField(max_length=8, choices=Verdict, blank=True)
    # A reader's edit of the draft, or the wording that an adjudicator wrote or merged herself.
    edited_text = models.TextField(blank=True)
    # Of a reply that was rated: what its reader would have said instead.
    better_reply = models.TextField(blank=True)
    # Of another reply that was offered beside it: what its reader thinks of that; her edit of it is `better_reply`.
    exemplar_verdict = models.CharField(max_length=8, choices=ExemplarVerdict, blank=True)
    reject_reasons = models.JSONField(default=list, blank=True)
    # Of two texts: the better one on the whole, and those that are unsafe.
    preferred = models.CharField(max_length=3, choices=Preferred, blank=True)
    unsafe_texts = models.JSONField(default=list, blank=True)
    rationale = models.TextField(blank=True)
    # For an adjudication: the aspects that it settles, so that "no mistake" differs from "not asked".
    answered = models.JSONField(default=list, blank=True)
    # For a wording decision: the public ids of the readers' edits whose text is approved.
    approved_edits = models.JSONField(default=list, blank=True)
    # Of an adjudication: what the disagreement came from, and what she said before anything was revealed to her.
    error_type = models.CharField(max_length=20, choices=ErrorType, blank=True)
    first = models.OneToOneField(FirstJudgement, models.PROTECT, null=True, related_name="decision")
    unsafe = models.BooleanField(default=False)
    comment = models.TextField(blank=True)
    # When: as the editor said, and as we received it; how long, in seconds, if known.
    decided_at = models.DateTimeField()
    received_at = models.DateTimeField(auto_now_add=True)
    lead_time_seconds = models.FloatField(null=True)
    raw = models.OneToOneField(RawAnnotation, models.PROTECT, null=True, related_name="decision")

    objects = Decisions.as_manager()

    class Meta:
        ordering = ["item", "n"]
        constraints = [
            models.UniqueConstraint(name="decisions_are_numbered", fields=["item", "n"]),
            models.CheckConstraint(
                name="a_readers_judgement_has_a_reading",
                condition=Q(kind="reading", reading__isnull=False) | (~Q(kind="reading") & Q(reading=None)),
            ),
            models.CheckConstraint(
                name="an_edit_has_words", condition=~Q(verdict="edit", kind="reading") | ~Q(edited_text="")
            ),
            models.CheckConstraint(
                name="one_of_two_is_preferred", condition=Q(preferred__in=["", *Preferred.values])
            ),
        ]
        indexes = [
            # What adjudicators say of disagreements, which are few beside what readers judged.
            models.Index(name="disagreements", fields=["item", "error_type"], condition=~Q(error_type="")),
            # How much somebody judged today is asked at every look at her desk.
            models.Index(name="judged_since", fields=["rater", "decided_at"]),
        ]

    def natural_key_parts(self):
        return (*self.item.natural_key_parts(), self.n)


# A finding or rating comes with its decision: a reader's never after the item was settled (an observer's judgement or
# a repeat, which settles nothing, may still come then), nor a first one after a part of it was; an adjudicator's only
# while something is in dispute, and never after the round was closed, but for a judge model's.
_INSERT = (
    "EXISTS (SELECT 1 FROM review_decision d "
    "LEFT JOIN review_reading g ON g.id = d.reading_id LEFT JOIN review_seat s ON s.id = g.seat_id "
    f"WHERE d.id = NEW.decision_id AND NOT {of_a_judge('d.reading_id')} AND ({in_closed_round('d.item_id')} "
    "OR (d.kind <> 'reading' AND NOT EXISTS (SELECT 1 FROM review_standing t WHERE t.item_id = d.item_id "
    "AND t.state = 'disputed')) "
    "OR (d.kind = 'reading' AND NOT COALESCE(s.observer, FALSE) AND COALESCE(g.pass_number, 1) = 1 "
    "AND EXISTS (SELECT 1 FROM review_standing t WHERE t.item_id = d.item_id "
    "AND t.aspect <> 'safety' AND t.state = 'settled') "
    "AND NOT (d.supersedes_id IS NOT NULL AND EXISTS (SELECT 1 FROM review_standing t WHERE t.item_id = d.item_id "
    "AND t.state IN ('open', 'disputed'))))))"
)


def _with_its_decision(words: str) -> Freezing:
    """`words`: the column that erasure may empty."""
    erased = f"EXISTS (SELECT 1 FROM review_decision d WHERE d.id = OLD.decision_id AND {item_is_erased('d.item_id')})"
    return Freezing(update=f"{another_column_changes(words)} OR NOT {erased}", delete="TRUE", insert=_INSERT)


class Finding(models.Model):
    """One mistake that the rater found: which (None: not in the guideline), where, how serious (0–3)."""

    freezing = _with_its_decision("notes")

    decision = models.ForeignKey(Decision, models.PROTECT, related_name="findings")
    position = models.PositiveSmallIntegerField()
    pair_revision = models.ForeignKey(PairRevision, models.PROTECT, null=True, related_name="+")
    utterances = models.JSONField(default=list)
    # {utterance: what its reader noted there}, where she did.
    notes = models.JSONField(default=dict)
    severity = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["decision", "position"]
        constraints = [
            models.UniqueConstraint(name="findings_have_positions", fields=["decision", "position"]),
            models.CheckConstraint(name="severity_is_0_to_3", condition=Q(severity__lte=3)),
        ]


class Rating(models.Model):
    """A value on one dimension, under the revision that the rater saw. Of two texts: the first level means "a".

    `evidence`: [{"utterance": id or None for the reply, "quote": words of the reply or "", "note"}].
    """

    freezing = _with_its_decision("evidence")

    decision = models.ForeignKey(Decision, models.PROTECT, related_name="ratings")
    dimension_revision = models.ForeignKey(DimensionRevision, models.PROTECT, related_name="+")
    value = models.CharField(max_length=60)
    evidence = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(name="rated_once", fields=["decision", "dimension_revision"])]
