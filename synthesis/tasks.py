"""Wake-ups. The work itself is claimed in the database, so a lost or repeated message does no harm."""

import threading

import structlog
from celery import shared_task
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError

from synthesis import quality, running, waking
from synthesis.models import Run

log = structlog.get_logger(__name__)
_at_work = threading.Lock()


def wake(run: Run) -> bool:
    """Send a worker to the run once the transaction is in. False where nobody will hear of it: no broker is
    set up, or it does not answer; a reconciler finds the run later if one runs.
    """
    if not settings.REDIS_URL:
        return False
    unheard = []

    def send():
        try:
            work.delay(run.pk)
        except OperationalError:
            log.warning("no broker took the wake-up", run=str(run.public_id))
            unheard.append(run.pk)

    transaction.on_commit(send)
    return not unheard


@shared_task(name="synthesis.work", acks_late=False, ignore_result=True)
def work(run_id: int):
    """A wake-up for a run: make what is claimable of it and of all other open runs, until there is nothing left, so
    that none waits behind another. A second one in the same process returns at once.
    """
    if not _at_work.acquire(blocking=False):
        return
    try:
        running.drive_all()
    finally:
        _at_work.release()


@shared_task(name="synthesis.reconcile", acks_late=False, ignore_result=True)
def reconcile():
    """Wake a worker for every run that has something to claim."""
    for run_id in waking.runs_to_wake():
        # A wake-up that nobody took until the next one comes is stale.
        work.apply_async((run_id,), expires=waking.EVERY)


def measure(run: Run) -> bool:
    """Ask a worker for the run's quality report; False where nobody will hear of it."""
    if not settings.REDIS_URL:
        return False
    try:
        measure_quality.delay(run.pk)
    except OperationalError:
        log.warning("no broker took the wake-up", run=str(run.public_id))
        return False
    return True


# Not on the queue of the makers, who may be at a run for hours.
@shared_task(name="quality.measure", acks_late=False, ignore_result=True)
def measure_quality(run_id: int):
    """Keep the newest report of a run; nothing to do where it is of what stands now."""
    quality.report(Run.objects.get(pk=run_id))
