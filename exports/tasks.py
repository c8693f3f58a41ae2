"""Celery doors: an id in, one call out; a second run does no harm."""

from celery import shared_task

from exports import building, places, reconciling
from exports.models import Dataset


@shared_task(name="exports.freeze")
def freeze(dataset_id: int):
    try:
        building.build(dataset=Dataset.objects.get(pk=dataset_id))
    except places.Taken:
        return  # another worker is at it; if that one dies, the reconciler asks again
    except building.NotFrozen:
        return  # the dataset says why; there is nothing that a log reader could do


@shared_task(name="exports.reconcile")
def reconcile():
    reconciling.reconcile(begin_again=freeze.delay)
