"""The Celery app. Queues: synthesis, review, exports; training messages travel by an app of their own."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.base")
app = Celery("one-way-mirror")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# Beat only wakes things up: each of these claims its work in the database.
app.conf.beat_schedule = {
    "reconcile-runs": {"task": "synthesis.reconcile", "schedule": 15.0},
    "sync-label-studio": {"task": "review.sync", "schedule": 10.0},
    "reconcile-training": {"task": "exports.reconcile", "schedule": 30.0},
}
