"""People: who may log in, as what, and what a reviewer has said about herself."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.freezing import APPEND_ONLY
from accounts.identity import Identified, Installation  # noqa: F401  (registers the model)
from accounts.trail import TrailEvent  # noqa: F401  (registers the model)


class Role(models.TextChoices):
    CLINICIAN = "clinician", _("Clinician (writes the guidelines)")
    ANNOTATOR = "annotator", _("Annotator (reviews sessions)")
    ADJUDICATOR = "adjudicator", _("Adjudicator (settles disputes)")
    LEAD = "lead", _("Lead (plans, watches, releases)")
    TRAINEE = "trainee", _("Trainee (later: the practice room)")


class People(BaseUserManager):
    def create_user(self, email: str, password: str | None = None, **fields):
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields):
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, email: str):
        return self.get(email=email.strip().lower())

    def with_role(self, role: str):
        return self.filter(is_active=True, grants__role=role).distinct()


class User(AbstractBaseUser, PermissionsMixin, Identified):
    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    language = models.CharField(_("language"), max_length=16, default="en")
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    date_joined = models.DateTimeField(auto_now_add=True)

    objects = People()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(name="email_is_lower_case", condition=models.Q(email=Lower("email")))
        ]

    def __str__(self):
        return self.name or self.email

    def natural_key_parts(self):
        return (self.email,)

    @property
    def roles(self) -> frozenset[str]:
        """The roles held now; read once per loaded user."""
        if not hasattr(self, "_roles"):
            self._roles = (
                frozenset(self.grants.values_list("role", flat=True)) if self.is_active else frozenset()
            )
        return self._roles

    def refresh_from_db(self, *args, **kwargs):
        self.__dict__.pop("_roles", None)
        super().refresh_from_db(*args, **kwargs)


class Grant(models.Model):
    """A person holds a role."""

    user = models.ForeignKey(User, models.PROTECT, related_name="grants")
    role = models.CharField(max_length=16, choices=Role)
    granted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="a_role_is_held_once", fields=["user", "role"])]


class ReviewerRecord(models.Model):
    """What a reviewer said about her qualification, dated; the newest is in force (methods: people)."""

    freezing = APPEND_ONLY

    user = models.ForeignKey(User, models.PROTECT, related_name="reviewer_records")
    n = models.PositiveIntegerField()
    at = models.DateTimeField(auto_now_add=True)
    profession = models.CharField(_("profession"), max_length=120)
    licence = models.CharField(_("licence to practise"), max_length=120, blank=True)
    country = models.CharField(_("country of practice"), max_length=80, blank=True)
    years = models.PositiveSmallIntegerField(_("years of practice"), null=True, blank=True)
    orientation = models.CharField(_("therapeutic orientation"), max_length=120, blank=True)
    supervision_training = models.CharField(_("training as a supervisor"), max_length=200, blank=True)
    languages = models.JSONField(_("working languages"), default=list)
    risk_qualified = models.BooleanField(_("qualified to assess risk"), default=False)
    conflicts = models.TextField(_("conflicts of interest"), blank=True)
    terms_version = models.CharField(_("participation terms accepted"), max_length=40)
    simulated = models.BooleanField(default=False)

    class Meta:
        ordering = ["user", "-n"]
        constraints = [models.UniqueConstraint(name="records_are_numbered", fields=["user", "n"])]


class Invitations(models.QuerySet):
    def open(self):
        """Links that still work."""
        return self.filter(used_at=None, withdrawn_at=None, expires_at__gt=timezone.now())


class Invitation(models.Model):
    """A one-use link to join, or for somebody who is here to choose another password; only the digest of its
    token is stored.
    """

    token_digest = models.CharField(max_length=64, unique=True)
    email = models.EmailField()
    roles = models.JSONField(default=list)
    invited_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    used_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)

    objects = Invitations.as_manager()

    class Meta:
        ordering = ["-made_at"]

    @property
    def renews_password(self) -> bool:
        """Nobody is invited without a role; such a link is for a person who has an account."""
        return not self.roles


class ApiTokens(models.QuerySet):
    def in_force(self):
        """Neither ended nor run out, of people whose account is open."""
        return self.filter(ended_at=None, expires_at__gt=timezone.now(), user__is_active=True)


class ApiToken(models.Model):
    """With it a person's program acts as she may, until it runs out or she ends it; only its digest is stored."""

    user = models.ForeignKey(User, models.PROTECT, related_name="api_tokens")
    name = models.CharField(_("what it is for"), max_length=80)
    token_digest = models.CharField(max_length=64, unique=True)
    reads_only = models.BooleanField(_("reads only, changes nothing"), default=True)
    made_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = ApiTokens.as_manager()

    class Meta:
        ordering = ["-made_at", "-id"]

    def __str__(self):
        return self.name
