"""A revision in another language: append-only texts, append-only steps to approval, and words not yet saved."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from accounts.freezing import APPEND_ONLY
from guidelines.models.guideline import Guideline
from guidelines.models.imports import ImportPreviews
from guidelines.models.pairs import PairRevision
from guidelines.models.rubrics import DimensionRevision


class TranslationState(models.TextChoices):
    DRAFT = "draft", _("draft")
    IN_REVIEW = "in_review", _("in review")
    APPROVED = "approved", _("approved")


def at(revision: PairRevision | DimensionRevision) -> dict:
    """By which columns something hangs on this revision."""
    return {"pair_revision" if isinstance(revision, PairRevision) else "dimension_revision": revision}


class OfOneRevision(models.Model):
    """What hangs on a pair's revision or on a dimension's, in one language."""

    pair_revision = models.ForeignKey(
        PairRevision, models.PROTECT, null=True, related_name="+", db_index=False
    )
    dimension_revision = models.ForeignKey(
        DimensionRevision, models.PROTECT, null=True, related_name="+", db_index=False
    )
    language = models.CharField(max_length=16)

    class Meta:
        abstract = True

    @property
    def revision(self) -> PairRevision | DimensionRevision:
        return self.pair_revision or self.dimension_revision


class Translations(models.QuerySet):
    """`field` is pair_revision or dimension_revision, as the guideline holds the one or the other."""

    def of(self, revision, language: str | None = None):
        found = self.filter(**at(revision))
        return found if language is None else found.filter(language=language)

    def approved(self):
        return self.filter(Exists(TranslationStep.objects.approved().filter(translation=OuterRef("pk"))))

    def newest(self, field: str):
        """Of each revision and language the last words, whatever their state."""
        return self.filter(~Exists(self._later(field)))

    def shown(self, field: str):
        """Of each revision and language the last words that were approved: what readers see."""
        return self.approved().filter(~Exists(self._later(field).approved()))

    def with_state(self):
        steps = TranslationStep.objects.filter(translation=OuterRef("pk")).order_by("-n").values("state")[:1]
        return self.annotate(state=Coalesce(Subquery(steps), Value(TranslationState.DRAFT.value)))

    @staticmethod
    def _later(field: str):
        return Translation.objects.filter(
            **{field: OuterRef(field)}, language=OuterRef("language"), n__gt=OuterRef("n")
        )


class Translation(OfOneRevision):
    """A revision in another language. It hangs on the revision and never enters the source digest.

    `texts` has the shape of `translating.segments`; `base` is the text it was made from, which may be the
    translation of an earlier revision. Its state is that of its newest step; before any it is a draft.
    """

    freezing = APPEND_ONLY

    n = models.PositiveIntegerField()
    texts = models.JSONField()
    digest = models.CharField(max_length=64)
    base = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=300, blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    objects = Translations.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="pair_translations_are_numbered", fields=["pair_revision", "language", "n"]
            ),
            models.UniqueConstraint(
                name="dimension_translations_are_numbered", fields=["dimension_revision", "language", "n"]
            ),
            models.CheckConstraint(
                name="a_translation_hangs_on_one_revision",
                condition=Q(pair_revision__isnull=True) ^ Q(dimension_revision__isnull=True),
            ),
        ]

    def __str__(self):
        return f"{self.revision} {self.language} t{self.n}"


class TranslationSteps(models.QuerySet):
    def approved(self):
        return self.filter(state=TranslationState.APPROVED)


class TranslationStep(models.Model):
    """Somebody moved a translation on: into review, back to writing, approved. Nothing follows an approval."""

    freezing = APPEND_ONLY

    translation = models.ForeignKey(
        Translation, models.PROTECT, related_name="steps", db_index=False
    )  # the constraint below is its index
    n = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=TranslationState)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    objects = TranslationSteps.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="translation_steps_are_numbered", fields=["translation", "n"]),
            models.UniqueConstraint(
                name="a_translation_is_approved_once", fields=["translation"], condition=Q(state="approved")
            ),
        ]


class TranslationScratch(OfOneRevision):
    """What a translator has typed and not yet saved; one mutable row per person, revision and language."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    base = models.ForeignKey(Translation, models.PROTECT, null=True, related_name="+")
    texts = models.JSONField()
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_scratch_per_pair_and_language", fields=["user", "pair_revision", "language"]
            ),
            models.UniqueConstraint(
                name="one_scratch_per_dimension_and_language",
                fields=["user", "dimension_revision", "language"],
            ),
        ]


class TranslationPreview(models.Model):
    """What a file of translations would do: shown to its sender, and done exactly so. Gone after a day.

    `rows`: {key, name, state, line, problems, revision, base, texts, earlier} in the file's order; the last four
    only where the state is new or changed.
    """

    token = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    guideline = models.ForeignKey(Guideline, models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    language = models.CharField(max_length=16)
    file = models.CharField(max_length=200)
    rows = models.JSONField()
    made_at = models.DateTimeField(auto_now_add=True)

    objects = ImportPreviews.as_manager()

    def __str__(self):
        return self.file
