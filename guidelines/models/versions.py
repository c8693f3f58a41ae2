"""A version is an ordered set of revisions: draft → in review → published → retired. Published is frozen."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.freezing import APPEND_ONLY, Freezing, another_column_changes
from accounts.identity import Identified
from guidelines.models.guideline import Guideline
from guidelines.models.pairs import PairRevision
from guidelines.models.rubrics import DimensionRevision


class VersionState(models.TextChoices):
    DRAFT = "draft", _("draft")
    IN_REVIEW = "in_review", _("in review")
    PUBLISHED = "published", _("published")
    RETIRED = "retired", _("retired")


class Meaning(models.TextChoices):
    SEMANTIC = "semantic", _("the meaning changed")
    EDITORIAL = "editorial", _("only the wording changed")


FROZEN = ("published", "retired")
_FROZEN_SQL = "('published', 'retired')"


class Versions(models.QuerySet):
    def published(self):
        return self.filter(state=VersionState.PUBLISHED)

    def unpublished(self):
        return self.filter(state__in=[VersionState.DRAFT, VersionState.IN_REVIEW])


class Version(Identified):
    # A published version may only be retired, once; nothing else about it may change.
    freezing = Freezing(
        update=f"(OLD.state = 'retired') OR (OLD.state = 'published' AND (NEW.state <> 'retired' OR "
        f"{another_column_changes('state', 'retired_at')}))",
        delete=f"OLD.state IN {_FROZEN_SQL}",
    )

    guideline = models.ForeignKey(Guideline, models.PROTECT, related_name="versions")
    # The nth version ever opened, so that a draft has a natural key before it has a number.
    serial = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=VersionState, default=VersionState.DRAFT)
    number = models.PositiveIntegerField(null=True)
    digest = models.CharField(max_length=64, blank=True)
    meaning = models.CharField(max_length=10, choices=Meaning, blank=True)
    note = models.TextField(blank=True)
    imported = models.BooleanField(default=False)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    opened_at = models.DateTimeField(auto_now_add=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(null=True)
    retired_at = models.DateTimeField(null=True)

    objects = Versions.as_manager()

    class Meta:
        ordering = ["guideline", "-serial"]
        constraints = [
            models.UniqueConstraint(name="versions_are_counted", fields=["guideline", "serial"]),
            models.UniqueConstraint(name="version_numbers_are_unique", fields=["guideline", "number"]),
            models.UniqueConstraint(
                name="one_open_draft", fields=["guideline"], condition=Q(state__in=["draft", "in_review"])
            ),
            models.CheckConstraint(
                name="published_has_number_and_digest",
                condition=Q(state__in=["draft", "in_review"], number=None, published_at=None)
                | (Q(state__in=FROZEN, number__isnull=False, published_at__isnull=False) & ~Q(digest="")),
            ),
        ]

    def __str__(self):
        return f"{self.guideline.slug}@{self.number or self.get_state_display()}"

    @property
    def in_words(self) -> str:
        """The version as people read it; `str()` is the name that commands and files take."""
        if self.number is None:
            return _("%(title)s, draft") % {"title": self.guideline.title}
        return _("%(title)s, version %(n)s") % {"title": self.guideline.title, "n": self.number}

    def natural_key_parts(self):
        return (self.guideline.slug, self.serial)


def _while_frozen(*rows: str) -> str:
    return " OR ".join(
        "EXISTS (SELECT 1 FROM guidelines_version v "
        f"WHERE v.id = {row}.version_id AND v.state IN {_FROZEN_SQL})"
        for row in rows
    )


class Entry(models.Model):
    """One revision at one position of a version."""

    freezing = Freezing(
        update=_while_frozen("OLD", "NEW"), delete=_while_frozen("OLD"), insert=_while_frozen("NEW")
    )

    version = models.ForeignKey(Version, models.CASCADE, related_name="entries")
    position = models.PositiveIntegerField()
    pair_revision = models.ForeignKey(PairRevision, models.PROTECT, null=True, related_name="entries")
    dimension_revision = models.ForeignKey(
        DimensionRevision, models.PROTECT, null=True, related_name="entries"
    )

    class Meta:
        ordering = ["version", "position"]
        constraints = [
            models.UniqueConstraint(name="entries_have_positions", fields=["version", "position"]),
            models.UniqueConstraint(name="a_revision_enters_once", fields=["version", "pair_revision"]),
            models.UniqueConstraint(name="a_dimension_enters_once", fields=["version", "dimension_revision"]),
            models.CheckConstraint(
                name="an_entry_is_a_pair_or_a_dimension",
                condition=Q(pair_revision__isnull=True) ^ Q(dimension_revision__isnull=True),
            ),
        ]

    @property
    def revision(self) -> PairRevision | DimensionRevision:
        return self.pair_revision or self.dimension_revision


class Approval(models.Model):
    """Somebody approved a draft; it binds to the digest of the draft's entries at that moment."""

    freezing = APPEND_ONLY

    version = models.ForeignKey(Version, models.PROTECT, related_name="approvals")
    approver = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="approved_once", fields=["version", "approver", "digest"])
        ]
