"""Doors for Celery: an id in, one call out; a second run does no harm."""

from celery import shared_task

from review.label_studio import connecting, syncing
from review.models import Round


@shared_task(name="review.sync")
def sync():
    if connecting.is_set():
        syncing.sync_all(connecting.connected())


@shared_task(name="review.sync_round")
def sync_round(round_id: int):
    if connecting.is_set():
        syncing.sync_round(Round.objects.get(pk=round_id), connecting.connected())
