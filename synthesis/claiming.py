"""Claim instances by compare-and-set with a lease; the database is the only arbiter, and its clock the only one.

Every function here is called inside a transaction of the writer.
"""

import hashlib
import os
import uuid
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from synthesis import holding, rows
from synthesis.models import Instance, InstanceState, Mark, Run
from synthesis.tiers import tier_marks, tier_of_words

LEASE = timedelta(seconds=60)
RENEW_EVERY = 15.0


def _here() -> str:
    """This machine as processes see it: equal only where process ids mean the same."""
    boot = Path("/proc/sys/kernel/random/boot_id")
    parts = [os.uname().nodename, boot.read_text() if boot.exists() else ""]
    try:
        parts.append(os.readlink("/proc/self/ns/pid"))
    except OSError:
        parts.append("")
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:16]


def _born(pid: int) -> str:
    """When the process began, in ticks since boot; "" if there is none. A reused pid has another birth."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[19]
    except (OSError, IndexError):
        return ""


def worker_name() -> str:
    return f"{_here()}:{os.getpid()}:{_born(os.getpid())}:{uuid.uuid4().hex[:8]}"


def is_dead(worker: str) -> bool:
    """True only if the worker surely ended: it ran here, and its process is gone."""
    parts = worker.split(":")
    if len(parts) != 4 or parts[0] != _here() or not parts[1].isdigit() or not parts[2]:
        return False
    return _born(int(parts[1])) != parts[2]


def end_leases_of_the_dead(run: Run | None = None) -> int:
    """Give back what a killed process of this machine held, without waiting for its lease to run out."""
    held = Instance.objects.filter(state=InstanceState.MAKING)
    if run is not None:
        held = held.filter(run=run)
    dead = [worker for worker in held.values_list("lease_by", flat=True).distinct() if is_dead(worker)]
    return held.filter(lease_by__in=dead).update(state=InstanceState.PLANNED, lease_by="", lease_until=None)


def claim(*, run: Run, worker: str, most: int, but: set[int]) -> list[Instance]:
    """Take up to `most` instances of an open run for the worker, leaving out those it is at already."""
    free = Q(state=InstanceState.PLANNED) | Q(state=InstanceState.MAKING, lease_until__lt=Now())
    wanted = Instance.objects.claimable().filter(run=run).exclude(pk__in=but).order_by("id")
    # Rows that another claimer is just taking are passed over: waiting for them would end in nothing, and the
    # drive would take the run for finished.
    claimed = list(wanted.select_for_update(skip_locked=True, of=("self",))[:most])
    if not claimed:
        return []
    lease = {"state": InstanceState.MAKING, "lease_by": worker}
    # The condition is repeated on the rows themselves, so that of two claimers one takes it.
    ids = [instance.pk for instance in claimed]
    taken = Instance.objects.filter(free, pk__in=ids).update(
        **lease, lease_until=Now() + LEASE, tries=F("tries") + 1
    )
    if taken < len(claimed):
        mine = Instance.objects.filter(pk__in=ids, state=InstanceState.MAKING, lease_by=worker)
        claimed = list(mine.order_by("id"))
    for instance in claimed:
        instance.run = run
        for name, value in lease.items():
            setattr(instance, name, value)
    return claimed


def renew(*, worker: str, ids: set[int]) -> set[int]:
    """Extend the leases; returns the ids that the worker has lost (cancelled, or claimed by another)."""
    mine = Instance.objects.filter(pk__in=ids, state=InstanceState.MAKING, lease_by=worker)
    mine.update(lease_until=Now() + LEASE)
    return ids - set(mine.values_list("pk", flat=True))


def give_back(*, worker: str, ids: set[int] | None = None) -> int:
    """What the worker holds, or those of it, is planned again for whoever comes; nothing of it failed."""
    held = Instance.objects.filter(state=InstanceState.MAKING, lease_by=worker)
    if ids is not None:
        held = held.filter(pk__in=ids)
    return held.update(state=InstanceState.PLANNED, lease_by="", lease_until=None)


def _held(instance: Instance, worker: str):
    return Instance.objects.filter(pk=instance.pk, state=InstanceState.MAKING, lease_by=worker)


@dataclass(frozen=True)
class Made:
    """What was made of an instance; `texts` are its words, as they are looked through for risks."""

    instance: Instance
    content: dict
    trace: list[str]
    digest: str
    texts: list[str]


# What making → made changes.
_MADE = ["state", "content", "trace", "digest", "made_at", "lease_by", "lease_until", "failure"]


def finish(made: list[Made], *, worker: str) -> list[bool]:
    """making → made, each with its marks of risk and, where the quality rules find a reason, one that holds it back
    for a person; False for what the worker no longer held.
    """
    mine = Instance.objects.filter(state=InstanceState.MAKING, lease_by=worker)
    mine = mine.filter(pk__in=[one.instance.pk for one in made]).select_for_update(of=("self",))
    held = set(mine.values_list("pk", flat=True))
    done, marks, now = [], [], timezone.now()
    for one in made:
        if one.instance.pk not in held:
            continue
        row = one.instance
        row.state, row.failure, row.made_at = InstanceState.MADE, "", now
        row.lease_by, row.lease_until = "", None
        row.content, row.trace, row.digest = one.content, one.trace, one.digest
        done.append(row)
        marks += [*tier_marks(row, tier_of_words(one.texts)), *holding.by_rule(row, one.content)]
    rows.update(done, _MADE)
    Mark.objects.bulk_create(marks)
    return [one.instance.pk in held for one in made]


def fail(*, instance: Instance, worker: str, reason: str, trace: list[str]) -> bool:
    """making → failed, with the reason; False if the worker no longer held it."""
    failed = _held(instance, worker).update(
        state=InstanceState.FAILED, failure=reason[:500], trace=trace, lease_by="", lease_until=None
    )
    return bool(failed)
