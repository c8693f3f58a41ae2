"""Start and cancel training runs. The one file that talks to the nodes' broker, and only to wake them up.

A node's Redis user sees the keys under TRAINING_KEY_PREFIX only, so messages have a Celery app of their own.
"""

from functools import lru_cache

import structlog
from celery import Celery
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import KombuError, OperationalError

from accounts import roles
from accounts.numbering import next_serial
from exports import access, trail
from exports.models import Dataset, TrainingRun, TrainingState

log = structlog.get_logger(__name__)
QUEUE, TASK = "training", "training.train"
# A message older than this is dropped by the node: it asks by itself more often.
MESSAGE_LIVES_SECONDS = 60
DEFAULTS = {
    "base": "smollm2-135m-instruct",
    "max_steps": 60,
    "learning_rate": 0.0002,
    "batch": 2,
    "max_length": 4096,
    "lora": {"r": 16, "alpha": 32, "dropout": 0.05},
    "seed": 0,
}


def start(*, dataset: Dataset, by, config: dict | None = None) -> TrainingRun:
    """Queue a training on a frozen dataset. `config` replaces DEFAULTS; the node refuses what it cannot do.

    A rehearsal dataset makes a rehearsal run. Raises Refused with the reason.
    """
    roles.require(access.may_start(by, dataset))
    config = {**DEFAULTS, **(config or {}), "rehearsal": dataset.rehearsal}
    if config.get("full"):
        config["lora"] = None
    if config.get("epochs"):
        config["max_steps"] = None
    with transaction.atomic():
        run = TrainingRun.objects.create(
            serial=next_serial(TrainingRun),
            dataset=dataset,
            rehearsal=dataset.rehearsal,
            config=config,
            asked_by=by,
        )
        told = {"dataset": str(dataset), "base": config["base"], "rehearsal": run.rehearsal}
        trail.record(verb="start", kind=trail.TRAINING, name=run.public_id, by=by, after=told)
        transaction.on_commit(lambda: announce(run))
    return run


@transaction.atomic
def cancel(*, run: TrainingRun, by) -> TrainingRun:
    """A waiting run ends now; a running one is told to stop at its node's next report. Raises Refused."""
    roles.require(access.may_cancel(by, run))
    run = TrainingRun.objects.select_for_update().get(pk=run.pk)
    roles.require(access.may_cancel(by, run))
    asked, before, run.cancel_asked = run.cancel_asked, run.state, True
    if run.state == TrainingState.QUEUED:
        run.state, run.ended_at = TrainingState.CANCELLED, timezone.now()
    run.save()
    if not asked:
        told = {"before": {"state": before}, "after": {"state": run.state}}
        trail.record(verb="cancel", kind=trail.TRAINING, name=run.public_id, by=by, **told)
    return run


def announce(run: TrainingRun) -> bool:
    """Wake the nodes up; True when the message is out. Otherwise nothing is lost: nodes ask by themselves."""
    if not settings.TRAINING_BROKER_URL:
        return False
    try:
        _celery(settings.TRAINING_BROKER_URL, settings.TRAINING_KEY_PREFIX).send_task(
            TASK, args=[str(run.public_id)], queue=QUEUE, expires=MESSAGE_LIVES_SECONDS
        )
    except (KombuError, OperationalError, OSError) as error:
        log.warning(
            "training message not sent; the nodes will ask",
            run=str(run.public_id),
            error=type(error).__name__,
        )
        return False
    return True


@lru_cache(maxsize=4)
def _celery(url: str, prefix: str) -> Celery:
    celery = Celery("training", broker=url, set_as_current=False)
    celery.conf.update(
        broker_transport_options={
            "global_keyprefix": prefix,
            "socket_connect_timeout": 2,
            "socket_timeout": 5,
        },
        task_default_queue=QUEUE,
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        worker_send_task_events=False,
        worker_enable_remote_control=False,
        task_publish_retry_policy={"max_retries": 1, "interval_start": 0, "interval_step": 0.2},
        broker_connection_timeout=3,
    )
    return celery
