"""Proposals: words that somebody would have in the guideline, and the votes on them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.freezing import APPEND_ONLY, Freezing, another_column_changes
from accounts.identity import Identified
from guidelines.models.guideline import Guideline
from guidelines.models.pairs import PairRevision
from guidelines.models.rubrics import DimensionRevision
from guidelines.models.versions import Version


class ProposalKind(models.TextChoices):
    ADD = "add", _("add")
    CHANGE = "change", _("change")
    SPLIT = "split", _("split")
    MERGE = "merge", _("merge")
    RETIRE = "retire", _("retire")


class ProposalState(models.TextChoices):
    OPEN = "open", _("open")
    TAKEN = "taken", _("taken into the draft")
    DECLINED = "declined", _("declined")
    WITHDRAWN = "withdrawn", _("withdrawn")


class Source(models.TextChoices):
    PERSON = "person", _("a colleague's idea")
    REVIEW = "review", _("a correction made in review")


class Proposals(models.QuerySet):
    def open(self):
        return self.filter(state=ProposalState.OPEN)

    def closed(self):
        return self.exclude(state=ProposalState.OPEN)

    def unvoted_by(self, user):
        """Open ones of others on which this person has not voted."""
        return self.open().exclude(by=user).exclude(votes__voter=user)


class Proposal(Identified):
    """What is proposed never changes: other words are another proposal, so that votes say what they were for.

    A taken one is open again only when the draft it was taken into is discarded.
    """

    freezing = Freezing(
        update=another_column_changes("state", "taken_into_id") + " OR OLD.state IN ('declined', 'withdrawn')"
        " OR (OLD.state = 'taken' AND (NEW.state <> 'open' OR EXISTS (SELECT 1 FROM guidelines_version v"
        " WHERE v.id = OLD.taken_into_id AND v.state IN ('published', 'retired'))))",
        delete="TRUE",
    )

    guideline = models.ForeignKey(Guideline, models.PROTECT, related_name="proposals")
    n = models.PositiveIntegerField()
    kind = models.CharField(max_length=8, choices=ProposalKind)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    # Who wrote the words, where that was not the proposer: a reviewer, whom no page names here.
    words_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reason = models.TextField()
    at = models.DateTimeField(auto_now_add=True)
    source = models.CharField(max_length=8, choices=Source, default=Source.PERSON)
    # Public ids that mean nothing here; the app that made them says through a slot where they lead.
    instance = models.UUIDField(null=True)
    decision = models.UUIDField(null=True)
    state = models.CharField(max_length=10, choices=ProposalState, default=ProposalState.OPEN)
    taken_into = models.ForeignKey(Version, models.PROTECT, null=True, related_name="+")

    objects = Proposals.as_manager()

    class Meta:
        ordering = ["guideline", "-n"]
        constraints = [
            models.UniqueConstraint(name="proposals_are_numbered", fields=["guideline", "n"]),
            models.CheckConstraint(
                name="taken_into_a_version",
                condition=Q(state="taken", taken_into__isnull=False)
                | (~Q(state="taken") & Q(taken_into=None)),
            ),
            models.CheckConstraint(
                name="review_names_its_judgement",
                condition=Q(source="person", instance=None, decision=None)
                | Q(source="review", instance__isnull=False, decision__isnull=False),
            ),
        ]

    def __str__(self):
        return f"{self.guideline.slug} #{self.n}"

    def natural_key_parts(self):
        return (self.guideline.slug, self.n)


class ProposalTarget(models.Model):
    """An entry that the proposal is about, at the text that its writer saw."""

    freezing = APPEND_ONLY

    proposal = models.ForeignKey(Proposal, models.PROTECT, related_name="targets")
    position = models.PositiveSmallIntegerField()
    pair_revision = models.ForeignKey(PairRevision, models.PROTECT, null=True, related_name="+")
    dimension_revision = models.ForeignKey(DimensionRevision, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["proposal", "position"]
        constraints = [
            models.UniqueConstraint(name="targets_have_positions", fields=["proposal", "position"]),
            models.CheckConstraint(
                name="a_target_is_a_pair_or_a_dimension",
                condition=Q(pair_revision__isnull=True) ^ Q(dimension_revision__isnull=True),
            ),
        ]

    @property
    def revision(self) -> PairRevision | DimensionRevision:
        return self.pair_revision or self.dimension_revision


class ProposedText(models.Model):
    """The words of one entry, as its revision would hold them."""

    freezing = APPEND_ONLY

    proposal = models.ForeignKey(Proposal, models.PROTECT, related_name="parts")
    position = models.PositiveSmallIntegerField()
    texts = models.JSONField()

    class Meta:
        ordering = ["proposal", "position"]
        constraints = [
            models.UniqueConstraint(name="proposed_texts_have_positions", fields=["proposal", "position"])
        ]


class Choice(models.TextChoices):
    FOR = "for", _("for")
    AGAINST = "against", _("against")
    ABSTAIN = "abstain", _("abstain")


class Votes(models.QuerySet):
    def in_force(self):
        return self.filter(superseded_by=None)


class Vote(models.Model):
    """One clinician's word on a proposal; another choice is a new row that supersedes her earlier one."""

    freezing = APPEND_ONLY

    proposal = models.ForeignKey(Proposal, models.PROTECT, related_name="votes")
    voter = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    choice = models.CharField(max_length=8, choices=Choice)
    reason = models.TextField()
    at = models.DateTimeField(auto_now_add=True)
    supersedes = models.OneToOneField("self", models.PROTECT, null=True, related_name="superseded_by")

    objects = Votes.as_manager()

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            # With `supersedes` being unique this makes her votes one chain, of which the last is in force.
            models.UniqueConstraint(
                name="one_first_vote_a_person", fields=["proposal", "voter"], condition=Q(supersedes=None)
            )
        ]
