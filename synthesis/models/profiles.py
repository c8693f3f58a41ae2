"""Profiles: who the client is. Text of real people lives in its own, erasable table."""

from datetime import UTC, datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.freezing import APPEND_ONLY, Freezing
from accounts.identity import Identified


class ProfileKind(models.TextChoices):
    CONCEPTUALISATION = "conceptualisation", _("cognitive conceptualisation")
    INTAKE = "intake", _("intake form")
    SPEECH = "speech", _("one client speech")
    EXCERPT = "excerpt", _("excerpt of a session")


class Style(models.TextChoices):
    """Conversational styles, after PATIENT-Psi."""

    PLAIN = "plain", _("plain")
    VERBOSE = "verbose", _("verbose")
    TANGENTIAL = "tangential", _("goes off on tangents")
    HOSTILE = "hostile", _("hostile")
    GUARDED = "guarded", _("guarded")
    INGRATIATING = "ingratiating", _("ingratiating")


class Tier(models.TextChoices):
    """Risk tiers, from none upwards (methods: risk content has its own route)."""

    NONE = "none", _("none")
    ABUSE = "abuse", _("abuse")
    IDEATION = "ideation", _("ideation")
    HARM_TO_OTHERS = "harm-to-others", _("harm to others")
    SELF_HARM = "self-harm-or-suicide", _("self-harm or suicide")


# Nothing was erased before: as a range, so that an index has the few that were.
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class SourceTexts(models.QuerySet):
    def erased(self):
        return self.filter(erased_at__gt=_LONG_AGO)


class SourceText(models.Model):
    """Text of a real person. Erasure blanks it and leaves the row, its digest and when it was erased."""

    freezing = Freezing(
        update="NEW.digest IS DISTINCT FROM OLD.digest OR NEW.text <> '' OR NEW.erased_at IS NULL "
        "OR OLD.erased_at IS NOT NULL",
        delete="TRUE",
    )

    digest = models.CharField(max_length=64, unique=True)
    text = models.TextField()
    stored_at = models.DateTimeField(auto_now_add=True)
    erased_at = models.DateTimeField(null=True)
    erased_why = models.CharField(max_length=300, blank=True)

    objects = SourceTexts.as_manager()

    class Meta:
        indexes = [models.Index(name="erased_texts", fields=["erased_at"])]


def source_is_erased(profile: str) -> str:
    """SQL: the text that this profile was made from was erased, so that words made of it may be taken out of frozen rows.
    `profile`: an expression for its id.
    """
    return (
        "EXISTS (SELECT 1 FROM synthesis_profile p JOIN synthesis_sourcetext s ON s.id = p.source_text_id "
        f"WHERE p.id = {profile} AND s.erased_at IS NOT NULL)"
    )


class Profiles(models.QuerySet):
    def of_kind(self, kind: str):
        """Without those whose text was erased: nothing can be made of them."""
        return self.filter(kind=kind).filter(
            models.Q(source_text=None) | models.Q(source_text__erased_at=None)
        )

    def current(self):
        """The newest revision of every profile."""
        newest = self.filter(key=models.OuterRef("key")).order_by("-n").values("pk")[:1]
        return self.filter(pk=models.Subquery(newest))


class Profile(Identified):
    """One revision of a client; `content` holds the fields of its kind (synthesis.shapes.profiles)."""

    freezing = APPEND_ONLY

    key = models.SlugField(max_length=80)
    n = models.PositiveIntegerField(default=1)
    kind = models.CharField(max_length=20, choices=ProfileKind)
    name = models.CharField(_("name"), max_length=120, blank=True)
    style = models.CharField(_("conversational style"), max_length=16, choices=Style, blank=True)
    content = models.JSONField(default=dict)
    source_text = models.ForeignKey(SourceText, models.PROTECT, null=True, related_name="profiles")
    # Records that describe the same base case share it: a split must never part them.
    base_case = models.CharField(max_length=120)
    origin = models.CharField(_("origin"), max_length=40)
    licence = models.CharField(_("licence"), max_length=80)
    consent = models.CharField(_("consent"), max_length=200, blank=True)
    may_leave_machine = models.BooleanField(default=True)
    allowed_endpoints = models.JSONField(default=list, blank=True)
    tier = models.CharField(_("risk tier"), max_length=24, choices=Tier, default=Tier.NONE)
    language = models.CharField(max_length=16, default="en")
    digest = models.CharField(max_length=64)
    at = models.DateTimeField(auto_now_add=True)

    objects = Profiles.as_manager()

    class Meta:
        ordering = ["key", "-n"]
        constraints = [models.UniqueConstraint(name="profile_revisions_are_numbered", fields=["key", "n"])]

    def __str__(self):
        return self.name or self.key

    def natural_key_parts(self):
        return (self.key, self.n)
