"""A pair is an identity that survives versions; what it says stands in its revisions, append-only."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.freezing import APPEND_ONLY
from accounts.identity import Identified
from guidelines.models.guideline import Guideline
from guidelines.models.said import SaidField


class Pair(Identified):
    """One mistaken behaviour with its corrections."""

    guideline = models.ForeignKey(Guideline, models.PROTECT, related_name="pairs")
    key = models.SlugField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(name="a_pair_has_one_key", fields=["guideline", "key"])]

    def __str__(self):
        return self.key

    def natural_key_parts(self):
        return (self.guideline.slug, self.key)


class PairTexts(models.Model):
    """What a pair says; shared by revisions, which are frozen."""

    name = models.CharField(_("name of the mistake"), max_length=200)
    shows = models.TextField(_("how it shows"))
    harms = models.TextField(_("why it harms"), blank=True)
    not_a_mistake = models.TextField(_("when it is not a mistake"), blank=True)
    confused_with = models.JSONField(_("commonly confused with"), default=list, blank=True)
    may_co_occur_with = models.JSONField(_("may occur together with"), default=list, blank=True)
    corrections = models.JSONField(_("acceptable corrections"), default=list)
    examples = models.JSONField(_("examples"), default=list, blank=True)
    references = models.JSONField(_("references"), default=list, blank=True)
    tags = models.JSONField(_("tags"), default=list, blank=True)
    positive = models.BooleanField(_("this is good practice, not a mistake"), default=False)

    FIELDS = (
        "name",
        "shows",
        "harms",
        "not_a_mistake",
        "confused_with",
        "may_co_occur_with",
        "corrections",
        "examples",
        "references",
        "tags",
        "positive",
    )

    class Meta:
        abstract = True

    @property
    def texts(self) -> dict:
        return {field: getattr(self, field) for field in self.FIELDS}


class PairRevision(PairTexts, Identified):
    """One saved text of a pair; saving names the revision it started from."""

    freezing = APPEND_ONLY

    pair = models.ForeignKey(Pair, models.PROTECT, related_name="revisions")
    n = models.PositiveIntegerField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    reason = models.CharField(max_length=300, blank=True)
    base = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    digest = models.CharField(max_length=64)
    said = SaidField()

    class Meta:
        ordering = ["pair", "n"]
        constraints = [models.UniqueConstraint(name="pair_revisions_are_numbered", fields=["pair", "n"])]

    def __str__(self):
        return f"{self.pair.key} r{self.n}"

    def natural_key_parts(self):
        return (*self.pair.natural_key_parts(), self.n)

    @property
    def entry_of(self) -> Pair:
        return self.pair


class PairScratch(models.Model):
    """What somebody has typed and not yet saved; the one mutable row per person, pair and base."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    pair = models.ForeignKey(Pair, models.PROTECT, related_name="scratches")
    base = models.ForeignKey(PairRevision, models.PROTECT, null=True, related_name="+")
    texts = models.JSONField()
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_scratch_per_person_and_base", fields=["user", "pair", "base"]),
            models.UniqueConstraint(
                name="one_scratch_without_base", fields=["user", "pair"], condition=models.Q(base=None)
            ),
        ]
