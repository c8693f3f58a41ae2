"""Whom somebody is not to judge: a client whom she knows, or of whom she has heard from elsewhere."""

from django.conf import settings
from django.db import models
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext_lazy as _

from accounts.freezing import APPEND_ONLY


class Conflicts(models.QuerySet):
    def in_force(self):
        """Of each person and client what was said last, where that was that a conflict stands."""
        same = Conflict.objects.filter(person=OuterRef("person"), base_case=OuterRef("base_case"))
        return self.filter(pk=Subquery(same.order_by("-pk").values("pk")[:1]), stands=True)

    def cases_of(self, user):
        """The clients whom this person is not to judge; a query to be nested."""
        return self.in_force().filter(person=user).values("base_case")


class Conflict(models.Model):
    """A client, by the case that all records of the same person share; `stands` False: it ended."""

    freezing = APPEND_ONLY

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    base_case = models.CharField(_("client"), max_length=120)
    stands = models.BooleanField()
    reason = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    objects = Conflicts.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(name="conflicts_of_a_person", fields=["person", "base_case", "id"])]
