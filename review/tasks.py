"""Doors for Celery: an id in, one call out; a second run does no harm."""

import logging

from celery import shared_task
from django.conf import settings
from django.core.cache import cache
from kombu.exceptions import OperationalError

from review.agreeing import kept, stretches, versions
from review.judges import driving
from review.label_studio import connecting, syncing
from review.models import Judging, Round

log = logging.getLogger(__name__)
# A hint that no worker took by then is stale: the clock has brought the same meanwhile.
HINT_SECONDS = 60
# A judge reads so long in one piece, so that the exchange with Label Studio never waits for it.
JUDGE_SECONDS = 20
# Nobody computes a round's figures for so long: whoever began and died is passed over then.
AGREEING_SECONDS = 600


@shared_task(name="review.sync")
def sync(*servers: str):
    """All servers, or those named."""
    syncing.sync_servers(servers or None)


@shared_task(name="review.compare")
def compare():
    syncing.compare_servers()


@shared_task(name="review.sync_round")
def sync_round(round_id: int):
    round = Round.objects.get(pk=round_id)
    server = connecting.of_round(round)
    if connecting.place(server).is_set:
        syncing.sync_round(round, connecting.connected(server))


@shared_task(name="review.judge")
def judge(judging_id: int):
    """Read for a while; the clock brings what is left."""
    judging = Judging.objects.select_related("seat__round", "seat__rater").get(pk=judging_id)
    if driving.drive(judging, seconds=JUDGE_SECONDS) is not None and driving.has_work(judging):
        hint(judge, judging_id)


@shared_task(name="review.judge_waiting")
def judge_waiting():
    """Judges that have something to read and that nobody is at."""
    for judging_id in driving.to_drive():
        hint(judge, judging_id)


def wake_judge(judging: Judging) -> bool:
    """Ask a worker for a judge's readings now."""
    return bool(settings.REDIS_URL) and hint(judge, judging.pk)


def wake_server(name: str) -> bool:
    """Ask a worker for a sync of one server's rounds."""
    return bool(settings.REDIS_URL) and hint(sync, name)


def wake(round: Round | None = None) -> bool:
    """Ask a worker for a sync now, of one round or of all; False when there is no broker that takes it."""
    if not settings.REDIS_URL:
        return False
    return hint(sync_round, round.pk) if round else hint(sync)


def hint(task, *arguments) -> bool:
    try:
        task.apply_async(arguments, expires=HINT_SECONDS)
    except OperationalError:
        # The broker is a wake-up only: the next sync by the clock brings the same.
        log.warning("the broker does not answer; %s waits for the clock", task.name)
        return False
    return True


@shared_task(name="review.agree")
def agree(round_id: int):
    """Compute what is shown of a round's agreement, unless it is known already or another worker is at it."""
    round = Round.objects.get(pk=round_id)
    found, busy = kept.kept(round), f"review.agree.{round_id}"
    if (found and found.is_current) or not cache.add(busy, True, AGREEING_SECONDS):
        return
    try:
        kept.renew(round)
    finally:
        cache.delete(busy)


@shared_task(name="review.gamma")
def gamma(round_id: int):
    """Compute gamma of a round, which takes minutes, unless it is known already or another worker is at it."""
    round = Round.objects.get(pk=round_id)
    busy = f"review.gamma.{round_id}"
    if stretches.is_current(round) or not cache.add(busy, True, 2 * stretches.SECONDS):
        return
    try:
        stretches.renew(round)
    finally:
        cache.delete(busy)


@shared_task(name="review.agree_by_version")
def agree_by_version(round_id: int):
    """Compute the agreement of all closed rounds that were judged by the versions of this one."""
    round, busy = Round.objects.get(pk=round_id), f"review.agree_by_version.{round_id}"
    if not (own := versions.same_versions(round)) or not cache.add(busy, True, AGREEING_SECONDS):
        return
    try:
        versions.renew(own)
    finally:
        cache.delete(busy)


def wake_agreeing(round: Round) -> bool:
    """Ask a worker for a round's figures, once a minute at most; False when there is no broker that takes it."""
    return _wake(agree, round)


def wake_gamma(round: Round) -> bool:
    return _wake(gamma, round)


def wake_version(round: Round) -> bool:
    return _wake(agree_by_version, round)


def _wake(task, round: Round) -> bool:
    if not settings.REDIS_URL:
        return False
    asked = f"{task.name}.asked.{round.pk}"
    if not cache.add(asked, True, HINT_SECONDS):
        return True
    if hint(task, round.pk):
        return True
    cache.delete(asked)
    return False
