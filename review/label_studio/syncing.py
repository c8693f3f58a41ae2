"""One round of everything between us and Label Studio: send what is unsent, then read what came."""

from dataclasses import dataclass

from review.label_studio.receiving import receive
from review.label_studio.sending import send
from review.models import Round, SeatProject


@dataclass
class Synced:
    sent: int = 0
    new: int = 0
    decided: int = 0
    failing: int = 0


def sync_round(round: Round, label_studio) -> Synced:
    """A second sync at the same time, or again, does no harm. A closed round is left alone."""
    done = Synced(sent=send(round, label_studio))
    if round.state == "open":
        projects = SeatProject.objects.filter(seat__round=round)
        for project in projects.select_related("seat__round", "seat__rater__label_studio_account"):
            received = receive(project, label_studio)
            done.new += received.new
            done.decided += received.decided
    done.failing = SeatProject.objects.filter(seat__round=round, failing_since__isnull=False).count()
    return done


def sync_all(label_studio) -> Synced:
    """All open rounds, oldest first."""
    total = Synced()
    for round in Round.objects.open().order_by("serial"):
        done = sync_round(round, label_studio)
        total = Synced(*(getattr(total, name) + getattr(done, name) for name in vars(total)))
    return total
