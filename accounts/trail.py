"""The audit trail: who changed what, when and from where; what stood before and what stands after. Append-only.

A verb writes its event inside its own transaction, so that there is no act without its event and none that was
refused. An event holds what changed, enough to do it again; no transcript, no password, no token, no address of a
person: the trail cannot be erased, so it names people by their rows.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from accounts import doors
from accounts.freezing import APPEND_ONLY

NEVER = {"password", "token", "token_digest", "link", "email"}


class FromWhere(models.TextChoices):
    PAGE = doors.PAGE, _("a page")
    API = doors.API, _("the API")
    COMMAND = doors.COMMAND, _("the command line")
    WORKER = doors.WORKER, _("a worker")
    PROGRAM = doors.PROGRAM, _("the program itself")


@dataclass(frozen=True)
class Thing:
    """What was acted on: its kind, the name it never loses (a natural key or public id), and which part of it."""

    kind: str
    name: str
    part: str = ""


class Trail(models.QuerySet):
    def of(self, kind: str, name: str | None = None):
        """Events of one thing, or of all things of a kind."""
        return self.filter(kind=kind) if name is None else self.filter(kind=kind, name=name)

    def acts(self):
        """Without the events that are parts of another's."""
        return self.filter(within=None)

    def in_order(self):
        """As it happened: whatever changes one thing waits for its lock, so its events are numbered in order."""
        return self.order_by("id")


class TrailEvent(models.Model):
    """One act of one person on one thing."""

    freezing = APPEND_ONLY

    at = models.DateTimeField(auto_now_add=True)
    # None: no person; a command, or the program.
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    from_where = models.CharField(max_length=8, choices=FromWhere)
    door = models.CharField(max_length=doors.LONGEST, blank=True)
    verb = models.CharField(max_length=60)
    kind = models.CharField(max_length=40)
    name = models.CharField(max_length=120)
    part = models.CharField(max_length=80, blank=True)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    # An import is one act; each text that it wrote is a part of it.
    within = models.ForeignKey("self", models.PROTECT, null=True, related_name="parts")

    objects = Trail.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["kind", "name", "id"], condition=models.Q(within=None), name="trail_acts"),
            models.Index(fields=["kind", "name", "part", "id"], name="trail_parts"),
            models.Index(fields=["by", "kind", "name", "id"], name="trail_of_a_person"),
        ]

    def __str__(self):
        return f"{self.verb} {self.kind} {self.name} {self.part}".strip()

    @property
    def thing(self) -> Thing:
        return Thing(self.kind, self.name, self.part)


def event(*, by, verb: str, thing: Thing, before=None, after=None, within=None) -> TrailEvent:
    """An event that is not written yet."""
    before, after = before or {}, after or {}
    if secret := NEVER & {*before, *after}:
        raise ValueError(f"{verb}: {', '.join(sorted(secret))} has no place in the trail")
    door = doors.here()
    return TrailEvent(
        by=by, from_where=door.kind, door=door.name, verb=verb, kind=thing.kind, name=thing.name, part=thing.part,
        before=before, after=after, within=within,
    )  # fmt: skip


def record(
    *, by, verb: str, thing: Thing, before: dict | None = None, after: dict | None = None
) -> TrailEvent:
    """Write down one act; call it inside the act's own transaction."""
    assert transaction.get_connection().in_atomic_block, "an event without its act's transaction"
    made = event(by=by, verb=verb, thing=thing, before=before, after=after)
    made.save(force_insert=True)
    return made


def record_parts(parts: list[TrailEvent]) -> None:
    """Write the parts of an act (events with `within`), however many, in a few statements."""
    record_all(parts)


def record_all(events: Iterable[TrailEvent]) -> None:
    """Write events, however many, in a few statements; inside the transaction of their acts."""
    assert transaction.get_connection().in_atomic_block, "an event without its act's transaction"
    TrailEvent.objects.bulk_create(events, batch_size=1_000)
