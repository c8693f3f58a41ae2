"""One round of everything between us and Label Studio: send what is unsent, then read what came."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from review import handing_on
from review.label_studio import comparing, connecting
from review.label_studio.accounts import compare_accounts
from review.label_studio.errors import LabelStudioError, Overtaken
from review.label_studio.receiving import Received, receive
from review.label_studio.removing import erase_tasks, remove_returned
from review.label_studio.sending import send
from review.matching import CannotMakeRound
from review.models import Round, RoundState, SeatProject, Server, TaskToErase

log = structlog.get_logger(__name__)

# Renewed at every chunk and task: only a process that died leaves it to run out.
LEASE = timedelta(seconds=90)
LATE_EVERY = timedelta(minutes=10)


@dataclass
class Synced:
    sent: int = 0
    new: int = 0
    decided: int = 0
    failing: int = 0

    def and_(self, other: "Synced") -> "Synced":
        return Synced(*(getattr(self, name) + getattr(other, name) for name in vars(self)))


class _Claim:
    """One process at a time exchanges a round: compare-and-set of `syncing_until`."""

    def __init__(self, round: Round, now=timezone.now):
        self._rounds, self._until, self._now = Round.objects.filter(pk=round.pk), None, now

    def take(self) -> bool:
        now = self._now()
        return self._move(Q(syncing_until=None) | Q(syncing_until__lt=now), now + LEASE)

    def alive(self, lasting: timedelta | None = None) -> None:
        """Hold the round for what comes next, which takes `lasting` at most. Raises Overtaken when another process
        has taken it. Cheap enough to be called for every task: a claim of which half is left is left as it is.
        """
        lasting = lasting or LEASE
        now = self._now()
        if lasting / 2 < self._until - now <= lasting:
            return
        if not self._move(Q(syncing_until=self._until), now + lasting):
            raise Overtaken

    def release(self) -> None:
        self._move(Q(syncing_until=self._until), None)

    def _move(self, condition: Q, until: datetime | None) -> bool:
        moved = self._rounds.filter(condition).update(syncing_until=until)
        if moved:
            self._until = until
        return bool(moved)


def sync_round(round: Round, label_studio) -> Synced:
    """Send and read one round; nothing, while another process is at it. In a closed round what comes late is
    still read, and kept with the reason why it does not count.
    """
    done, claim = Synced(), _Claim(round)
    if claim.take():
        try:
            _rematch(round)
            done.sent = send(round, label_studio, alive=claim.alive)
            received = read_round(round, label_studio, alive=claim.alive)
            done.new, done.decided = received.new, received.decided
            # Only now: what was judged before it was given back has been read.
            remove_returned(round, label_studio, alive=claim.alive)
            erase_tasks(round, label_studio, alive=claim.alive)
        except Overtaken:
            log.warning("another process goes on with the round", round=str(round.public_id))
        finally:
            claim.release()
    done.failing = SeatProject.objects.filter(seat__round=round, failing_since__isnull=False).count()
    return done


def _rematch(round: Round) -> None:
    """A tier may have been raised since: before anything is sent, what is open is matched with its readers again."""
    if round.state != RoundState.OPEN:
        return
    try:
        handing_on.rematch(round=round)
    except (
        CannotMakeRound
    ) as problem:  # whoever may read it now has no screen: sending and reading go on all the same
        log.error("sessions cannot be placed anew", round=str(round.public_id), why=str(problem))


def read_round(round: Round, label_studio, *, alive=lambda lasting=None: None) -> Received:
    """Read all projects of a round on; twice at once stores nothing twice."""
    total = Received()
    projects = SeatProject.objects.filter(seat__round=round)
    for project in projects.select_related("seat__round", "seat__rater", "server"):
        alive()
        received = receive(project, label_studio, alive=alive)
        total.new += received.new
        total.decided += received.decided
        total.failed |= received.failed
    return total


def sync_all(label_studio, *, server: Server | None = None) -> Synced:
    """All open rounds, those of one server where it is said, oldest first; those closed not long ago now and then."""
    total, now = Synced(), timezone.now()
    erased = TaskToErase.objects.filter(gone_at=None).values("reading__seat__round")
    rounds = (Round.objects.read_on() | Round.objects.filter(pk__in=erased)).order_by("serial")
    if server:
        rounds = rounds.filter(Exists(SeatProject.objects.filter(server=server, seat__round=OuterRef("pk"))))
    for round in rounds:
        read = SeatProject.objects.filter(seat__round=round, project_id__isnull=False)
        waits = TaskToErase.objects.filter(reading__seat__round=round, gone_at=None)
        if round.state == RoundState.CLOSED and not waits.exists() and not _is_due(round, read, now):
            continue
        total = total.and_(sync_round(round, label_studio))
    return total


def sync_servers(names: Collection[str] | None = None, connect=connecting.connected) -> Synced:
    """`sync_all` of each server that is set, or of those named. `connect` gives a server's client."""
    total = Synced()
    for server in connecting.servers():
        if names is None or server.name in names:
            total = total.and_(sync_all(connect(server), server=server))
    return total


def compare_servers(connect=connecting.connected) -> Synced:
    """Every night: who has which account, then every open round's projects whole, not only what changed. What cannot be
    compared now is at the next sync.
    """
    comparing.ask()
    for server in connecting.servers():
        try:
            compare_accounts(server, connect(server))
        except LabelStudioError as error:
            log.warning(
                "the accounts of a label studio cannot be compared", server=server.name, why=str(error)
            )
    return sync_servers(connect=connect)


def _is_due(round: Round, projects, now: datetime) -> bool:
    """A closed round is read once after it was closed, then every LATE_EVERY."""
    before = max(round.closed_at, now - LATE_EVERY)
    return projects.filter(Q(read_at=None) | Q(read_at__lt=before)).exists()
