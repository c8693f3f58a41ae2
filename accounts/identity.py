"""Names that may leave the installation.

A public id is a UUIDv5 of a row's natural key in a random namespace made at installation. With a fixed
namespace a reviewer could compute the intended mistake from an id; so the namespace stays in the database
and its backups.
"""

import uuid
from collections.abc import Callable

from django.db import models


class Installation(models.Model):
    """The one row that says which installation this is."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    namespace = models.UUIDField(default=uuid.uuid4, editable=False)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "accounts"
        constraints = [models.CheckConstraint(name="one_installation", condition=models.Q(id=1))]


def minter(kind: str) -> Callable[..., uuid.UUID]:
    """Return a function from natural key parts to public id; one query for any number of ids."""
    installation, _ = Installation.objects.get_or_create(pk=1)

    def mint(*parts) -> uuid.UUID:
        # A separator that no part can hold, so that ("a", "bc") and ("ab", "c") differ.
        return uuid.uuid5(installation.namespace, "\x1f".join([kind, *map(str, parts)]))

    return mint


def public_id(kind: str, *parts) -> uuid.UUID:
    return minter(kind)(*parts)


class Identified(models.Model):
    """A model whose rows are named outside by `public_id`; `natural_key_parts` names them inside."""

    public_id = models.UUIDField(unique=True, editable=False)

    class Meta:
        abstract = True

    def save(self, *args, **kwargs):
        if self.public_id is None:
            self.public_id = public_id(self._meta.label_lower, *self.natural_key_parts())
        super().save(*args, **kwargs)

    def natural_key_parts(self) -> tuple:
        raise NotImplementedError
