"""The Celery app. Queues: synthesis, review, exports; training messages travel by an app of their own."""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.base")
app = Celery("one-way-mirror")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# Beat only wakes things up: each of these claims its work in the database.
# A wake-up that nobody took until the next one comes is stale: it expires, so that none pile up.
NIGHTLY = crontab(hour=2, minute=40)
app.conf.beat_schedule = {
    name: {"task": task, "schedule": when, "options": {"expires": 3600.0 if when is NIGHTLY else when}}
    for name, task, when in (
        ("reconcile-runs", "synthesis.reconcile", 15.0),
        ("sync-label-studio", "review.sync", 10.0),
        ("wake-judges", "review.judge_waiting", 15.0),
        ("compare-label-studio", "review.compare", NIGHTLY),
        ("reconcile-training", "exports.reconcile", 30.0),
    )
}
